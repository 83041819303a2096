"""What Loggly said lately, for whoever is on call: when it last took something, and what it refused with which words.

Written on the event loop and read by other threads; so nothing that is read is ever changed, only replaced.
"""

from dataclasses import dataclass, field, replace

from bridge.retry import Outcome

REMEMBERED = 6  # refusals that differ, the latest
LONGEST_WORDS = 160  # characters; a proxy answers with whole pages


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of answer that took nothing. `code` is a status or `error`; `first` and `last` are seconds since 1970."""

    code: str
    words: str
    first: float
    last: float
    count: int = 1


@dataclass(slots=True)
class Answers:
    """The answers to all attempts of this process. Times are seconds since 1970, `lag` is seconds."""

    taken: float | None = None
    """When Loggly last took a request."""
    lag: float | None = None
    """From the newest event of the last batch to Loggly's 200."""
    refusals: tuple[Refusal, ...] = field(default=())
    """Those that differ, the latest first."""

    def heard(self, outcome: Outcome, now: float) -> None:
        """Remember the answer to one attempt."""
        if outcome.status == 200:
            self.taken = now
            return
        words = " ".join((outcome.failure if outcome.status is None else outcome.body).split())[:LONGEST_WORDS]
        same = next((one for one in self.refusals if (one.code, one.words) == (outcome.code, words)), None)
        latest = replace(same, last=now, count=same.count + 1) if same else Refusal(outcome.code, words, now, now)
        others = tuple(one for one in self.refusals if one is not same)
        self.refusals = (latest, *others)[:REMEMBERED]

    @property
    def refused(self) -> Refusal | None:
        """The last answer that took nothing."""
        return next(iter(self.refusals), None)
