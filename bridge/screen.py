"""A frame of `audit-bridge top` as it is drawn in a terminal. Pure."""

from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from audit.text import printable
from bridge.frame import Frame, Row
from bridge.status_page import HIGH, size, span

SHOWN: Final = 10
"""Actors and rules that are drawn."""
_STYLES: Final = {
    "accepting": "green",
    "idle": "dim",
    "retrying": "yellow",
    "stopping": "yellow",
    "full": "bold red",
    "held": "bold red",
}
_SEVERITIES: Final = {"critical": "bold red", "high": "red", "medium": "yellow"}


def drawn(frame: Frame) -> RenderableType:
    """Return what is drawn: a row for each bridge, what is wrong with them, who does what, which rules were told."""
    parts: list[RenderableType] = [_bridges(frame), *_remarks(frame)]
    amount = f"{frame.denied:,} of {frame.events:,} events of {span(frame.seconds)} were denied"
    parts += [Text(), Text(amount, style="bold" if frame.denied else ""), _actors(frame)]
    parts += [Text(), _rules(frame)] if frame.rules else [Text(), Text("No rule was told.")]
    return Group(*parts)


def _bridges(frame: Frame) -> Table:
    table = _table("Bridge", "Cluster", "State")
    for name in ("In/s", "To Loggly/s", "Lag", "Oldest", "Unacked"):
        table.add_column(name, justify="right")
    table.add_column("Loggly's answers")
    for row in frame.rows:
        table.add_row(*(_problem(row) if row.problem else _figures(row)))
    if len(frame.rows) > 1:
        rates = (_rate(frame.received_rate), _rate(frame.delivered_rate))
        table.add_row("all", "", "", *rates, style="bold", end_section=True)
    return table


def _problem(row: Row) -> list[RenderableType]:
    return [row.address, "", Text("no answer", style="bold red")]


def _figures(row: Row) -> list[RenderableType]:
    where = printable(" ".join(filter(None, (row.cluster, row.environment))))
    full = row.limit_bytes and row.unacked_bytes / row.limit_bytes >= HIGH
    answers = "  ".join(f"{code} {count:,}x" for code, count in row.answers.items())
    return [
        row.address,
        where,
        Text(row.state, style=_STYLES.get(row.state, "")),
        _rate(row.received_rate),
        _rate(row.delivered_rate),
        "-" if row.lag_seconds is None else span(row.lag_seconds),
        span(row.oldest_seconds) if row.oldest_seconds else "-",
        Text(size(row.unacked_bytes), style="bold red" if full else ""),
        Text(printable(answers) or "-", style="" if set(row.answers) <= {"200"} else "yellow"),
    ]


def _remarks(frame: Frame) -> list[RenderableType]:
    """Say of each bridge that is not well why: a problem, or the last refusal while nothing is taken."""
    remarks = []
    for row in frame.rows:
        if row.problem:
            remarks.append(Text(printable(f"{row.address}: {row.problem}"), style="red"))
        elif row.state in ("held", "full", "retrying"):
            words = ": ".join(filter(None, (row.headline, row.refusal)))
            remarks.append(Text(printable(f"{row.address}: {words}"), style=_STYLES[row.state]))
    return list(remarks)


def _actors(frame: Frame) -> Table:
    table = _table()
    table.add_column("Actor", no_wrap=True, overflow="ellipsis")
    table.add_column("Events", justify="right")
    table.add_column("Denied", justify="right")
    for actor in frame.actors[:SHOWN]:
        denied = Text(f"{actor.denied:,}", style="bold" if actor.denied else "dim")
        table.add_row(Text(printable(actor.name)), f"{actor.events:,}", denied)
    return table


def _rules(frame: Frame) -> Table:
    table = _table("Rule", "Severity")
    table.add_column("Times", justify="right")
    for match in frame.rules[:SHOWN]:
        severity = Text(printable(match.severity), style=_SEVERITIES.get(match.severity, ""))
        table.add_row(Text(printable(match.rule)), severity, f"{match.count:,}")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _rate(rate: float | None) -> str:
    if rate is None:
        return "-"
    return f"{rate:,.0f}" if rate >= 10 or rate == 0 else f"{rate:.1f}"
