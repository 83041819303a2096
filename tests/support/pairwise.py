"""Rows that hold every pair of values of every two dimensions: a covering array, the same in every run.

What may not stand together is not known before: a row is tried, and what is refused is learned. So a caller gets rows that are all
right, and with each pair that no row holds the sentence that refuses it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

Row = dict[str, str]
Cell = tuple[str, str]
Pair = frozenset[Cell]


class Refusal(NamedTuple):
    """Why a row is refused: the sentences, and the dimensions that they blame, the most likely first."""

    why: str
    blamed: Sequence[str]


Try = Callable[[Mapping[str, str]], Refusal | None]
"""Return why a row is refused, None where it is not. What a row does not name has its default."""


class Covered(NamedTuple):
    """The rows, and what is refused in any row: pairs of cells with the reason."""

    rows: list[Row]
    refused: dict[Pair, Refusal]


def covering(dimensions: Mapping[str, Sequence[str]], attempt: Try) -> Covered:
    """Return rows that hold every pair that can be held; the first value of a dimension is its default."""
    return _Covering(dimensions, attempt).covered()


class _Covering:
    def __init__(self, dimensions: Mapping[str, Sequence[str]], attempt: Try) -> None:
        self.dimensions = dict(sorted(dimensions.items(), key=lambda one: (-len(one[1]), one[0])))
        self.attempt = attempt
        self.refused: dict[Pair, Refusal] = {}
        self.learned: set[tuple[Cell, str]] = set()
        self.open = dict.fromkeys(self._pairs())

    def covered(self) -> Covered:
        rows = []
        while self.open:
            row = self._row(next(iter(self.open)))
            if row is not None:
                rows.append(row)
                self._close(row)
        return Covered(rows, self.refused)

    def _pairs(self) -> Iterator[Pair]:
        for (one, values), (other, others) in combinations(self.dimensions.items(), 2):
            yield from (frozenset({(one, value), (other, below)}) for value in values for below in others)

    def _row(self, pair: Pair) -> Row | None:
        """Return a row with the pair, as many other open ones as fit, and defaults; None where the pair is refused."""
        if why := self.attempt(dict(pair)):
            self.refused[pair] = why
            del self.open[pair]
            return None
        row = dict(pair)
        for name, values in self.dimensions.items():
            if name not in row:
                row[name] = max(values, key=lambda value, name=name: self._gain(row, (name, value)))  # type: ignore[misc]
        return self._mended(row, pair)

    def _gain(self, row: Row, cell: Cell) -> int:
        pairs = [frozenset({cell, other}) for other in row.items()]
        return (
            -len(self.open) if any(pair in self.refused for pair in pairs) else sum(pair in self.open for pair in pairs)
        )

    def _mended(self, row: Row, pair: Pair) -> Row:
        """Put back to their defaults the cells for which a row is refused, learning with which others they are."""
        while refusal := self.attempt(row):
            free = [name for name in row if (name, row[name]) not in pair]
            name = next((name for name in refusal.blamed if name in free), free[-1])
            self._learn(row, (name, row[name]), refusal)
            del row[name]
        return row

    def _learn(self, row: Row, cell: Cell, refusal: Refusal) -> None:
        """Find the other cells with each of which alone this one is refused; there may be none."""
        if (cell, refusal.why) in self.learned:
            return
        self.learned.add((cell, refusal.why))
        for other in row.items():
            alone = frozenset({cell, other})
            if alone in self.open and other[1] != self.dimensions[other[0]][0] and (found := self.attempt(dict(alone))):
                self.refused[alone] = found
                del self.open[alone]

    def _close(self, row: Row) -> None:
        whole = {name: values[0] for name, values in self.dimensions.items()} | row
        for one, other in combinations(whole.items(), 2):
            self.open.pop(frozenset({one, other}), None)
