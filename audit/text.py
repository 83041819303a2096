"""Any value to one line of valid JSON, any line to one without newlines in it, any text to one that a terminal only shows."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

_LEAST, _LARGEST = -(2**63), 2**64 - 1  # what JSON encoders and MessagePack hold
DEEPEST = 200  # levels kept as JSON; orjson itself gives up at 254


def one_line(line: bytes) -> bytes:
    """Return a line that holds no newline and no byte that is not UTF-8: what Loggly splits at, and what it cannot read."""
    line = line.strip(b"\r\n\0")
    if not line.isascii():
        line = line.decode("utf-8", "replace").encode()
    if b"\n" in line:
        try:
            return msgspec.json.format(line, indent=-1)
        except (msgspec.MsgspecError, RecursionError):
            return line  # no JSON: it becomes the text of a message, where newlines are escaped
    return line


def clean(record: Mapping[Any, Any]) -> bytes:
    """Encode a map of what MessagePack may hold as JSON: every key text, no NaN, bytes as text, deep nesting as text."""
    try:
        return orjson.dumps(record)
    except TypeError:  # also what orjson raises for a key that is no text, for bytes, and for deep nesting
        return orjson.dumps(_plain(record, DEEPEST))


def printable(text: str) -> str:
    """Return a text whose signs are all visible, for a terminal obeys some others."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode()


def _plain(value: Any, levels: int) -> Any:
    if isinstance(value, orjson.Fragment):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, levels - 1) for key, item in value.items()} if levels else _flat(value)
    if isinstance(value, list):
        return [_plain(item, levels - 1) for item in value] if levels else _flat(value)
    if isinstance(value, tuple):  # an extension value
        return {"type": value[0], "data": b64encode(value[1]).decode()}
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not _LEAST <= value <= _LARGEST:
        return str(value)
    return value if isinstance(value, int | float | None) else str(value)


def _key(key: Any) -> str:
    plain = _plain(key, 1)
    return plain if isinstance(plain, str) else str(plain)


def _flat(value: Any) -> str:
    """Say what is left out below the deepest level."""
    return f"({len(value)} values nested deeper than {DEEPEST} levels)"
