"""A simulation over time as SVG: a line of steps for each column, the log's filled. No script and no outside resource."""

from dataclasses import dataclass
from typing import Literal

from audit.outcome import Outcome, Span

WIDTH, HEIGHT = 960, 240
Measure = Literal["events", "bytes"]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template draws: a path for each column, in a box of `WIDTH` by `HEIGHT`, and the value of its upper edge.

    `values` are those of each span and column, a minute; `starts` when each span begins, in seconds since 1970.
    """

    paths: tuple[str, ...]
    highest: float
    starts: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    width: int = WIDTH
    height: int = HEIGHT


def chart(found: Outcome, measure: Measure, merged: int = 1) -> Chart:
    """Return the chart of events or of bytes a minute; so many spans of the outcome are merged into one step."""
    a_minute = 60 / found.span_seconds
    starts = range(0, len(found.spans), merged)
    values = tuple(
        _averages([_counts(span, measure) for span in found.spans[at : at + merged]], a_minute) for at in starts
    )
    highest = max((value for row in values for value in row), default=0.0) or 1.0
    columns = range(1 + len(found.policies))
    paths = tuple(_steps([row[column] for row in values], highest, closed=column == 0) for column in columns)
    return Chart(paths, highest, tuple(found.spans[at].start for at in starts), values)


def _counts(span: Span, measure: Measure) -> tuple[int, ...]:
    return span.events if measure == "events" else span.bytes


def _averages(rows: list[tuple[int, ...]], a_minute: float) -> tuple[float, ...]:
    """Return the average of each column, a minute."""
    return tuple(round(sum(column) * a_minute / len(rows), 1) for column in zip(*rows, strict=True))


def _steps(values: list[float], highest: float, *, closed: bool) -> str:
    """Return an SVG path that goes from left to right in steps; a closed one comes back along the bottom."""
    step = WIDTH / max(1, len(values))
    points = [
        f"V{_number(HEIGHT * (1 - value / highest))}H{_number((index + 1) * step)}"
        for index, value in enumerate(values)
    ]
    start = f"M0 {HEIGHT}" if closed or not values else f"M0 {_number(HEIGHT * (1 - values[0] / highest))}"
    return start + "".join(points) + (f"V{HEIGHT}Z" if closed else "")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
