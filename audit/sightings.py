"""Which detection rules match a log's requests, and in which columns there is enough left to see it.

A request has up to three stages; it is counted once, and a column shows it if it shows any stage that has the result, at the
level that the rule needs.
"""

from collections import Counter
from collections.abc import Sequence

from audit import identities
from audit.detecting import Candidates, Detector, Record
from audit.event import Event
from audit.facts import deciding, facts
from audit.policy import LEVELS
from audit.rule_needs import detection
from audit.rules import Counting, Pack
from audit.settings import Identity

REMEMBERED = 16_384
"""Requests that have begun and not ended, and facts; forgetting one may count a request twice."""

Request = tuple[str, str, str, str]
"""What tells one request from all others: the audit id alone is the client's to choose."""


class Sightings:
    """Counts requests for each rule that is told, by its index; for one that counts, those that it counts."""

    def __init__(self, pack: Pack, columns: int, known: Sequence[Identity] = ()) -> None:
        self.told = tuple(pack.told())
        self.detections = tuple(map(detection, self.told))
        """What each of them needs of a policy."""
        self._known = known
        self._detector = Detector(pack)
        self._indexes: dict[str, list[int]] = {}
        for index, one in enumerate(self.told):
            for rule in one.rules if isinstance(one, Counting) else (one,):
                self._indexes.setdefault(rule.name, []).append(index)
        self.matched: Counter[int] = Counter()
        self.seen: tuple[Counter[int], ...] = tuple(Counter() for _ in range(columns))
        self._needed = [depth(one.level) for one in self.detections]
        self._candidates: dict[tuple[object, ...], Candidates | None] = {}
        self._begun: dict[Request, set[tuple[int, int]]] = {}

    def add(self, event: Event, record: Record, request: Request, levels: Sequence[str]) -> tuple[int, ...]:
        """Count an event, `levels` saying what each column has of it; return the rules that match a new request."""
        hits = self._matching(event, record)
        if not hits:
            return ()
        before = self._begun.pop(request, None)
        depths = [depth(level) for level in levels]
        now = {(column, hit) for hit in hits for column, has in enumerate(depths) if has >= self._needed[hit]}
        for column, hit in now - (before or set()):
            self.seen[column][hit] += 1
        if event.stage == "ResponseStarted":
            self._remember(request, now | (before or set()))
        if before is not None:
            return ()
        self.matched.update(hits)
        return hits

    def _remember(self, request: Request, shown: set[tuple[int, int]]) -> None:
        if len(self._begun) >= REMEMBERED:
            del self._begun[next(iter(self._begun))]
        self._begun[request] = shown

    def _matching(self, event: Event, record: Record) -> tuple[int, ...]:
        key = deciding(event, "")
        if key not in self._candidates:
            if len(self._candidates) >= REMEMBERED:
                self._candidates.clear()
            found = facts(event)
            self._candidates[key] = self._detector.candidates(event, found, identities.label(self._known, found))
        candidates = self._candidates[key]
        if candidates is None:
            return ()
        matched, _ = self._detector.matched(candidates, event, record)
        return tuple(sorted({index for rule in matched for index in self._indexes.get(rule.name, ())}))


def depth(level: str) -> int:
    """Return how much a level holds, 0 for None and for what is no level."""
    return LEVELS.index(level) if level in LEVELS else 0


def shallower(one: str, other: str) -> str:
    """Return the level that holds less."""
    return one if depth(one) <= depth(other) else other
