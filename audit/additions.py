"""What is added to an event, `audit`, as bytes: remembered by the fields that decide it, for controllers repeat themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from audit import commands, identities
from audit.event import Event
from audit.facts import Facts, deciding, facts
from audit.settings import Identity

REMEMBERED = 16_384  # additions of about 300 bytes
_KEYS = {
    "actor": "actor",
    "actorKind": "actor_kind",
    "actorNamespace": "actor_namespace",
    "actorPod": "actor_pod",
    "authenticatedAs": "authenticated_as",
    "action": "action",
    "target": "target",
    "verdict": "verdict",
    "decision": "decision",
    "reason": "reason",
    "sourceIP": "source_ip",
    "sourceClass": "source_class",
    "client": "client",
}
_AUDIT = b'","audit":'


class Additions:
    """Bytes by event. `settings` are the keys that every event has."""

    def __init__(self, settings: Mapping[str, str], known: Sequence[Identity]) -> None:
        self._settings = settings
        self._known = known
        self._remembered: dict[tuple[object, ...], bytes] = {}

    def of(self, event: Event, node: str) -> bytes:
        """Return what follows the event's own keys and the time: the time's last quote, `audit`, and the last brace."""
        key = deciding(event, node)
        addition = self._remembered.get(key)
        if addition is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            addition = self._remembered[key] = _AUDIT + self._audit(facts(event), node) + b"}"
        return addition

    def plain(self, node: str, **said: str) -> dict[str, Any]:
        """Return `audit` of what is no event."""
        return present({**self._settings, "node": node, **said})

    def _audit(self, facts: Facts, node: str) -> bytes:
        derived = {key: getattr(facts, name) for key, name in _KEYS.items()}
        label = identities.label(self._known, facts)
        command = commands.text(facts.command)
        return orjson.dumps(self.plain(node, **derived, actorLabel=label, command=command))


def noted(addition: bytes, note: str) -> bytes:
    """Say in an addition what was redacted; the note holds no character that JSON escapes."""
    return b'%b,"redacted":"%b"}}' % (addition[:-2], note.encode()) if note else addition


def spliced(line: bytes, time: str, addition: bytes) -> bytes:
    """Put the time and an addition into an event's line in place of its last brace."""
    return b"".join((line[:-1], b',"timestamp":"', time.encode(), addition))


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in values.items() if value != ""}
