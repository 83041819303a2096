"""Which of many like messages are passed on, and what stands for the others: pure, the clock is passed in.

The first messages of a kind are passed on, at most `most` of them in a period that begins with the first; the others are
counted, and summed up when the period is over. A kind without a message in its period is forgotten.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_KINDS = (
    1_000  # told apart at a time; further ones count as one, so that invented kinds neither fill memory nor disk
)


@dataclass(frozen=True, slots=True)
class Summary(Generic[T]):
    """What stands for the messages that were held back: how many, within how many seconds, and the last of them."""

    count: int
    seconds: float
    last: T


@dataclass(slots=True)
class _Period(Generic[T]):
    begun: float
    last: T
    passed: int = 0
    held: int = 0


@dataclass(slots=True)
class Repeats(Generic[T]):
    """Counts messages by kind. Times are seconds on one clock that does not go back."""

    most: int
    period: float
    _periods: dict[Hashable, _Period[T]] = field(default_factory=dict)  # the oldest first, for all are as long

    def admit(self, kind: Hashable, message: T, now: float) -> bool:
        """Whether a message is passed on; otherwise it is counted. Ask for `due` first."""
        if kind not in self._periods and len(self._periods) >= MOST_KINDS:
            kind = None
        period = self._periods.setdefault(kind, _Period(now, message))
        if period.passed < self.most:
            period.passed += 1
            return True
        period.held += 1
        period.last = message
        return False

    def due(self, now: float) -> list[Summary[T]]:
        """Forget the periods that are over, and return the summaries of those in which something was held back."""
        over = list[_Period[T]]()
        for kind, period in list(self._periods.items()):
            if now < period.begun + self.period:
                break
            over.append(self._periods.pop(kind))
        return [_summary(period, self.period) for period in over if period.held]

    def rest(self, now: float) -> list[Summary[T]]:
        """Return the summaries of all periods, also of those that are not over, and forget them: the end has come."""
        periods, self._periods = list(self._periods.values()), {}
        return [_summary(period, min(now - period.begun, self.period)) for period in periods if period.held]

    def next_due(self) -> float | None:
        """Return when the next summary is due, None where nothing is held back."""
        return min((period.begun + self.period for period in self._periods.values() if period.held), default=None)


def _summary(period: _Period[T], seconds: float) -> Summary[T]:
    return Summary(period.held, seconds, period.last)
