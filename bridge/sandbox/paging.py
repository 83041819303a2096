"""Pages of a search: what is left of it waits under an id, which works unchanged and expires. Time in seconds, passed in."""

import threading
import uuid
from dataclasses import dataclass

from bridge.sandbox.events import Event

LIFETIME_SECONDS = 600.0  # documented: the cache expires if 10 minutes elapse between calls


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, and the id under which the next ones wait; None on the last page."""

    events: list[Event]
    following: str | None


@dataclass(slots=True)
class _Rest:
    events: list[Event]
    start: int
    size: int
    expires: float
    following: str | None = None


class Pages:
    """The searches that somebody may still go on reading; used by several threads."""

    def __init__(self) -> None:
        self._rests: dict[str, _Rest] = {}
        self._lock = threading.Lock()

    def first(self, events: list[Event], size: int, now: float) -> Page:
        """Return the first `size` events and keep the others."""
        with self._lock:
            self._expire(now)
            return self._page(_Rest(events, 0, size, now), now)

    def keep(self, events: list[Event], size: int, now: float) -> str:
        """Keep a whole search for reading by page number, and return its id."""
        with self._lock:
            self._expire(now)
            identifier = str(uuid.uuid4())
            self._rests[identifier] = _Rest(events, 0, size, now + LIFETIME_SECONDS)
            return identifier

    def numbered(self, identifier: str, number: int, now: float) -> tuple[int, list[Event]] | None:
        """Return how many events a kept search has, and page `number` of them, from 0; None once it is expired."""
        with self._lock:
            self._expire(now)
            rest = self._rests.get(identifier)
            if rest is None:
                return None
            rest.expires = now + LIFETIME_SECONDS
            return len(rest.events), rest.events[number * rest.size : (number + 1) * rest.size]

    def next(self, identifier: str, now: float) -> Page | None:
        """Return the page that waits under an id: the same one each time; None once it is expired, or never was."""
        with self._lock:
            self._expire(now)
            rest = self._rests.get(identifier)
            return None if rest is None else self._page(rest, now)

    def clear(self) -> None:
        """Forget all searches."""
        with self._lock:
            self._rests.clear()

    def _page(self, rest: _Rest, now: float) -> Page:
        end = rest.start + rest.size
        rest.expires = now + LIFETIME_SECONDS
        if end < len(rest.events) and rest.following not in self._rests:
            rest.following = str(uuid.uuid4())
            self._rests[rest.following] = _Rest(rest.events, end, rest.size, now + LIFETIME_SECONDS)
        return Page(rest.events[rest.start : end], rest.following)

    def _expire(self, now: float) -> None:
        self._rests = {name: rest for name, rest in self._rests.items() if now < rest.expires}
