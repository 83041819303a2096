"""One form of time: ISO 8601, UTC, six digits, as Loggly reads it and as text sorts it.

Loggly takes up to six digits; nine are undocumented. Kubernetes writes six in `MicroTime` and none in `Time`, legacy
text any number and any offset.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

_SHAPE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NORMAL_LENGTH = len("2026-01-31T12:34:56.123456Z")
FORM = b"0000-00-00T00:00:00.000000Z"
"""The one form where each digit is a zero."""
DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_HOUR = len("2026-01-31T12")
_TENS_OF_MINUTES, _TENS_OF_SECONDS = len("2026-01-31T12:"), len("2026-01-31T12:34:")


def is_normal(text: str) -> bool:
    """Tell whether a text is a time in the one form already, as the API server writes it; the hot path's shortcut."""
    if len(text) != _NORMAL_LENGTH or text[4:20:3] != "--T::." or text[26] != "Z":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def are_possible(texts: Sequence[bytes]) -> bool:
    """Tell of many texts that have the `FORM` whether each is a time; no leap second is, as `is_normal` has it."""
    together = b"".join(texts)
    tens = together[_TENS_OF_MINUTES :: len(FORM)] + together[_TENS_OF_SECONDS :: len(FORM)]
    hour = together[:_HOUR]
    hours = {hour} if together.count(hour) == len(texts) else {text[:_HOUR] for text in texts}
    return not tens.translate(None, b"012345") and all(is_normal(f"{hour.decode()}:00:00.000000Z") for hour in hours)


def normal(text: str | None) -> str | None:
    """Return a time in the one form, digits beyond the sixth cut off; None where the text is no time."""
    if not text or (match := _SHAPE.fullmatch(text)) is None:
        return None
    day, time, fraction, zone = match.groups()
    try:
        if len(text) == _NORMAL_LENGTH and text[10] == "T" and zone == "Z":  # what the API server writes
            datetime.fromisoformat(text)
            return text
        moment = datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6].ljust(6, '0')}").replace(
            tzinfo=_zone(zone)
        )
        return from_datetime(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def from_nanoseconds(nanoseconds: int) -> str | None:
    """Return nanoseconds since 1970 in the one form; None beyond the year 9999."""
    try:
        return from_datetime(_EPOCH + timedelta(microseconds=nanoseconds // 1000))
    except OverflowError:
        return None


def from_datetime(moment: datetime) -> str:
    """Return a moment in UTC in the one form."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_seconds(text: str) -> float:
    """Return a time in the one form as seconds since 1970."""
    return (datetime.fromisoformat(text) - _EPOCH).total_seconds()


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
