"""An event as one line for a person: when, what became of it, who did what to what, from where, and why.

What is shown comes from an audit log, where anybody can write: signs that a terminal would obey are shown as escapes.
Nothing is cut. A column is as wide as what it holds, up to its bound; what is wider moves the rest of its own line.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from audit import commands
from audit.event import Event, stage_time
from audit.facts import Facts
from audit.text import printable

COLOURS = {
    "allowed": "green",
    "pending": "bright_black",
    "denied_authn": "red",
    "denied_authz": "red",
    "denied_admission": "red",
    "not_found": "yellow",
    "conflict": "yellow",
    "invalid": "yellow",
    "error": "magenta",
}
"""The colour of each verdict, by the names that terminals' sixteen colours have."""

Paint = Callable[[str, str], str]
"""Colour a text by a verdict."""

_NOTHING = "-"
_GAP = "  "
_FIRST = (24, 12, 3, 20, 6, 40, 9)  # columns before anything was shown: time, verdict, code, ...
_WIDEST = (24, 16, 3, 44, 16, 72, 24)


class Row(NamedTuple):
    """The cells of a line, in their order."""

    time: str
    verdict: str
    code: str
    actor: str
    action: str
    target: str
    source: str
    note: str


def row(event: Event, facts: Facts) -> Row:
    """Return what a person reads of an event; the note is the command of an exec, or why a request was denied."""
    status = event.response_status
    time = stage_time(event)
    return Row(
        time=f"{time[:23]}Z" if time else _NOTHING,
        verdict=facts.verdict,
        code=str(status.code) if status else _NOTHING,
        actor=f"{facts.authenticated_as} as {facts.actor}" if facts.authenticated_as else facts.actor or _NOTHING,
        action=facts.action or _NOTHING,
        target=facts.target or _NOTHING,
        source=facts.source_ip or _NOTHING,
        note=commands.text(facts.command) or (facts.reason if facts.verdict.startswith("denied") else ""),
    )


def plain(text: str, _verdict: str) -> str:
    """Leave a text without colour."""
    return text


class Columns:
    """Lines one below the other, their columns aligned; `paint` colours the verdict."""

    def __init__(self, paint: Paint = plain) -> None:
        self._paint = paint
        self._widths = list(_FIRST)

    def lines(self, rows: Sequence[Row]) -> list[str]:
        """Return rows as lines without their newlines, aligned with each other as far as the bounds let them."""
        shown = [tuple(map(printable, row)) for row in rows]
        for number, widest in enumerate(_WIDEST):
            longest = max((len(cells[number]) for cells in shown), default=0)
            self._widths[number] = max(self._widths[number], min(longest, widest))
        return [self._line(cells, row.verdict) for cells, row in zip(shown, rows, strict=True)]

    def _line(self, cells: tuple[str, ...], verdict: str) -> str:
        *padded, note = (cell.ljust(width) for cell, width in zip(cells, (*self._widths, 0), strict=True))
        padded[1] = self._paint(padded[1], verdict)
        return _GAP.join((*padded, note)).rstrip()


def unread(place: str, why: str, line: str) -> str:
    """Return the line for what is no event: where it stands, why it is none, and what it is."""
    return f"{place}: no event, {printable(why)}: {printable(line)}"
