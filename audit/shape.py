"""An event over Loggly's limit, made to fit: its bodies go first, then texts are cut, and it says so.

What goes is named in `audit.truncated`. The order keeps what a search and an investigation need longest: who did what to which
object, and what became of it.
"""

from base64 import b64encode
from typing import Any

import orjson

BODIES = ("responseObject", "requestObject")
TEXT_LIMITS = (10_000, 1_000, 200)  # characters that long texts are cut to, one after the other
_MARGIN = 2_000  # for what `audit` adds


def fit(data: bytes, limit: int) -> bytes:
    """Return the event, a JSON object, in at most `limit` bytes (at least a few kilobytes)."""
    event: dict[str, Any] = orjson.loads(data)
    truncated: list[str] = []
    for body in BODIES:
        if body in event:
            del event[body]
            truncated.append(body)
            if len(encoded := _marked(event, truncated)) <= limit:
                return encoded
    for length in TEXT_LIMITS:
        cut = {key: _cut(value, length) for key, value in event.items()}
        if len(encoded := _marked(cut, [*truncated, f"texts over {length} characters"])) <= limit:
            return encoded
    kept = {key: value for key, value in cut.items() if len(orjson.dumps(value)) < limit // 20}
    return _marked(kept, [*truncated, "large fields"])


def base64_text(data: bytes, limit: int) -> str:
    """Return bytes as base64, cut so that an event of `limit` bytes can hold the text."""
    return b64encode(data[: (limit - _MARGIN) // 4 * 3]).decode()


def _marked(event: dict[str, Any], truncated: list[str]) -> bytes:
    audit = event.get("audit")
    return orjson.dumps(
        {**event, "audit": {**(audit if isinstance(audit, dict) else {}), "truncated": ", ".join(truncated)}}
    )


def _cut(value: Any, length: int) -> Any:
    """Cut long texts and long lists at every level."""
    if isinstance(value, str) and len(value) > length:
        return value[:length] + f"... ({len(value):,} characters)"
    if isinstance(value, list):
        return [_cut(item, length) for item in value[:length]]
    if isinstance(value, dict):
        return {_cut(key, length): _cut(item, length) for key, item in list(value.items())[:length]}
    return value
