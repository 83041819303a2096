"""A request's or a response's object, from its JSON to what is shipped of it.

Most bodies hold nothing to remove, and that can be seen in their bytes: those are not decoded. A body that shows any mark of
something sensitive, or any escape that could hide one, is decoded and cleaned; what cannot be read is left out.
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec
import orjson

from audit import managed_fields, shapes
from audit.cleaning import CONFIG_MAP, SECRET, SENSITIVE, TOKEN, UNKNOWN, Cleaning, Rules, Unreadable
from audit.event import Event, ObjectRef
from audit.flatten import flatten
from audit.scanning import searcher

Form = Literal["text", "flatten", "keep", "drop"]
"""How bodies are shipped: as one text of JSON, as a list of `path=value`, as JSON, or not."""

HIDING = r"\\u00(?:2[0-57-9a-f]|3[0-bdf]|[4-7])"
"""Escapes that Go's encoder never writes; the three of ASCII that it does are <, > and &."""

_WITH_KIND = b'{"kind":"'
_QUOTE = '"'
_CUT = ("managedFields",)
_KEYS = "args|command|env|managedfields|token|value|(?:binary|string)?data"
_APPLIED = r"last-applied|last-handled|rio\.cattle\.io/applied"

_RESOURCES = {"secrets": SECRET, "configmaps": CONFIG_MAP, "tokenreviews": TOKEN, "token": TOKEN}
_PLACE = re.compile(
    r"/(?:api|apis/[^/?]+)/[^/?]+(?:/watch)?(?:/namespaces/[^/?]+)?"
    r"/(?:(?P<resource>secrets|configmaps|tokenreviews)|serviceaccounts/[^/?]+/(?P<token>token))(?=[/?]|$)",
    re.IGNORECASE,
)
_is_sensitive_place = searcher("(?i)/(?:secrets|configmaps|tokenreviews|token)(?:[/?]|$)")


def about(event: Event) -> int:
    """Tell what the bodies of an event are about, by its objectRef and by its URI: one of them may be missing or wrong."""
    ref, uri = event.object_ref, event.request_uri
    found = _of_resource(ref) if ref else UNKNOWN
    if _is_sensitive_place(uri) and (match := _PLACE.match(uri)):
        found |= _RESOURCES[(match["resource"] or match["token"]).lower()]
    return found


def _of_resource(ref: ObjectRef) -> int:
    if ref.subresource == "token":
        return TOKEN
    return _RESOURCES.get(ref.resource, 0) if ref.resource != "token" else 0


class Bodies:
    """Prepares bodies by the settings."""

    def __init__(self, rules: Rules, form: Form) -> None:
        self._rules = rules
        self.form = form
        self._marked = searcher(rf'(?i)"(?:{_KEYS})\\*"\s*:|{_APPLIED}|{HIDING}|{rules.credentials.in_json}')
        self._in_texts = searcher(rf'\\"|{shapes.PATTERN}|{rules.credentials.in_json_texts}')

    def shipped(self, raw: bytes, topic: int) -> tuple[bytes | None, Sequence[str]]:
        """Return what is shipped of a body without any of the shapes of credentials, and what was done, as `read` does.

        It is not decoded where its bytes show that it need not be.
        """
        if raw == b"null":
            return raw, ()
        sensitive = topic & SENSITIVE or (topic and not raw.startswith(_WITH_KIND))
        if sensitive or self.form == "drop":
            return self.read(raw, topic)
        text = raw.decode()
        body = managed_fields.without(text)
        if self._marked(body):
            return self.read(raw, topic)
        done = () if body is text else _CUT
        if self.form == "text" and body[0] != _QUOTE:
            return msgspec.json.encode(body), done
        if self.form != "flatten":
            return body.encode(), done
        try:
            return orjson.dumps(flatten(orjson.loads(body))), done
        except (orjson.JSONDecodeError, RecursionError):
            return self.read(raw, topic)

    def read(self, raw: bytes, about: int) -> tuple[bytes | None, Sequence[str]]:
        """Return what is shipped of a decoded and cleaned body, None where it is left out; and what was done."""
        if self.form == "drop":
            return None, ["dropped"]
        try:
            cleaning = Cleaning(self._rules, self._in_texts(raw.decode()))
            clean = cleaning.body(orjson.loads(raw), about)
            return self._formed(clean), sorted(cleaning.done)
        except (orjson.JSONDecodeError, TypeError, RecursionError, Unreadable):
            return None, ["unreadable"]

    def _formed(self, value: object) -> bytes:
        if self.form == "flatten":
            return orjson.dumps(flatten(value))
        body = orjson.dumps(value)
        is_text = isinstance(value, str)  # already, as where a control plane found the body too large
        return body if is_text or self.form == "keep" else msgspec.json.encode(body.decode())
