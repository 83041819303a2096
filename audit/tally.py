"""Counts of events and bytes side by side, in memory that is bounded whatever a log holds.

A column is one way of looking at the same log: the log itself, or what a policy leaves of it. An `Amount` is what one column
has of something. `Tally` keeps a row of amounts for each key; `Series` one for each span of time.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_ROWS = 50_000
"""Rows of a tally; real clusters have thousands. Past it, the lighter half becomes one row."""
MOST_SPANS = 240
"""Spans of a series; more would be narrower than a bar can be drawn."""

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound="Amounts")


@dataclass(frozen=True, slots=True)
class Amount:
    """Events, and the bytes of their lines with the newlines."""

    events: int = 0
    bytes: int = 0


class Amounts:
    """A row: events and bytes for each column."""

    __slots__ = ("bytes", "events")

    def __init__(self, columns: int) -> None:
        self.events = [0] * columns
        self.bytes = [0] * columns

    def add(self, sizes: Sequence[int]) -> None:
        """Count an event: the bytes of its line in each column, 0 where the column does not have it."""
        for column, size in enumerate(sizes):
            if size:
                self.events[column] += 1
                self.bytes[column] += size

    def take(self, other: "Amounts") -> None:
        """Add another row's amounts to these."""
        self.events = [mine + theirs for mine, theirs in zip(self.events, other.events, strict=True)]
        self.bytes = [mine + theirs for mine, theirs in zip(self.bytes, other.bytes, strict=True)]

    def __getitem__(self, column: int) -> Amount:
        return Amount(self.events[column], self.bytes[column])


class Tally(Generic[Key, Row]):
    """A row for each key; where there are too many, `others` takes those with the fewest events in the first column."""

    def __init__(self, row: Callable[[], Row], most: int = MOST_ROWS) -> None:
        self._row = row
        self._most = most
        self._rows: dict[Key, Row] = {}
        self.others = row()
        """What had to be put together; all zero in a log of ordinary variety."""

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Key) -> Row:
        """Return a key's row, which is made where there is none."""
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self._most:
                self._fold()
            row = self._rows[key] = self._row()
        return row

    def items(self) -> Iterator[tuple[Key, Row]]:
        """Yield keys and rows, the most events in the first column first."""
        yield from sorted(self._rows.items(), key=lambda item: -item[1].events[0])

    def rows(self) -> Iterator[Row]:
        """Yield every row, `others` last: they add up to the whole."""
        yield from self._rows.values()
        yield self.others

    def _fold(self) -> None:
        ordered = list(self.items())
        for _, row in ordered[self._most // 2 :]:
            self.others.take(row)
        self._rows = dict(ordered[: self._most // 2])


class Series:
    """Amounts over time, in at most `MOST_SPANS` spans of equal length, which doubles as the log goes on.

    Spans begin at multiples of their length since 1970, so events may come in any order.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._spans: dict[int, Amounts] = {}
        self.seconds = 1
        """The length of a span."""
        self.first: float | None = None
        """The earliest time that was added, in seconds since 1970; None where there is none."""
        self.last: float | None = None

    def at(self, time: float) -> Amounts:
        """Return the amounts of the span that a time, in seconds since 1970, lies in."""
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)
        while self.last // self.seconds - self.first // self.seconds >= MOST_SPANS:
            self._double()
        number = int(time // self.seconds)
        span = self._spans.get(number)
        if span is None:
            span = self._spans[number] = Amounts(self._columns)
        return span

    def spans(self) -> Iterator[tuple[int, Amounts]]:
        """Yield the time at which each span begins and its amounts, in order, empty ones included."""
        if self.first is None or self.last is None:
            return
        for number in range(int(self.first // self.seconds), int(self.last // self.seconds) + 1):
            yield number * self.seconds, self._spans.get(number) or Amounts(self._columns)

    def _double(self) -> None:
        self.seconds *= 2
        halves, self._spans = self._spans, {}
        for number, amounts in halves.items():
            self._spans.setdefault(number // 2, Amounts(self._columns)).take(amounts)
