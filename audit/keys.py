"""What a key of a body says about the value under it: decided once for each key, for most come again and again."""

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from audit.credentials import Credentials

_REMEMBERED = 4_096
_LONGEST = 256  # characters of a key that is remembered


class Role(Enum):
    """Why a key is looked at; the first that applies."""

    MANAGED = "lists who owns which field: removed"
    APPLIED = "holds the whole object once more: removed"
    ENV = "environment variables"
    COMMAND = "words of a command"
    VALUE = "a value beside its name"
    DATA = "what ConfigMaps hold"
    BINARY = "what ConfigMaps hold that nobody can read"
    TOKEN = "a token"  # noqa: S105 - a description
    ENCRYPTED = "what only the controller of SealedSecrets can read"
    NONE = "nothing"


class InSecret(Enum):
    """What becomes of a key of a Secret, or of a list, a table, a watch event of Secrets, or an answer in their place."""

    KEPT = "harmless, or more of them"
    BESIDE = "nothing of the Secret itself, but a map of its own"
    REMOVED = "anything else"


class Key(NamedTuple):
    """What is known of a key."""

    role: Role
    is_credential: bool
    in_secret: InSecret
    is_plain: bool  # neither a role nor a credential's name


_ROLES = {
    "managedfields": Role.MANAGED,
    "env": Role.ENV,
    "args": Role.COMMAND,
    "command": Role.COMMAND,
    "value": Role.VALUE,
    "data": Role.DATA,
    "binarydata": Role.BINARY,
    "token": Role.TOKEN,
    "encrypteddata": Role.ENCRYPTED,
}
_APPLIED = ("last-applied-configuration", "last-applied", "last-handled-configuration", "rio.cattle.io/applied")
_KEPT = frozenset(
    {
        *("apiversion", "kind", "type", "immutable", "items", "rows", "cells", "object"),
        *("status", "message", "reason", "code", "dryrun", "fieldmanager", "fieldvalidation"),
        *("graceperiodseconds", "propagationpolicy", "orphandependents"),
        *("name", "namespace", "uid", "resourceversion", "group", "apigroup", "fieldpath", "controller"),
    }
)
_BESIDE = frozenset({"metadata", "columndefinitions", "details", "preconditions"})

NAMING = frozenset(
    {
        *("name", "namespace", "key", "kind", "apiVersion", "group", "secretName", "path", "items", "uid"),
        *("audience", "audiences", "resourceVersion", "fieldPath"),
    }
)
"""Keys that name where something is, rather than hold it: `passwordRef: {name, key}`."""


class Keys:
    """Knows every key, by the names that are credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._remembered = lru_cache(_REMEMBERED)(self._decided)

    def known(self, key: str) -> Key:
        """Return what is known of a key."""
        return self._remembered(key) if len(key) <= _LONGEST else self._decided(key)

    def _decided(self, key: str) -> Key:
        low = key.lower()
        role = Role.APPLIED if low.endswith(_APPLIED) else _ROLES.get(low, Role.NONE)
        named = self._credentials.named(key)
        in_secret = InSecret.KEPT if low in _KEPT else InSecret.BESIDE if low in _BESIDE else InSecret.REMOVED
        return Key(role, named, in_secret, role is Role.NONE and not named)
