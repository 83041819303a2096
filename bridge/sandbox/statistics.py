"""What was asked of the sandbox and what came of it: counts, and the last requests one by one. No token is kept."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

KEPT_REQUESTS = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it is shown: `status` is what was answered, None where nothing was; the path is masked."""

    at_ms: int
    connection: int
    method: str
    path: str
    status: int | None
    fault: str | None
    tags: tuple[str, ...]
    body_bytes: int
    chunks: int
    events: int
    content_type: str | None
    content_encoding: str | None
    user_agent: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the request as a mapping."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class Statistics:
    """Counts of uploads since the start, or since the last reset. `body_bytes` and `counted_bytes` are of stored ones."""

    requests: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    last: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    body_bytes: int = 0
    counted_bytes: int = 0
    received_chunks: int = 0
    dropped: int = 0

    def count(self, seen: Seen) -> None:
        """Count one finished request; `none` stands for the status of a request that got no answer."""
        self.requests["none" if seen.status is None else str(seen.status)] += 1
        self.paths[seen.path] += 1
        self.received_chunks += seen.chunks
        self.last.append(seen)

    def count_stored(self, body_bytes: int, counted_bytes: int, dropped: int) -> None:
        """Count what an accepted upload used of the account's volume, and its events that were too large."""
        self.body_bytes += body_bytes
        self.counted_bytes += counted_bytes
        self.dropped += dropped

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a mapping."""
        return {
            "requests": dict(self.requests),
            "paths": dict(self.paths),
            "body_bytes": self.body_bytes,
            "counted_bytes": self.counted_bytes,
            "received_chunks": self.received_chunks,
            "dropped": self.dropped,
        }

    def requests_as_json(self) -> list[dict[str, Any]]:
        """Return the last requests, oldest first."""
        return [seen.as_json() for seen in tuple(self.last)]
