"""Real audit events without end, each with an id of its own: what was sent is known, and what is missing has a name."""

import functools
import re

from tests.support.events import sample_lines

EVENTS_A_SECOND = 200
LONGEST_BYTES = 16_000  # Docker cuts lines above 16 KiB in pieces
_ID = re.compile(rb'"auditID":"[^"]*"')
IN_LINE = re.compile(rb'"auditID":"([^"]*)"')


@functools.cache
def _lines() -> tuple[bytes, ...]:
    return tuple(found for found in sample_lines() if len(found) <= LONGEST_BYTES)


def audit_id(number: int) -> str:
    """Return the id of the event of this number."""
    return f"fa017000-0000-4000-8000-{number:012x}"


def line(number: int) -> str:
    """Return the event of this number: a line of the bundled log, with its own id."""
    lines = _lines()
    own = f'"auditID":"{audit_id(number)}"'.encode()
    return _ID.sub(own, lines[number % len(lines)], count=1).decode()


def ids(lines: bytes) -> list[str]:
    """Return the ids of all events in some lines."""
    return [found.decode() for found in IN_LINE.findall(lines)]
