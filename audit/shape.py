"""An event over Loggly's limit, made to fit: its bodies are cut or go first, then texts are cut, and it says so.

What goes is named in `audit.truncated`. The order keeps what a search and an investigation need longest: who did what to which
object, and what became of it.
"""

from base64 import b64encode
from typing import Any

import orjson

BODIES = ("responseObject", "requestObject")
LENGTHS = (
    100_000,
    10_000,
    1_000,
    200,
    50,
)  # characters and entries that texts and lists are cut to, one after the other
OURS = ("timestamp", "audit")  # never left out: with every text in it cut, `audit` has a few kilobytes
_LEAST = 1_000  # characters of a body that are worth keeping
_MARGIN = 2_000  # for what `audit` adds


def fit(data: bytes, limit: int) -> bytes:
    """Return the event, a JSON object with `timestamp` and `audit`, in at most `limit` bytes (at least 9,999)."""
    event: dict[str, Any] = orjson.loads(data)
    truncated: list[str] = []
    for body in BODIES:
        if body in event:
            kept, length = _begun(event.pop(body), len(data) - limit + _MARGIN)
            whole = {**event, body: kept} if kept else event
            encoded = _marked(whole, [*truncated, f"{body} over {length:,}" if kept else body])
            if len(encoded) <= limit:
                return encoded
            truncated.append(body)
            data = _marked(event, truncated)
            if len(data) <= limit:
                return data
    for length in LENGTHS:
        cut = {key: _cut(value, length) for key, value in event.items()}
        if len(encoded := _marked(cut, [*truncated, f"texts and lists over {length:,}"])) <= limit:
            return encoded
    truncated += [f"texts and lists over {length:,}", "the largest fields"]
    return _marked(_smallest(cut, limit - len(_marked({}, truncated))), truncated)


def _begun(body: Any, excess: int) -> tuple[Any, int]:
    """Return the beginning of a body that is a text or a list, `excess` bytes shorter at least, and its length; else nothing.

    What is left of a text reads as one, and is found by a search as before.
    """
    if not isinstance(body, str | list):
        return None, 0
    size = len(orjson.dumps(body))
    length = len(body) * max(size - excess, 0) // size
    while length and size - len(orjson.dumps(body[:length])) < excess:
        length = length * 9 // 10
    return (body[:length], length) if length >= (_LEAST if isinstance(body, str) else 1) else (None, 0)


def base64_text(data: bytes, limit: int) -> tuple[str, str]:
    """Return bytes as base64, as many as an event of `limit` bytes can hold, and what to say where that is not all."""
    room = (limit - _MARGIN) // 4 * 3
    return b64encode(data[:room]).decode(), f"the first {room:,} of {len(data):,} bytes" if len(data) > room else ""


def _marked(event: dict[str, Any], truncated: list[str]) -> bytes:
    return orjson.dumps({**event, "audit": {**event.get("audit", {}), "truncated": ", ".join(truncated)}})


def _cut(value: Any, length: int) -> Any:
    """Cut long texts and long lists at every level."""
    if isinstance(value, str) and len(value) > length:
        return value[:length] + f"... ({len(value):,} characters)"
    if isinstance(value, list):
        return [_cut(item, length) for item in value[:length]]
    if isinstance(value, dict):
        return {_cut(key, length): _cut(item, length) for key, item in list(value.items())[:length]}
    return value


def _smallest(event: dict[str, Any], room: int) -> dict[str, Any]:
    """Keep what is ours, and of the rest the smallest fields, as many as fit."""
    size = {key: len(orjson.dumps({key: value})) - 1 for key, value in event.items()}  # a comma for two braces
    kept = set(OURS)
    room -= sum(size.get(key, 0) for key in OURS)
    for key in sorted(event.keys() - kept, key=lambda key: (size[key], key)):
        room -= size[key]
        if room < 0:
            break
        kept.add(key)
    return {key: value for key, value in event.items() if key in kept}
