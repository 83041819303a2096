"""The events: added in order of arrival, found by a term between two times. The clock is passed in, in microseconds."""

import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from bridge.sandbox.events import Event, Path, View, paths
from bridge.sandbox.terms import Term
from bridge.sandbox.times import DAY, event_time


@dataclass(frozen=True, slots=True)
class Options:
    """How the account behaves: None switches a limit off.

    `index_delay_ms`: an event is found only after it. `retention_days`: an older event vanishes although its upload got
    a 200. `max_fields`: paths beyond that many are stored, not searchable.
    """

    index_delay_ms: int = 0
    retention_days: float | None = None
    max_fields: int | None = None


class _Head(Struct):
    """What storing an event needs of it. The rest is checked to be JSON, not built: most is never looked at."""

    timestamp: Any = UNSET
    auditID: Any = None  # noqa: N815 - the name in the event
    stage: Any = None


_DECODER = msgspec.json.Decoder(_Head)


class Store:
    """All events, in memory; used by several threads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        # Its own lock: learning the paths of many events must not keep an upload waiting.
        self._index_lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._index_lock, self._lock:
            self._events: list[Event] = []
            self._arrived = 0
            self._keys: set[tuple[str, str]] = set()
            self._duplicates = self._expired = self._bad_timestamp = 0
            self._fields: set[Path] = set()
            self._indexed = 0

    def add(self, lines: Iterable[bytes], tags: tuple[str, ...], now: int) -> None:
        """Store the events of one upload."""
        read = [(line, _head(line)) for line in lines]
        with self._lock:
            for line, head in read:
                self._add(line, head, tags, now)

    def _add(self, line: bytes, head: _Head | None, tags: tuple[str, ...], now: int) -> None:
        self._arrived += 1
        time = now
        if head is not None:
            time = self._time(head, now)
            self._count_duplicate(head)
        if time < self._oldest(now):
            self._expired += 1
            return
        # The clock may step back; the order of arrival is what `visible` relies on.
        received = max(now, self._events[-1].received) if self._events else now
        self._events.append(Event(self._arrived, received, time, tags, line, head is not None))

    def _oldest(self, now: int) -> int:
        retention = self._options.retention_days
        return 0 if retention is None else now - int(retention * DAY)

    def _time(self, head: _Head, now: int) -> int:
        if head.timestamp is UNSET:
            return now
        time = event_time(head.timestamp)
        self._bad_timestamp += time is None
        return now if time is None else time

    def _count_duplicate(self, head: _Head) -> None:
        if isinstance(head.auditID, str) and isinstance(head.stage, str):
            key = (head.auditID, head.stage)
            self._duplicates += key in self._keys
            self._keys.add(key)

    def all(self) -> list[Event]:
        """Return every event that is kept, searchable yet or not, in order of arrival."""
        with self._lock:
            return self._events[:]

    def visible(self, now: int) -> int:
        """Tell how many events are searchable by now."""
        with self._lock:
            return bisect_right(self._events, now - self._options.index_delay_ms * 1000, key=attrgetter("received"))

    def find(self, term: Term, since: int, until: int, now: int) -> list[View]:
        """Return what `term` selects with since <= time <= until, oldest first."""
        candidates = self.all()[: self.visible(now)]
        searchable = None if self._options.max_fields is None else self.fields()
        since = max(since, self._oldest(now))
        views = (View(event, searchable) for event in candidates if since <= event.time <= until)
        found = [view for view in views if term.matches(view)]
        found.sort(key=lambda view: (view.event.time, view.event.number))
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a mapping; `fields` is the number of distinct paths that hold values."""
        return {
            "events": len(self._events),
            "expired": self._expired,
            "duplicates": self._duplicates,
            "bad_timestamp": self._bad_timestamp,
            "fields": len(self.fields()),
        }

    def fields(self) -> frozenset[Path]:
        """Return the paths of all events, learning those of the new ones: a search pays for this, not an upload."""
        limit = self._options.max_fields
        with self._index_lock:
            events = self.all()
            for event in events[self._indexed :]:
                for path in sorted(paths(View(event).document)):
                    if limit is None or len(self._fields) < limit:
                        self._fields.add(path)
            self._indexed = len(events)
            return frozenset(self._fields)


def _head(line: bytes) -> _Head | None:
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
