"""What is added to an event, `audit`, as bytes: remembered by the fields that decide it, for controllers repeat themselves.

What the rules say of an event as such is remembered with it; what they say of one event alone is asked when it comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from audit import commands, identities
from audit.detecting import AlertLine, Candidates, Detector, Found, Record
from audit.event import Event
from audit.facts import Facts, deciding, facts
from audit.rules import Pack
from audit.settings import Identity

REMEMBERED = 16_384  # additions of about 300 bytes
_AUDIT = b'","audit":'


def _key(name: str) -> str:
    """Return the key of a field: camelCase, where only IP is in capitals."""
    first, *others = name.split("_")
    return first + "".join("IP" if other == "ip" else other.capitalize() for other in others)


class _Said(msgspec.Struct, gc=False, omit_defaults=True, rename=_key):
    """The keys of `audit` in their order, those that are empty left out."""

    cluster: str = ""
    environment: str = ""
    node: str = ""
    actor: str = ""
    actor_kind: str = ""
    actor_namespace: str = ""
    actor_pod: str = ""
    authenticated_as: str = ""
    action: str = ""
    target: str = ""
    verdict: str = ""
    decision: str = ""
    reason: str = ""
    source_ip: str = ""
    source_class: str = ""
    client: str = ""
    actor_label: str = ""
    command: str = ""


class Promising(bytes):
    """An addition to events of which some may be told for something."""

    candidates: Candidates


class Additions:
    """Bytes by event. `settings` are the keys that every event has."""

    def __init__(self, settings: Mapping[str, str], known: Sequence[Identity]) -> None:
        self._settings = settings
        self._known = known
        self._detector = Detector(Pack())
        self._remembered: dict[tuple[object, ...], bytes] = {}

    def use(self, detector: Detector) -> None:
        """Ask these rules from now on."""
        self._detector = detector
        self._remembered.clear()

    def of(self, event: Event, node: str) -> bytes:
        """Return what follows the event's own keys and the time: the time's last quote, `audit`, and the last brace."""
        key = deciding(event, node)
        addition = self._remembered.get(key)
        if addition is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            addition = self._remembered[key] = self._made(event, node)
        return addition

    def found(self, addition: bytes, event: Event, record: Record, time: str) -> Found | None:
        """Return what an event is told for, given its addition; `time` is the event's in the one form."""
        if not isinstance(addition, Promising):
            return None
        return self._detector.decide(addition.candidates, event, record, time)

    def plain(self, node: str, **said: str) -> dict[str, Any]:
        """Return `audit` of what is no event."""
        return present({**self._settings, "node": node, **said})

    def _made(self, event: Event, node: str) -> bytes:
        found = facts(event)
        label = identities.label(self._known, found)
        addition = _AUDIT + self._audit(found, label, node) + b"}"
        candidates = self._detector.candidates(event, found, label)
        if candidates is None:
            return addition
        promising = Promising(addition)
        promising.candidates = candidates
        return promising

    def _audit(self, facts: Facts, label: str, node: str) -> bytes:
        said = _Said(
            **self._settings,
            node=node,
            actor=facts.actor,
            actor_kind=facts.actor_kind,
            actor_namespace=facts.actor_namespace,
            actor_pod=facts.actor_pod,
            authenticated_as=facts.authenticated_as,
            action=facts.action,
            target=facts.target,
            verdict=facts.verdict,
            decision=facts.decision,
            reason=facts.reason,
            source_ip=facts.source_ip,
            source_class=facts.source_class,
            client=facts.client,
            actor_label=label,
            command=commands.text(facts.command) if facts.command else "",
        )
        return msgspec.json.encode(said)


def noted(addition: bytes, note: str) -> bytes:
    """Say in an addition what was redacted; the note holds no character that JSON escapes."""
    return b'%b,"redacted":"%b"}}' % (addition[:-2], note.encode()) if note else addition


def told(addition: bytes, found: Found | None) -> bytes:
    """Say in an addition for which rules an event is told, and how severe the worst of them is."""
    if found is None:
        return addition
    return b'%b,"rules":%b,"severity":"%b"}}' % (addition[:-2], orjson.dumps(found.names), found.severity.encode())


def alerting(line: bytes, found: Found | None) -> bytes:
    """Return a line that knows what it is told for, where it is told at all."""
    return AlertLine.of(line, found) if found else line


def spliced(line: bytes, time: str, addition: bytes) -> bytes:
    """Put the time and an addition into an event's line in place of its last brace."""
    return b"".join((line[:-1], b',"timestamp":"', time.encode(), addition))


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in values.items() if value != ""}
