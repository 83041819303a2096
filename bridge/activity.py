"""Who has done how much lately, and how much of it was denied: what people on call look at, in memory that is bounded.

Of many events that come together some are looked at, evenly, and count for the others: what is shown are shares. Events that are told
for a rule are few, and each is looked at; what is denied nearly always is one of them. Written on the event loop, read by other threads.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from audit.detecting import AlertLine
from audit.event import MALFORMED

LOOKED_AT: Final = 32
"""Events of those that come together that are looked at: all of them where they are no more."""
SPAN: Final = 60
"""Seconds of one count."""
SPANS: Final = 10
MOST_ACTORS: Final = 1_000
"""Actors of one span; further ones count as others."""
SHOWN: Final = 10
OTHERS: Final = "(others)"
NOBODY: Final = "(nobody)"
"""What requests without credentials are counted under."""
_Counts = defaultdict[str, list[float]]
_MARK: Final = b'"audit":{'


class _Audit(msgspec.Struct):
    """What is looked at of what the bridge added."""

    actor: str = ""
    verdict: str = ""
    parseError: str = ""  # noqa: N815 - the key in the event


_decode = msgspec.json.Decoder(_Audit).decode


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor's events, and those of them that were denied."""

    name: str
    events: int
    denied: int


@dataclass(frozen=True, slots=True)
class Recent:
    """The latest `seconds`: events, those that were denied, and the actors with most events."""

    seconds: int = SPAN * SPANS
    events: int = 0
    denied: int = 0
    actors: tuple[Actor, ...] = ()


NOTHING: Final = Recent()


@dataclass(frozen=True, slots=True)
class Match:
    """How often a rule was told, since the start."""

    rule: str
    severity: str
    count: int


class Activity:
    """Counts; `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._spans: dict[int, _Counts] = {}
        self._turn = 0

    def saw(self, lines: Sequence[bytes]) -> None:
        """Count lines that leave for Loggly."""
        if not lines:
            return
        told: list[bytes] = []
        if AlertLine in set(map(type, lines)):
            told = [line for line in lines if type(line) is AlertLine]
        step = -(-len(lines) // LOOKED_AT)
        self._turn += 1
        some = lines[self._turn % step :: step]
        with self._lock:
            counts = self._now()
            _add(counts, told, 1)
            _add(counts, [line for line in some if type(line) is not AlertLine], len(lines) / len(some))

    def recent(self) -> Recent:
        """Return the latest minutes."""
        totals: _Counts = defaultdict(lambda: [0.0, 0.0])
        with self._lock:
            self._now()
            for counts in self._spans.values():
                for name, (events, denied) in counts.items():
                    totals[name][0] += events
                    totals[name][1] += denied
        ordered = sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))
        actors = tuple(Actor(name, round(events), round(denied)) for name, (events, denied) in ordered[:SHOWN])
        events, denied = (round(sum(count[at] for count in totals.values())) for at in (0, 1))
        return Recent(events=events, denied=denied, actors=actors)

    def _now(self) -> _Counts:
        """Return the counts of this span, and forget those that are too old."""
        number = int(self._clock() // SPAN)
        for old in [one for one in self._spans if one <= number - SPANS]:
            del self._spans[old]
        if number not in self._spans:
            self._spans[number] = defaultdict(lambda: [0.0, 0.0])
        return self._spans[number]


def _add(counts: _Counts, lines: Sequence[bytes], weight: float) -> None:
    """Count lines, each for so many."""
    for line in lines:
        audit = _audit_of(line)
        if audit is not None:
            name = audit.actor or NOBODY
            count = counts[name if name in counts or len(counts) < MOST_ACTORS else OTHERS]
            count[0] += weight
            count[1] += weight * audit.verdict.startswith("denied")


def _audit_of(line: bytes) -> _Audit | None:
    """Return what was added to an event; None for what is none."""
    at = line.rfind(_MARK)
    try:
        audit = _decode(line[at + len(_MARK) - 1 : -1]) if at >= 0 else None
    except MALFORMED:
        return None
    return None if audit is None or audit.parseError else audit
