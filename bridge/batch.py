"""Lines gathered into requests that Loggly takes: one tag set, so many bytes and lines, never older than the limit.

Bytes are counted, not characters, and each line with its newline. The clock is the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.receipts import Receipt

Tags = tuple[str, ...]


class Batch:
    """One request to be: its lines, their size with newlines, whose they are, and when it is closed at the latest.

    `asked` counts how often one of its lines was sent alone, to see whether Loggly takes any. `refused` is how many requests
    had begun when Loggly first refused it, a batch of one line; 0 where that has not happened.
    """

    __slots__ = ("_body", "_lines", "asked", "count", "due", "parts", "refused", "size", "tags")

    def __init__(
        self,
        tags: Tags,
        due: float,
        lines: list[bytes] | None = None,
        size: int = 0,
        parts: list[tuple[Receipt, int]] | None = None,
    ) -> None:
        self.tags = tags
        self.due = due
        self.size = size
        self.parts = parts or []
        self.asked = self.refused = 0
        self._lines = lines or []
        self.count = len(self._lines)
        self._body: bytes | None = None

    @property
    def lines(self) -> list[bytes]:
        """The lines, not to be changed."""
        if self._body is not None:
            self._lines, self._body = self._body.split(b"\n"), None
        return self._lines

    def body(self) -> bytes:
        """Return the lines as Loggly's bulk endpoint splits them, and keep only that: on its way a batch is in memory once."""
        if self._body is None:
            body = b"\n".join(self._lines)
            if not self.count:
                return body
            self._lines, self._body = [], body
        return self._body

    def add(self, lines: Sequence[bytes], size: int, receipt: Receipt) -> None:
        """Take lines of one chunk; `size` counts their newlines too."""
        self._lines += lines
        self.count += len(lines)
        self.size += size
        self.parts.append((receipt, len(lines)))

    def settle(self) -> None:
        """Tell every receipt that its lines have found their end; the batch is empty afterwards."""
        parts, self.parts = self.parts, []
        self._empty()
        for receipt, lines in parts:
            receipt.settle(lines)

    def halves(self) -> "tuple[Batch, Batch]":
        """Return the first and the second half of the lines, each with its receipts; this batch is empty afterwards."""
        middle = self.count // 2
        halves = self._cut(0, middle), self._cut(middle, self.count)
        self.parts = []
        self._empty()
        return halves

    def only(self, at: int) -> "Batch":
        """Return a batch of one line alone; it stays here too until `drop`."""
        return self._cut(at, at + 1)

    def drop(self, at: int) -> None:
        """Forget one line and what it is counted for: it goes its own way."""
        before, after = self._cut(0, at), self._cut(at + 1, self.count)
        self.put(before.lines + after.lines)
        self.parts = before.parts + after.parts

    def put(self, lines: list[bytes]) -> None:
        """Have these lines instead."""
        self._lines, self._body = lines, None
        self.count, self.size = len(lines), sum(map(len, lines)) + len(lines)

    def _empty(self) -> None:
        self._lines, self._body, self.count, self.size = [], None, 0, 0

    def _cut(self, start: int, end: int) -> "Batch":
        lines = self.lines[start:end]
        parts, at = [], 0
        for receipt, count in self.parts:
            inside = min(end, at + count) - max(start, at)
            if inside > 0:
                parts.append((receipt, inside))
            at += count
        return Batch(self.tags, self.due, lines, sum(map(len, lines)) + len(lines), parts)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What closes a batch, whatever comes first: bytes, lines, or seconds since its first line.

    `acked_age` seconds count from the first line whose sender waits for an ack.
    """

    max_bytes: int
    max_events: int
    max_age: float
    acked_age: float


class Batches:
    """The open batches, one for each tag set."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._open: dict[Tags, Batch] = {}

    def add(
        self, tags: Tags, lines: Sequence[bytes], receipt: Receipt, now: float, *, waits: bool = False
    ) -> list[Batch]:
        """Take lines of one chunk, in order, whose sender waits for an ack or not; return the batches that they closed."""
        closed: list[Batch] = []
        receipt.expect(len(lines))
        start = 0
        while start < len(lines):
            batch = self._open.get(tags) or self._begin(tags, now)
            count, size = self._fitting(batch, lines, start)
            if count:
                batch.add(lines[start : start + count], size, receipt)
                if waits:
                    batch.due = min(batch.due, now + self._bounds.acked_age)
                start += count
            if start < len(lines) or self._is_full(batch):
                closed.append(self._open.pop(tags))
        return closed

    def due(self, now: float) -> list[Batch]:
        """Close and return what has become too old."""
        old = [tags for tags, batch in self._open.items() if now >= batch.due]
        return [self._open.pop(tags) for tags in old]

    def next_due(self) -> float | None:
        """Return when the oldest open batch becomes too old, None where none is open."""
        return min((batch.due for batch in self._open.values()), default=None)

    def flush(self) -> list[Batch]:
        """Close and return all."""
        closed = list(self._open.values())
        self._open.clear()
        return closed

    def _begin(self, tags: Tags, now: float) -> Batch:
        batch = self._open[tags] = Batch(tags, now + self._bounds.max_age)
        return batch

    def _fitting(self, batch: Batch, lines: Sequence[bytes], start: int) -> tuple[int, int]:
        """Return how many of the lines from `start` the batch can take, and their size; an empty one takes at least one."""
        room = self._bounds.max_bytes - batch.size
        count = min(len(lines) - start, self._bounds.max_events - batch.count)
        size = sum(map(len, lines[start : start + count])) + count
        while size > room and count and not (count == 1 and not batch.count):
            count -= 1
            size -= len(lines[start + count]) + 1
        return count, size

    def _is_full(self, batch: Batch) -> bool:
        return batch.size >= self._bounds.max_bytes or batch.count >= self._bounds.max_events
