"""A body without its secrets: a decoded JSON value in, one without them out.

What is sensitive is decided by what the request is about and by the kind of each object, together: an `objectRef` may be missing,
and a List may hold Secrets. Of a Secret only what is known to be harmless is kept; elsewhere what is known to be secret is
removed. Where a value is removed, `(redacted)` stands in its place; what was done is noted by a word of docs/redaction.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import orjson

from audit import argv, patches
from audit.argv import Mode
from audit.credentials import Credentials
from audit.keys import NAMING, InSecret, Key, Keys, Role
from audit.shapes import MASK

SECRET: Final = 1
CONFIG_MAP: Final = 2
TOKEN: Final = 4
SENSITIVE: Final = SECRET | CONFIG_MAP | TOKEN
UNKNOWN: Final = 8  # nothing says what the request is about: an object without a kind may be a patch of anything
"""What a body is about; several may hold."""

DEEPEST = 200  # levels; deeper values cannot be checked

_KINDS = {
    "Secret": SECRET,
    "SecretList": SECRET,
    "ConfigMap": CONFIG_MAP,
    "ConfigMapList": CONFIG_MAP,
    "TokenRequest": TOKEN,
    "TokenReview": TOKEN,
}
_CONTENT = frozenset({"metadata", "data", "stringData", "binaryData", "items", "spec", "status"})
"""An object, a patch or a list has one of these; a reference to one, or a discovery document, only names its kind."""
_TRIVIAL = frozenset({"", "true", "false", MASK})
_PACKED = 200  # characters


class Unreadable(Exception):  # noqa: N818 - a finding about a body, not a fault
    """The body cannot be checked."""


@dataclass(frozen=True)
class Rules:
    """What is removed, beside what always is."""

    credentials: Credentials
    commands: Mode = "credentials"
    env: Literal["all", "credentials", "keep"] = "all"
    config_maps: Literal["all", "credentials", "keep"] = "credentials"

    @cached_property
    def keys(self) -> Keys:
        """What is known of keys by these names of credentials."""
        return Keys(self.credentials)


@dataclass(slots=True)
class Cleaning:
    """Cleans the parts of one event, and remembers in `done` what it did; `in_texts` is whether texts need a look."""

    rules: Rules
    in_texts: bool = True
    done: set[str] = field(default_factory=set)

    def body(self, body: Any, about: int) -> Any:
        """Return a request's or a response's object without secrets; raises Unreadable and RecursionError."""
        if isinstance(body, dict):
            return self.value(body, about, DEEPEST)
        inner = _inner(body)
        if inner is not None:
            return self._again(self.body(inner, about), inner, body)
        about |= SECRET if about & UNKNOWN else 0
        if not about & (SECRET | TOKEN):
            return self.value(body, about, DEEPEST)
        if isinstance(body, list):  # a JSON patch
            return [self.body(one, about) if isinstance(one, dict) else self._mask(one, "secretData") for one in body]
        return self._mask(body, "secretData")

    def value(self, value: Any, about: int, levels: int) -> Any:
        """Clean any value."""
        if isinstance(value, str):
            return self.text(value, about, levels) if self.in_texts else value
        if isinstance(value, dict):
            return self._map(value, about, levels)
        if isinstance(value, list):
            _check(levels)
            return [self.value(one, about, levels - 1) for one in value]
        return value

    def text(self, text: str, about: int = 0, levels: int = DEEPEST) -> str:
        """Clean a text, and the JSON in it where it is some."""
        inner = _inner(text)
        if inner is not None:
            return self._again(self.value(inner, about, levels - 1), inner, text)
        clean = self.rules.credentials.without(text)
        if clean != text:
            self.done.add("text")
        return clean

    def texts(self, value: Any, levels: int = DEEPEST) -> Any:
        """Clean the texts of a value, whatever they stand under."""
        _check(levels)
        if isinstance(value, dict):
            return {key: self.texts(one, levels - 1) for key, one in value.items()}
        if isinstance(value, list):
            return [self.texts(one, levels - 1) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def annotation(self, key: str, value: Any, about: int) -> Any:
        """Clean an annotation of the event; what a webhook changed of an object is judged as that object's patch."""
        if key.startswith("patch.webhook.admission") and isinstance(value, str):
            return self.text(value, about)
        return self.texts(value)

    def _again(self, clean: Any, inner: Any, text: str) -> str:
        return text if clean == inner else orjson.dumps(clean).decode()

    def _mask(self, value: Any, what: str) -> Any:
        """Put `MASK` in the place of a value that says anything."""
        if value is None or isinstance(value, bool) or value in ({}, []):
            return value
        if isinstance(value, str) and value in _TRIVIAL:
            return value
        self.done.add(what)
        return MASK

    def _map(self, value: Mapping[str, Any], about: int, levels: int) -> dict[str, Any]:
        _check(levels)
        kind = value.get("kind")
        if about & UNKNOWN:
            about = about & ~UNKNOWN | (0 if kind else SECRET)
        if isinstance(kind, str) and not _CONTENT.isdisjoint(value):
            about |= _KINDS.get(kind, 0)
        if not kind and patches.is_operation(value):
            return self._operation(value, about, levels)
        known = self.rules.keys.known
        clean: dict[str, Any] = {}
        for key, item in value.items():
            here = known(key)
            if here.is_plain and not about & SECRET:
                clean[key] = self.value(item, about, levels - 1)
            elif here.role is Role.MANAGED:
                self.done.add("managedFields")
            elif here.role is Role.VALUE and self._is_named(value):
                clean[key] = self._mask(item, "credential")
            else:
                clean[key] = self._entry(here, item, about, levels - 1)
        return clean

    def _is_named(self, value: Mapping[str, Any]) -> bool:
        """Tell whether the value in `{name, value}` is a credential."""
        name = value.get("name", value.get("key"))
        return isinstance(name, str) and self.rules.credentials.named(name)

    def _entry(self, key: Key, item: Any, about: int, levels: int) -> Any:
        """Clean what stands under a key that tells something, or that is one of a Secret."""
        role = key.role
        if role is Role.APPLIED:
            return self._mask(item, "lastApplied")
        if about & SECRET:
            if key.in_secret is InSecret.REMOVED:
                return self._mask(item, "secretData")
            if key.in_secret is InSecret.BESIDE:
                about &= ~SECRET
        if role is Role.TOKEN and about & TOKEN:
            return self._mask(item, "token")
        if about & CONFIG_MAP and role in (Role.DATA, Role.BINARY):
            return self._config_map(item, levels, readable=role is Role.DATA)
        if role is Role.ENV:
            return self._env(item, about, levels)
        if role is Role.COMMAND and isinstance(item, list) and all(isinstance(one, str) for one in item):
            return self._command(item)
        if role is Role.ENCRYPTED:
            return item
        return self._credential(item, about, levels) if key.is_credential else self.value(item, about, levels)

    def _operation(self, operation: Mapping[str, Any], about: int, levels: int) -> dict[str, Any]:
        """Clean an operation of a JSON patch."""

        def whole(value: Mapping[str, Any]) -> dict[str, Any]:
            return self._map(value, about, levels - 1)

        def lost(value: Any) -> Any:
            return self._mask(value, "secretData" if about & SECRET else "credential")

        if self.rules.commands != "keep" and patches.puts_argument(operation):  # what stands before it nobody knows
            return {
                key: item if key in patches.PLACE else self._mask(item, "command") for key, item in operation.items()
            }
        return patches.clean(operation, whole, lost)

    def _command(self, words: list[str]) -> list[str]:
        clean = argv.without(words, self.rules.commands, self.rules.credentials)
        if clean != words:
            self.done.add("command")
        return clean

    def _env(self, env: Any, about: int, levels: int) -> Any:
        """Clean environment variables: a list of names and values, or a map of them."""
        if self.rules.env == "credentials" or not isinstance(env, dict | list):
            return self.value(env, about, levels)
        if isinstance(env, dict):
            return {key: self._variable(item) for key, item in env.items()}
        return [
            {
                key: self._variable(item) if key == "value" else self.value(item, about, levels - 1)
                for key, item in one.items()
            }
            if isinstance(one, dict)
            else self._variable(one)
            for one in env
        ]

    def _variable(self, value: Any) -> Any:
        return value if self.rules.env == "keep" else self._mask(value, "env")

    def _config_map(self, data: Any, levels: int, *, readable: bool) -> Any:
        """Clean a ConfigMap's data: what is named like a credential, what holds one, and what cannot be read."""
        if self.rules.config_maps == "keep":
            return data
        if self.rules.config_maps == "all" or not readable or not isinstance(data, dict):
            return self._mask(data, "configMapData")
        return {key: self._config(key, item, levels) for key, item in data.items()}

    def _config(self, key: str, item: Any, levels: int) -> Any:
        if self.rules.credentials.named(key) or not isinstance(item, str) or _is_packed(item):
            return self._mask(item, "configMapData")
        clean = Cleaning(self.rules).text(item, 0, levels)
        return item if clean == item else self._mask(item, "configMapData")

    def _credential(self, item: Any, about: int, levels: int, *, nested: bool = False) -> Any:
        """Clean what stands under a name of a credential: all texts, but for those that only name where it is."""
        _check(levels)
        if isinstance(item, list):
            return [self._credential(one, about, levels - 1, nested=nested) for one in item]
        if isinstance(item, dict):
            return {
                key: self.value(one, about, levels - 1)
                if key in NAMING and not isinstance(one, dict)
                else self._credential(one, about, levels - 1, nested=True)
                for key, one in item.items()
            }
        return item if nested and not isinstance(item, str) else self._mask(item, "credential")


def _check(levels: int) -> None:
    if levels <= 0:
        raise Unreadable


def _inner(text: Any) -> Any:
    """Return the map or list that a text is as JSON; None where it is none."""
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        return None


def _is_packed(text: str) -> bool:
    """Tell whether a text is long and without blanks, such as Helm's releases: what is in it nobody has checked."""
    return len(text) >= _PACKED and not any(character in text for character in " {:.")
