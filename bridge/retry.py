"""What an answer means, and how long to wait: pure decisions; clock and randomness are passed in.

Only Loggly's 200 is a delivery. An answer that the batch's own content may cause splits it; one that says "later" is tried
again without end; whatever nobody documents holds everything back and raises an alarm, for events are evidence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum

import orjson

LONGEST_RETRY_AFTER = 3600.0  # seconds; a server that asks for more is asked again sooner


class Verdict(Enum):
    """What to do with a batch after an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    HOLD = "hold"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a status, or a failure in words that hold no secret.

    `body` is the beginning of the answer, without secrets; `retry_after` the header as it came.
    """

    status: int | None
    failure: str = ""
    body: str = ""
    retry_after: str = ""

    @property
    def code(self) -> str:
        """The status as metrics label it; `error` where there was no answer."""
        return "error" if self.status is None else str(self.status)

    @property
    def foreign(self) -> bool:
        """Whether a 200 came from something that does not answer as Loggly does, a proxy's page say."""
        try:
            answer = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return self.status == 200
        return self.status == 200 and not (isinstance(answer, dict) and answer.get("response") == "ok")

    def __str__(self) -> str:
        if self.status is None:
            return self.failure
        return f"status {self.status}" + (f" ({self.body[:80]})" if self.body and self.status != 200 else "")


def verdict(outcome: Outcome) -> Verdict:
    """Decide what an outcome means for the batch; the table of docs/delivery.md."""
    match outcome.status:
        case 200:
            return Verdict.DELIVERED
        case 400 | 413:
            return Verdict.SPLIT
        case None | 408 | 429:
            return Verdict.RETRY
        case status if 500 <= status <= 599:
            return Verdict.RETRY
    return Verdict.HOLD


class Answer(Enum):
    """What a sink of notices has said."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


def answer(outcome: Outcome) -> Answer:
    """Decide what an outcome means for notices: content that is refused is given up, everything else may get better.

    A wrong address or token (401, 403, 404) is somebody's to mend; what was to be told then still is.
    """
    match outcome.status:
        case status if status is not None and 200 <= status <= 299:
            return Answer.TAKEN
        case 400 | 413 | 422:
            return Answer.REFUSED
    return Answer.LATER


def pauses(initial: float, maximum: float, random: Callable[[], float]) -> Iterator[float]:
    """Yield the seconds to wait before each further attempt: a random part of a ceiling that doubles up to `maximum`."""
    ceiling = initial
    while True:
        yield random() * min(ceiling, maximum)
        ceiling = min(ceiling * 2, maximum)


def asked_pause(retry_after: str, now: float) -> float:
    """Return the seconds that a Retry-After header asks for, as RFC 9110, 10.2.3 writes it; 0 where it says nothing.

    `now` is in seconds since 1970.
    """
    try:
        if retry_after.strip().isdigit():
            seconds = float(retry_after)
        else:
            date = parsedate_to_datetime(retry_after)
            seconds = (
                date if date.tzinfo else date.replace(tzinfo=UTC)
            ).timestamp() - now  # asctime's form names no zone
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
