"""Lines gathered into requests that Loggly takes: one tag set, so many bytes and lines, never older than the limit.

Bytes are counted, not characters, and each line with its newline. The clock is the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge.receipts import Receipt

Tags = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Batch:
    """One request to be: its lines, their size with newlines, and whose they are.

    `asked` counts how often one of its lines was sent alone, to see whether Loggly takes any. `refused` is how many requests
    had begun when Loggly first refused it, a batch of one line; 0 where that has not happened.
    """

    tags: Tags
    opened: float
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    parts: list[tuple[Receipt, int]] = field(default_factory=list)
    asked: int = 0
    refused: int = 0

    def body(self) -> bytes:
        """Return the lines as Loggly's bulk endpoint splits them."""
        return b"\n".join(self.lines)

    def settle(self) -> None:
        """Tell every receipt that its lines have found their end; the batch is empty afterwards."""
        parts, self.parts, self.lines, self.size = self.parts, [], [], 0
        for receipt, lines in parts:
            receipt.settle(lines)

    def halves(self) -> "tuple[Batch, Batch]":
        """Return the first and the second half of the lines, each with its receipts; this batch is empty afterwards."""
        middle = len(self.lines) // 2
        halves = self._cut(0, middle), self._cut(middle, len(self.lines))
        self.lines, self.parts, self.size = [], [], 0
        return halves

    def only(self, at: int) -> "Batch":
        """Return a batch of one line alone; it stays here too until `drop`."""
        return self._cut(at, at + 1)

    def drop(self, at: int) -> None:
        """Forget one line and what it is counted for: it goes its own way."""
        before, after = self._cut(0, at), self._cut(at + 1, len(self.lines))
        self.lines, self.parts = before.lines + after.lines, before.parts + after.parts
        self.size = before.size + after.size

    def put(self, lines: list[bytes]) -> None:
        """Send these lines instead, as many as there were."""
        self.lines, self.size = lines, sum(map(len, lines)) + len(lines)

    def _cut(self, start: int, end: int) -> "Batch":
        lines = self.lines[start:end]
        parts, at = [], 0
        for receipt, count in self.parts:
            inside = min(end, at + count) - max(start, at)
            if inside > 0:
                parts.append((receipt, inside))
            at += count
        return Batch(self.tags, self.opened, lines, sum(map(len, lines)) + len(lines), parts)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What closes a batch: bytes, lines, or seconds since its first line, whatever comes first."""

    max_bytes: int
    max_events: int
    max_age: float


class Batches:
    """The open batches, one for each tag set."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._open: dict[Tags, Batch] = {}

    def add(self, tags: Tags, lines: Sequence[bytes], receipt: Receipt, now: float) -> list[Batch]:
        """Take lines of one chunk, in order; return the batches that they closed."""
        closed: list[Batch] = []
        receipt.expect(len(lines))
        start = 0
        while start < len(lines):
            batch = self._open.get(tags) or self._begin(tags, now)
            count, size = self._fitting(batch, lines, start)
            if count:
                batch.lines += lines[start : start + count]
                batch.size += size
                batch.parts.append((receipt, count))
                start += count
            if start < len(lines) or self._is_full(batch):
                closed.append(self._open.pop(tags))
        return closed

    def due(self, now: float) -> list[Batch]:
        """Close and return what has become too old."""
        old = [tags for tags, batch in self._open.items() if now >= batch.opened + self._bounds.max_age]
        return [self._open.pop(tags) for tags in old]

    def next_due(self) -> float | None:
        """Return when the oldest open batch becomes too old, None where none is open."""
        return min((batch.opened + self._bounds.max_age for batch in self._open.values()), default=None)

    def flush(self) -> list[Batch]:
        """Close and return all."""
        closed = list(self._open.values())
        self._open.clear()
        return closed

    def _begin(self, tags: Tags, now: float) -> Batch:
        batch = self._open[tags] = Batch(tags, now)
        return batch

    def _fitting(self, batch: Batch, lines: Sequence[bytes], start: int) -> tuple[int, int]:
        """Return how many of the lines from `start` the batch can take, and their size; an empty one takes at least one."""
        room = self._bounds.max_bytes - batch.size
        count = min(len(lines) - start, self._bounds.max_events - len(batch.lines))
        size = sum(map(len, lines[start : start + count])) + count
        while size > room and count and not (count == 1 and not batch.lines):
            count -= 1
            size -= len(lines[start + count]) + 1
        return count, size

    def _is_full(self, batch: Batch) -> bool:
        return batch.size >= self._bounds.max_bytes or len(batch.lines) >= self._bounds.max_events
