"""Events told apart: by what they are, and by what they say, for comparing what a log has with what Loggly has. Pure.

An event is known by `auditID` and stage. What it says is its JSON, whatever the order of its keys, without what the way that it came
adds: the node's name, what the agent sent beside it, and for which rules it was told, which depends on what a bridge saw before.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from audit.times import normal

Record = Mapping[str, Any]

BY_THE_WAY: Final = frozenset({"node", "rules", "severity"})
"""Keys of `audit` that are not compared."""
AGENT: Final = "agent"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_]+")


class Key(NamedTuple):
    """What an event is known by."""

    audit_id: str
    stage: str


def key_of(record: Record) -> Key | None:
    """Return an event's key; None for what has no `auditID`."""
    found = record.get("auditID")
    return Key(found, str(record.get("stage", ""))) if isinstance(found, str) and found else None


def time_of(record: Record) -> int | None:
    """Return an event's `timestamp` as the bridge writes it, in microseconds since 1970; None where there is none."""
    text = record.get("timestamp")
    form = normal(text) if isinstance(text, str) else None
    if form is None:
        return None
    since = datetime.fromisoformat(form) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def digest(record: Record) -> bytes:
    """Return 16 bytes that are the same for events that say the same."""
    return blake2b(orjson.dumps(_said(record), option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def differences(expected: Record, found: Record) -> list[str]:
    """Return where two events differ, as paths such as `audit.cluster`, sorted; never what stands there, which may be secret."""
    return sorted(set(_differing(_said(expected), _said(found), "")))


def record_of(event: Record) -> Record | None:
    """Return what was sent, from an event as the retrieval API gives it; None where it was no JSON object."""
    for text in (event.get("raw"), event.get("logmsg")):
        if isinstance(text, str) and text[:1] == "{":
            try:
                found = orjson.loads(text)
            except orjson.JSONDecodeError:
                continue
            return found if isinstance(found, dict) else None
    parsed = event.get("event")
    found = parsed.get("json") if isinstance(parsed, dict) else None
    return found if isinstance(found, dict) else None


def _said(record: Record) -> dict[str, Any]:
    said = {key: value for key, value in record.items() if key != AGENT}
    audit = said.get("audit")
    if isinstance(audit, dict):
        said["audit"] = {key: value for key, value in audit.items() if key not in BY_THE_WAY}
    return said


def _differing(expected: Any, found: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            name = key if _PLAIN.fullmatch(key) else orjson.dumps(key).decode()
            below = f"{path}.{name}" if path else name
            if key not in expected or key not in found:
                yield below
            else:
                yield from _differing(expected[key], found[key], below)
    elif expected != found or type(expected) is not type(found):
        yield path
