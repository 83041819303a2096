"""Times as Loggly reads them: an event's own and a search's bounds. All are microseconds since 1970, UTC."""

import re
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
DAY = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_MS = 253_402_300_799_999  # the end of year 9999, beyond which datetime cannot go
# What working clients send and Loggly parses: a zone always, at most six digits. Nine digits are undocumented.
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_AGO = re.compile(r"-(\d{1,6})([smhdwy])", re.ASCII)
_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}


class TimeError(ValueError):
    """A bound of a search that is in none of the known forms."""


def event_time(value: object) -> int | None:
    """Read an event's `timestamp`: ISO 8601 with a zone, or epoch milliseconds; None for every other form."""
    if isinstance(value, str):
        return _iso(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LAST_MS:
        return value * 1000
    return None


def bound(text: str, now: int) -> int:
    """Read `from` or `until`: `now`, an age such as `-20m`, or ISO 8601 with a zone; TimeError otherwise."""
    if text == "now":
        return now
    if age := _AGO.fullmatch(text):
        return max(0, now - int(age[1]) * _UNITS[age[2]])
    time = _iso(text)
    if time is None:
        raise TimeError(f"expected now, an age such as -20m or -7d, or ISO 8601 with a zone, got {text[:60]!r}")
    return time


def iso(time: int) -> str:
    """Write a time the way that the bridge sends it: `2026-01-31T12:34:56.123456Z`."""
    return (_EPOCH + time * _MICROSECOND).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _iso(text: str) -> int | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        # Python 3.11 takes 3 or 6 digits only with some separators, but any number after a full stop.
        return max(0, (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND)
    except (ValueError, OverflowError):
        return None
