"""Legacy text, in the four generations that API servers have written, to an event of the shape that JSON has.

A line is a time, `AUDIT:` and pairs of a key and a Go-quoted value. Generations 3 and 4 (`--audit-log-format=legacy`, 1.8 to
today; kubernetes/apiserver `pkg/audit/format.go`) have one line a stage, 1 and 2 (1.4 to 1.11) one for the request and
one for its response, joined by `legacy_pairs`. Keys are taken in any order, and those that nobody knows are kept.

What the text does not say is derived or left out: `objectRef` comes from the URI, `level` is Metadata because a line holds
no more than that, and both times are the one that the line has, the time of receipt. There is no decision, no uid, no body.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from audit import times
from audit.attributes import Attributes, Recorded, from_event, from_request
from audit.errors import NotAnEvent

_START = re.compile(rb"(?:(\S{1,64}) +)?AUDIT: ")
_PAIR = re.compile(r'(?:^|\s+)([A-Za-z][A-Za-z0-9_.-]*)="([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_ESCAPE = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"']))""")
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?:, ?|$)')
_CODE = re.compile(r"[0-9]{1,9}")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"

# What stands for nothing, by key; `<nil>` is Go's own, for an address that is none.
_NOTHING = {
    "user": "<none>",
    "groups": "<none>",
    "as": "<self>",
    "asgroups": "<lookup>",
    "namespace": "<none>",
    "ip": "<unknown>",
    "response": "<deferred>",
}
_KNOWN = frozenset({"id", "stage", "method", "uri", "user-agent", *_NOTHING})

_LONG_RUNNING = frozenset({"watch", "proxy"})
_LONG_RUNNING_SUBRESOURCES = frozenset({"attach", "exec", "log", "portforward", "proxy"})


class Form(Enum):
    """What a line is of its request."""

    STAGE = "one line of one stage, generations 3 and 4"
    REQUEST = "the first of two lines, generations 1 and 2"
    RESPONSE = "the second of two lines: an id and a code"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the event that it tells of, of the shape that JSON has, and what the line is of its request."""

    event: dict[str, Any]
    form: Form


def is_text(line: bytes) -> bool:
    """Tell whether a line begins as legacy text does; reading it may still fail."""
    return _START.match(line) is not None


def read(line: bytes) -> Line:
    """Read one line; raises NotAnEvent, and nothing else, whatever the bytes are."""
    start = _START.match(line)
    if start is None:
        raise NotAnEvent("no AUDIT: after a time")
    time = times.normal(start[1].decode("ascii", "replace")) if start[1] else None
    if start[1] and time is None:
        raise NotAnEvent("no RFC 3339 time before AUDIT:")
    fields = _fields(line[start.end() :].decode("utf-8", "replace").rstrip())
    if not fields.get("id"):
        raise NotAnEvent("legacy text without an id")
    if "stage" in fields:
        return Line(_event(fields, fields["stage"], time), Form.STAGE)
    if "method" in fields:
        return Line(_event(fields, "RequestReceived", time), Form.REQUEST)
    if "response" in fields:
        return Line(_event(fields, "ResponseComplete", time), Form.RESPONSE)
    raise NotAnEvent("legacy text without stage, method or response")


def answered(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a request and its response, whose line is written when the first byte of the answer is."""
    stage = "ResponseStarted" if _is_long_running(request) else response["stage"]
    answer = {key: value for key, value in response.items() if key in ("responseStatus", "stageTimestamp", "legacy")}
    return {**request, "stage": stage, **answer}


def unquoted(text: str) -> str:
    """Undo the escapes of Go's %q, without the quotes around it; raises NotAnEvent for what %q never writes."""
    if "\\" not in text:
        return text
    parts: list[str] = []
    at = 0
    while (found := text.find("\\", at)) >= 0:
        match = _ESCAPE.match(text, found)
        if match is None:
            raise NotAnEvent("legacy text with an escape that Go does not know")
        parts += (text[at:found], _sign(match))
        at = match.end()
    return "".join((*parts, text[at:]))


