"""EventLists, as the audit webhook sends them, split into their events without decoding these.

The items of a list carry neither kind nor apiVersion: the API server writes them once, on the list. They are spliced into
each item's bytes, so that an item is what the same event is as a line of a log.
"""

import msgspec

from audit.errors import NotAnEvent
from audit.event import API_VERSIONS, MALFORMED, why

KIND = "EventList"


class _List(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    items: list[msgspec.Raw] | None = None


class _Item(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""


_decode_list = msgspec.json.Decoder(_List).decode
_decode_item = msgspec.json.Decoder(_Item).decode


def is_list(data: bytes) -> bool:
    """Tell, quickly, whether JSON may be an EventList; an event that names one in a field is told apart by `events`."""
    return b'"EventList"' in data


def events(data: bytes) -> list[bytes]:
    """Return the events of an EventList as JSON, each with its kind and apiVersion; raises NotAnEvent."""
    try:
        found = _decode_list(data)
    except MALFORMED as error:
        raise NotAnEvent(why(error)) from None
    if found.kind != KIND or found.api_version not in API_VERSIONS:
        raise NotAnEvent("no kind EventList of audit.k8s.io")
    return [_whole(bytes(item), found.api_version) for item in found.items or ()]


def _whole(item: bytes, api_version: str) -> bytes:
    """Add what is missing to an item; what is no map is returned as it is, for `from_line` to say so."""
    try:
        own = _decode_item(item)
    except MALFORMED:
        return item
    if not (own.kind or own.api_version) and item[1:2] == b'"':  # as the API server writes it
        return b'{"kind":"Event","apiVersion":"%b",%b' % (api_version.encode(), item[1:])
    missing = [
        f'"{key}":"{value}"'
        for key, had, value in (("kind", own.kind, "Event"), ("apiVersion", own.api_version, api_version))
        if not had
    ]
    if not missing:
        return item
    rest = item[1:].lstrip()
    return b"{" + ",".join(missing).encode() + (b"" if rest.startswith(b"}") else b",") + rest
