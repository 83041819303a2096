"""What may leave the cluster of an event: it goes in as its view and its JSON, and comes out as JSON, with a word on what was done.

An event whose bytes show nothing to remove keeps them; only its bodies are given the form that the settings want. Every other
one is taken apart at its first level, and each field is cleaned by its own rules. What cannot be checked is left out.
The note names places and reasons, such as `responseObject.secretData`; docs/redaction.md lists them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from audit import shapes
from audit.bodies import Bodies, about
from audit.cleaning import Cleaning, Rules, Unreadable
from audit.credentials import Credentials
from audit.event import Event, Ordinary
from audit.foreign import Foreign
from audit.scanning import searcher
from audit.settings import Redact
from audit.text import clean
from audit.uris import Uris

BODIES = ("requestObject", "responseObject")
_URI = "requestURI"
_REQUEST, _RESPONSE = BODIES
_REQUEST_KEY, _RESPONSE_KEY = (b',"%b":' % name.encode() for name in BODIES)
_BODY = b'Object":'
_AFTER_BODIES = b',"requestReceivedTimestamp":'
_PATCHES = b"patch.webhook.admission"  # annotations that hold what a webhook changed, values included
_DROPPED = ("timestamp", "audit", *BODIES)  # not of a record's head

_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


class Redactor:
    """Removes what the settings say. Keeps nothing but what it remembers of names."""

    def __init__(self, settings: Redact) -> None:
        credentials = Credentials(settings.names, settings.keep_names)
        self._rules = Rules(credentials, settings.commands, settings.env, settings.config_maps)
        self._bodies = Bodies(self._rules, settings.bodies)
        self._uris = Uris(credentials, settings.commands)
        foreign = Foreign(self._rules)
        self.foreign, self.may_ship = foreign.record, foreign.may_ship
        # Escaped letters could hide a name or a shape; Go's encoder writes none.
        self._suspicious = searcher(rf"{shapes.PATTERN}|\\u00[4-7]|{_PATCHES.decode()}")

    def is_clear(self, text: bytes) -> bool:
        """Tell of one line or of many, all ASCII, that nothing in them looks like something to remove by its shape."""
        return not self._suspicious(text.decode())

    def marks(self, uris: Sequence[str]) -> bool:
        """Tell whether any of some URIs may hold something to remove."""
        return self._uris.marked("\n".join(uris))

    def ordinary(self, event: Ordinary, line: bytes, *, is_clear: bool = False) -> tuple[bytes, str] | None:
        """Return the line of an ordinary event, and the note; None where more is to be done than a look: that is for `line`."""
        if not (is_clear or self.is_clear(line)) or self._uris.marked(event.request_uri):
            return None
        request, response = event.request_object, event.response_object
        if not request and not response:
            return line, ""
        topic = about(event)
        end = line.rfind(_AFTER_BODIES)  # the API server writes them in this order, one beside the other
        parts = [line[end:]]
        notes: list[str] = []
        for name, key, raw in ((_RESPONSE, _RESPONSE_KEY, response), (_REQUEST, _REQUEST_KEY, request)):
            if raw:
                body = bytes(raw)
                start = end - len(key) - len(body)
                if end < 0 or not line.endswith(body, 0, end) or not line.startswith(key, start):
                    return None
                shipped, done = self._bodies.shipped(body, topic)
                if shipped is not None:
                    parts += (shipped, key)
                if done:
                    notes[:0] = [f"{name}.{one}" for one in done]
                end = start
        if line.find(_BODY, 0, end) >= 0:  # a key that comes twice: the view has only the last
            return None
        parts.append(line[:end])
        parts.reverse()
        return b"".join(parts), ", ".join(notes)

    def line(self, event: Event, line: bytes) -> tuple[bytes, str]:
        """Return an event's line (one line of valid UTF-8), each of its fields cleaned, and the note."""
        fields = _decode_fields(line)
        bodies = {name: bytes(fields.pop(name)) for name in BODIES if name in fields}
        return self._whole(event, fields, bodies)

    def record(self, event: Event, record: Mapping[Any, Any]) -> tuple[bytes, str]:
        """Return the line of an event that an agent has parsed, without `timestamp` and `audit`, and the note."""
        head = clean({key: value for key, value in record.items() if key not in _DROPPED})
        bodies = {name: clean({"": record[name]})[4:-1] for name in BODIES if name in record}
        if self._suspicious(head.decode()) or self._uris.marked(event.request_uri):
            return self._whole(event, _decode_fields(head), bodies)
        return self._joined(head, *self._shipped(event, bodies), [])

    def _whole(self, event: Event, fields: dict[str, msgspec.Raw], bodies: Mapping[str, bytes]) -> tuple[bytes, str]:
        shipped, notes = self._shipped(event, bodies)
        done = self._clean_head(event, fields)
        return self._joined(_encode(fields), shipped, notes, done)

    def _joined(
        self, head: bytes, shipped: Mapping[str, bytes], notes: Iterable[str], done: Iterable[str]
    ) -> tuple[bytes, str]:
        parts = [b'"%b":%b' % (name.encode(), body) for name, body in shipped.items()]
        inner = [head[1:-1]] if len(head) > 2 else []
        return b"{" + b",".join([*inner, *parts]) + b"}", ", ".join([*notes, *done])

    def _shipped(self, event: Event, bodies: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
        """Return what is shipped of the bodies, and what was done."""
        topic = about(event) if bodies else 0
        shipped: dict[str, bytes] = {}
        notes: list[str] = []
        for name, raw in bodies.items():
            certain = not self._suspicious(raw.decode())
            body, done = self._bodies.shipped(raw, topic) if certain else self._bodies.read(raw, topic)
            if body is not None:
                shipped[name] = body
            notes += [f"{name}.{one}" for one in done]
        return shipped, notes

    def _clean_head(self, event: Event, fields: dict[str, msgspec.Raw]) -> list[str]:
        """Clean, in place, all fields but the bodies."""
        notes: list[str] = []
        if _URI in fields and (self._uris.marked(event.request_uri) or self._suspicious(bytes(fields[_URI]).decode())):
            uri, done = self._uris.without(event.request_uri)
            if done:
                fields[_URI] = msgspec.Raw(_encode(uri))
                notes += [f"{_URI}.{one}" for one in done]
        if self._suspicious(_encode(fields).decode()):
            topic = about(event)
            for name, raw in list(fields.items()):
                if name != _URI and self._suspicious(bytes(raw).decode()):
                    notes += [f"{name}.{one}" for one in self._clean_field(fields, name, raw, topic)]
        return notes

    def _clean_field(self, fields: dict[str, msgspec.Raw], name: str, raw: msgspec.Raw, topic: int) -> list[str]:
        cleaning = Cleaning(self._rules)
        try:
            value = orjson.loads(bytes(raw))
            if name == "annotations" and isinstance(value, dict):
                clean: Any = {key: cleaning.annotation(key, text, topic) for key, text in value.items()}
            else:
                clean = cleaning.texts(value)
        except (orjson.JSONDecodeError, RecursionError, Unreadable):
            del fields[name]
            return ["unreadable"]
        if cleaning.done:
            fields[name] = msgspec.Raw(orjson.dumps(clean))
        return sorted(cleaning.done)