def _sign(match: re.Match[str]) -> str:
    byte, short, long, letter = match.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    point = int(byte or short or long, 16)
    if (byte and point > 0x7F) or 0xD800 <= point <= 0xDFFF or point > 0x10FFFF:
        return _UNREADABLE  # a byte that is no UTF-8 is written as \x
    return chr(point)


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _PAIR.match(text, at)
        if match is None:
            place = len(text) - len(text[at:].lstrip()) + 1
            raise NotAnEvent(f'legacy text: expected key="value" at character {place} after AUDIT:')
        key, value = match.groups()
        if key in fields:
            raise NotAnEvent("legacy text with a key twice")
        fields[key] = unquoted(value)
        at = match.end()
    return fields


def _event(fields: dict[str, str], stage: str, time: str | None) -> dict[str, Any]:
    given = {key: value for key, value in fields.items() if value not in ("<nil>", _NOTHING.get(key))}
    answer = given.get("response")
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": fields["id"],
        "stage": stage,
        **(_request(given) if "uri" in fields or "method" in fields else {}),
        "responseStatus": None if answer is None else {"metadata": {}, "code": _code(answer)},
        "requestReceivedTimestamp": time if "method" in fields else None,
        "stageTimestamp": time,
        "legacy": {key: value for key, value in fields.items() if key not in _KNOWN} or None,
    }
    return {key: value for key, value in event.items() if value is not None}


def _request(given: dict[str, str]) -> dict[str, Any]:
    method, uri, address = given.get("method", ""), given.get("uri", ""), given.get("ip")
    # Generations 1 and 2 have HTTP's method, the others Kubernetes's verb.
    asked = from_request(method, uri) if method.isupper() else from_event(Recorded(verb=method, request_uri=uri))
    return {
        "requestURI": uri,
        "verb": asked.verb,
        "user": _user(given.get("user"), given.get("groups")),
        "impersonatedUser": _user(given["as"], given.get("asgroups")) if "as" in given else None,
        "sourceIPs": [address] if address else None,
        "userAgent": given.get("user-agent") or None,
        "objectRef": _object_ref(asked, given.get("namespace", "")),
    }


def _object_ref(asked: Attributes, namespace: str) -> dict[str, str] | None:
    """Return what the URI asks about, as the API server writes it; the version is the part after `api` or `apis/GROUP`."""
    if not asked.is_resource:
        return None
    root, *parts = asked.path.strip("/").split("/")
    ref = {
        "resource": asked.resource,
        "namespace": asked.namespace or namespace,
        "name": asked.name,
        "apiGroup": asked.api_group,
        "apiVersion": parts[1 if root == "apis" else 0],
        "subresource": asked.subresource,
    }
    return {key: value for key, value in ref.items() if value}


def _user(name: str | None, groups: str | None) -> dict[str, Any]:
    named = {"username": name} if name else {}
    return {**named, "groups": _list(groups)} if groups else named


def _list(text: str) -> list[str]:
    """Return the names of a list that is quoted twice; the first versions wrote one name, as it is."""
    if not text.startswith('"'):
        return [text]
    names, at = [], 0
    while at < len(text):
        match = _QUOTED.match(text, at)
        if match is None:
            raise NotAnEvent("legacy text with groups that are no list of quoted names")
        names.append(unquoted(match[1]))
        at = match.end()
    return names


def _code(text: str) -> int:
    if not _CODE.fullmatch(text):
        raise NotAnEvent("legacy text with a response that is no number")
    return int(text)


def _is_long_running(request: dict[str, Any]) -> bool:
    """Tell whether the answer begins long before it ends, by the API server's own default rule."""
    ref = request.get("objectRef") or {}
    return request.get("verb") in _LONG_RUNNING or ref.get("subresource") in _LONG_RUNNING_SUBRESOURCES
