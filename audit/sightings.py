"""Which detections match a log's requests, and in which columns there is enough left to see it.

A request has up to three stages; it is counted once, and a column shows it if it shows any stage that has the result, at the
level that the detection needs.
"""

from collections import Counter
from collections.abc import Sequence

from audit.detections import Detection
from audit.event import Event
from audit.facts import deciding, facts
from audit.policy import LEVELS

REMEMBERED = 16_384
"""Requests that have begun and not ended, and facts; forgetting one may count a request twice."""

Request = tuple[str, str, str, str]
"""What tells one request from all others: the audit id alone is the client's to choose."""


class Sightings:
    """Counts requests for each detection, by its index."""

    def __init__(self, detections: Sequence[Detection], columns: int) -> None:
        self.detections = tuple(detections)
        self.matched: Counter[int] = Counter()
        self.seen: tuple[Counter[int], ...] = tuple(Counter() for _ in range(columns))
        self._needed = [depth(detection.level) for detection in detections]
        self._hits: dict[tuple[object, ...], tuple[int, ...]] = {}
        self._begun: dict[Request, set[tuple[int, int]]] = {}

    def add(self, event: Event, request: Request, levels: Sequence[str]) -> tuple[int, ...]:
        """Count an event, `levels` saying what each column has of it; return the detections that match a new request."""
        hits = self._matching(event)
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

    def _matching(self, event: Event) -> tuple[int, ...]:
        key = deciding(event, "")
        hits = self._hits.get(key)
        if hits is None:
            if len(self._hits) >= REMEMBERED:
                self._hits.clear()
            found = facts(event)
            hits = tuple(index for index, one in enumerate(self.detections) if one.matches(event, found))
            self._hits[key] = hits
        return hits


def depth(level: str) -> int:
    """Return how much a level holds, 0 for None and for what is no level."""
    return LEVELS.index(level) if level in LEVELS else 0


def shallower(one: str, other: str) -> str:
    """Return the level that holds less."""
    return one if depth(one) <= depth(other) else other
