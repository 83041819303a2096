"""A log as a policy would have written it: events left out, bodies cut off, the level changed, nothing else touched.

What an API server writes at a level is what it writes at a higher one without the bodies (kubernetes/apiserver
`pkg/audit/request.go`), so a log can be lowered afterwards, and never raised: an event keeps its own level where that is the
lower. The bytes of what stays are those that came.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from audit.attributes import Recorded, User, from_event
from audit.deciding import Decision, decide
from audit.policy import LEVELS, Policy, Rule

REMEMBERED = 16_384
"""Decisions that are kept for requests that come again."""

REASONS = ("policy", "stage")
"""Why an event is left out: its level is None, or its stage is omitted."""

_Request = tuple[User | None, str, str]
_RANK = {level: rank for rank, level in enumerate(LEVELS)}
_QUOTED = {f'"{level}"'.encode(): rank for level, rank in _RANK.items()}
_BODIES = (("requestObject", _RANK["Request"]), ("responseObject", _RANK["RequestResponse"]))
_MANAGED = b'"managedFields"'
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.encode


class _Filtered(Recorded, gc=False, frozen=True, rename="camel"):
    """What decides whether and how an event is written."""

    level: str = ""
    stage: str = ""


_decode = msgspec.json.Decoder(_Filtered).decode


class PolicyFilter:
    """Applies one policy to events in JSON, and remembers what it decided about requests that come again."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._decisions: dict[_Request, Decision] = {}
        self.left_out: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        """The events that were left out so far, by reason."""

    def line(self, raw: bytes) -> bytes | None:
        """Return one event's JSON as the policy would have it, None where it would not have been written.

        Raises `audit.event.MALFORMED` for what is no event.
        """
        event = _decode(raw)
        decision = self._decisions.get((event.user, event.verb, event.request_uri)) or self._decided(event)
        if not decision.records(event.stage):
            self.left_out["policy" if decision.level == "None" else "stage"] += 1
            return None
        if decision.level == event.level and not decision.omit_managed_fields:
            return raw
        return cut(raw, decision.level, decision.omit_managed_fields)

    def _decided(self, event: Recorded) -> Decision:
        """Decide, and remember it where the URL alone says what was asked."""
        decision = decide(self._policy, from_event(event))
        if len(self._decisions) >= REMEMBERED:
            self._decisions.clear()
        if event.request_uri:
            self._decisions[event.user, event.verb, event.request_uri] = decision
        return decision


def with_stages(policy: Policy | None, omit_stages: Sequence[str]) -> Policy | None:
    """Return a policy that omits more stages; without a policy, one that keeps all else; None where that is everything."""
    if not omit_stages:
        return policy
    return replace(
        policy or Policy((Rule(LEVELS[-1]),)), omit_stages=(*(policy.omit_stages if policy else ()), *omit_stages)
    )


def cut(raw: bytes, level: str, omit_managed_fields: bool = False) -> bytes:
    """Return an event's JSON, on one line, at a level other than None, or at its own where that is lower.

    Raises `audit.event.MALFORMED` for what is no JSON object.
    """
    fields = _fields(raw)
    rank = min(_RANK[level], _own_rank(fields))
    gone = [body for body, needed in _BODIES if rank < needed and body in fields]
    managed = omit_managed_fields and _MANAGED in raw
    if not gone and not managed and rank == _own_rank(fields):
        return raw
    for body in gone:
        del fields[body]
    if "level" in fields:
        fields["level"] = msgspec.Raw(f'"{LEVELS[rank]}"'.encode())
    for body, _ in _BODIES if managed else ():
        if body in fields and not (body == "requestObject" and _is_patch(fields)):
            fields[body] = _without_managed_fields(fields[body])
    return _encode(fields)


def _own_rank(fields: dict[str, msgspec.Raw]) -> int:
    return _QUOTED.get(bytes(fields.get("level", b"")), len(LEVELS))


def _is_patch(fields: dict[str, msgspec.Raw]) -> bool:
    """Whether the body is a patch, which the API server records as it came."""
    return bytes(fields.get("verb", b"")) == b'"patch"'


def _without_managed_fields(body: msgspec.Raw) -> msgspec.Raw:
    """Leave `metadata.managedFields` out of an object, of each item of a list, and of the object in each row of a table."""
    if _MANAGED not in bytes(body):
        return body
    return _changed(
        body,
        {
            "metadata": _without_key,
            "items": lambda items: _each(items, _without_managed_fields),
            "rows": lambda rows: _each(rows, lambda row: _changed(row, {"object": _without_managed_fields})),
        },
    )


Change = Callable[[msgspec.Raw], msgspec.Raw]


def _without_key(metadata: msgspec.Raw) -> msgspec.Raw:
    fields = _map(metadata)
    if fields is None or "managedFields" not in fields:
        return metadata
    del fields["managedFields"]
    return msgspec.Raw(_encode(fields))


def _changed(data: msgspec.Raw, changes: dict[str, Change]) -> msgspec.Raw:
    """Change some values of a map; what is no map stays."""
    fields = _map(data)
    if fields is None:
        return data
    return msgspec.Raw(
        _encode({key: changes[key](value) if key in changes else value for key, value in fields.items()})
    )


def _each(data: msgspec.Raw, change: Change) -> msgspec.Raw:
    """Change every entry of a list; what is no list stays."""
    return msgspec.Raw(_encode([change(one) for one in _items(data)])) if bytes(data)[:1] == b"[" else data


def _map(data: msgspec.Raw) -> dict[str, Any] | None:
    return _fields(data) if bytes(data)[:1] == b"{" else None
