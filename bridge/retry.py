"""What an answer means, and how long to wait: pure decisions, randomness passed in.

Only Loggly's own 200 is a delivery. Everything else is tried again, without end, for events are evidence; pauses grow
exponentially up to a ceiling, with full jitter, so that many bridges do not come back together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What to do with a batch after an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a status, or a failure in words that hold no secret."""

    status: int | None
    failure: str = ""

    @property
    def code(self) -> str:
        """The status as metrics label it; `error` where there was no answer."""
        return "error" if self.status is None else str(self.status)

    def __str__(self) -> str:
        return self.failure if self.status is None else f"status {self.status}"


def verdict(outcome: Outcome) -> Verdict:
    """Decide what an outcome means for the batch."""
    return Verdict.DELIVERED if outcome.status == 200 else Verdict.RETRY


def pauses(initial: float, maximum: float, random: Callable[[], float]) -> Iterator[float]:
    """Yield the seconds to wait before each further attempt: a random part of a ceiling that doubles up to `maximum`."""
    ceiling = initial
    while True:
        yield random() * min(ceiling, maximum)
        ceiling = min(ceiling * 2, maximum)
