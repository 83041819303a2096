"""The fields that rules may name: those of audit.k8s.io, `audit.*` as they arrive in Loggly, and a few names that stand for others.

A field is read from a `Subject`, which knows an event to some depth: what its decision is remembered by, its typed view, or all of
it. What lies deeper is unknown, so that most rules are decided without decoding a body.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from audit import commands
from audit.event import Event
from audit.facts import Facts

KEY, VIEW, WHOLE = range(3)
"""Depths: what is in `audit.facts.deciding`; the typed view; the whole event."""

Level = Literal["Metadata", "Request", "RequestResponse"]
Values = Sequence[Any] | None
"""The values of a field, none where it is absent; None where that is unknown at this depth."""


@dataclass(slots=True)
class Subject:
    """An event under the eyes of rules, known to a depth. Not frozen: one is made for every second event."""

    event: Event
    facts: Facts
    label: str
    depth: int = KEY
    record: Mapping[str, Any] | None = None
    """The whole event; there at depth WHOLE."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name in rules."""

    name: str
    read: Callable[[Subject], Values]
    depth: int
    level: Level = "Metadata"
    """The audit level without which it is absent."""
    loggly: str = ""
    """Its name in Loggly; empty where it cannot be searched for there."""


class _InRecord:
    """Reads paths from the whole event, through lists; what stands behind the last key may be a list too."""

    def __init__(self, *paths: str) -> None:
        self._paths = [_keys(path) for path in paths]

    def __call__(self, subject: Subject) -> Values:
        if subject.record is None:
            return None
        return [value for path in self._paths for value in below(subject.record, path)]


def below(node: Any, keys: Sequence[str]) -> Iterator[Any]:
    """Yield what stands at the end of keys, each element of lists by itself; nothing for null."""
    if isinstance(node, list):
        for element in node:
            yield from below(element, keys)
    elif not keys:
        if node is not None:
            yield node
    elif isinstance(node, dict) and keys[0] in node:
        yield from below(node[keys[0]], keys[1:])


_MAPS = frozenset({"annotations", "labels", "matchLabels", "nodeSelector", "extra", "data"})
"""Maps whose keys may hold dots: what follows them in a name is one key."""


def _keys(path: str) -> tuple[str, ...]:
    keys: list[str] = []
    rest = path
    while rest:
        if keys and keys[-1] in _MAPS:
            return (*keys, rest)
        key, _, rest = rest.partition(".")
        keys.append(key)
    return tuple(keys)


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _of_ref(name: str) -> Callable[[Subject], Values]:
    return lambda subject: _some(getattr(subject.event.object_ref, name)) if subject.event.object_ref else ()


def _group(subject: Subject) -> Values:
    ref = subject.event.object_ref
    return _some(ref.api_group or ref.api_version.rpartition("/")[0]) if ref else ()


def _uri(subject: Subject) -> Values:
    ref = subject.event.object_ref
    if subject.depth == KEY and ref is not None and ref.subresource != "exec":
        return None
    return _some(subject.event.request_uri)


def _from_view(read: Callable[[Event], Sequence[Any]]) -> Callable[[Subject], Values]:
    return lambda subject: None if subject.depth == KEY else read(subject.event)


def _code(subject: Subject) -> Values:
    status = subject.event.response_status
    return (status.code,) if status else ()


def _annotation(name: str) -> Callable[[Subject], Values]:
    return lambda subject: _some(getattr(subject.event.annotations, name)) if subject.event.annotations else ()


def _fact(name: str) -> Callable[[Subject], Values]:
    return lambda subject: _some(getattr(subject.facts, name))


_DECISION = "annotations.authorization.k8s.io/decision"
_TYPED: dict[str, tuple[Callable[[Subject], Values], int, str]] = {
    "verb": (lambda subject: _some(subject.event.verb), KEY, "json.verb"),
    "objectRef.resource": (_of_ref("resource"), KEY, "json.objectRef.resource"),
    "objectRef.namespace": (_of_ref("namespace"), KEY, "json.objectRef.namespace"),
    "objectRef.name": (_of_ref("name"), KEY, "json.objectRef.name"),
    "objectRef.subresource": (_of_ref("subresource"), KEY, "json.objectRef.subresource"),
    "objectRef.apiGroup": (_group, KEY, "json.objectRef.apiGroup"),
    "objectRef.apiVersion": (_of_ref("api_version"), KEY, "json.objectRef.apiVersion"),
    "user.username": (lambda s: _some(s.event.user.username) if s.event.user else (), KEY, "json.user.username"),
    "impersonatedUser.username": (
        lambda s: _some(s.event.impersonated_user.username) if s.event.impersonated_user else (),
        KEY,
        "json.impersonatedUser.username",
    ),
    "responseStatus.code": (_code, KEY, "json.responseStatus.code"),
    "userAgent": (lambda subject: _some(subject.event.user_agent), KEY, "json.userAgent"),
    _DECISION: (_annotation("decision"), KEY, "json.audit.decision"),
    "annotations.authorization.k8s.io/reason": (_annotation("reason"), KEY, "json.audit.reason"),
    "requestURI": (_uri, KEY, "json.requestURI"),
    "sourceIPs": (_from_view(lambda event: event.source_ips or ()), VIEW, "json.sourceIPs"),
    "stage": (_from_view(lambda event: _some(event.stage)), VIEW, "json.stage"),
    "audit.actor": (_fact("actor"), KEY, "json.audit.actor"),
    "audit.actorKind": (_fact("actor_kind"), KEY, "json.audit.actorKind"),
    "audit.actorNamespace": (_fact("actor_namespace"), KEY, "json.audit.actorNamespace"),
    "audit.actorPod": (_fact("actor_pod"), KEY, "json.audit.actorPod"),
    "audit.actorLabel": (lambda subject: _some(subject.label), KEY, "json.audit.actorLabel"),
    "audit.authenticatedAs": (_fact("authenticated_as"), KEY, "json.audit.authenticatedAs"),
    "audit.action": (_fact("action"), KEY, "json.audit.action"),
    "audit.target": (_fact("target"), KEY, "json.audit.target"),
    "audit.verdict": (_fact("verdict"), KEY, "json.audit.verdict"),
    "audit.decision": (_fact("decision"), KEY, "json.audit.decision"),
    "audit.reason": (_fact("reason"), KEY, "json.audit.reason"),
    "audit.sourceIP": (_fact("source_ip"), KEY, "json.audit.sourceIP"),
    "audit.sourceClass": (_fact("source_class"), KEY, "json.audit.sourceClass"),
    "audit.client": (_fact("client"), KEY, "json.audit.client"),
    "audit.command": (lambda s: _some(commands.text(s.facts.command)) if s.facts.command else (), KEY, ""),
}

_NATIVE = ("level", "auditID", "requestReceivedTimestamp", "stageTimestamp")
_NATIVE_BELOW = ("user", "impersonatedUser", "objectRef", "responseStatus", "authenticationMetadata")
_BODIES: dict[str, Level] = {"requestObject": "Request", "responseObject": "RequestResponse"}

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_SPEC = "requestObject.spec."
ALIASES = {
    "apiGroup": ("objectRef.apiGroup",),
    "hostPath": (f"{_SPEC}volumes.hostPath.path",),
    "capabilities": tuple(f"{_SPEC}{kind}.securityContext.capabilities.add" for kind in _CONTAINERS),
    "container": tuple(f"{_SPEC}{kind}" for kind in _CONTAINERS),
}
"""Names that public rules use and no audit event has, and what they mean; what follows `container.` is in a container of any kind."""


def field(name: str) -> Field | None:
    """Return the field of a name, None where no audit event has one of this name."""
    head, _, tail = name.partition(".")
    for alias, behind in ((name, ""), (head, f".{tail}")):
        if alias in ALIASES and (alias in (name, "container")):
            paths = tuple(f"{path}{behind}" for path in ALIASES[alias])
            return _typed(paths[0], name) or Field(name, _InRecord(*paths), WHOLE, "Request")
    return _typed(name, name) or _native(name, head, tail)


def _typed(path: str, name: str) -> Field | None:
    if path not in _TYPED:
        return None
    read, depth, loggly = _TYPED[path]
    return Field(name, read, depth, loggly=loggly)


def _native(name: str, head: str, tail: str) -> Field | None:
    if head in _BODIES and tail:
        return Field(name, _InRecord(name), WHOLE, _BODIES[head])
    if name in _NATIVE or (tail and head in _NATIVE_BELOW):
        return Field(name, _InRecord(name), WHOLE, loggly=f"json.{name}" if tail.isidentifier() or not tail else "")
    if head == "annotations" and tail:  # their names hold dots and slashes, which no search is known to take
        return Field(name, _InRecord(name), WHOLE)
    return None


DECISION = field(_DECISION)
"""Where the authorizer's word stands, which some rules look for in the response's code."""

_DOMAINS: dict[str, frozenset[str]] = {
    "verb": frozenset(
        [
            "get",
            "list",
            "watch",
            "create",
            "update",
            "patch",
            "delete",
            "deletecollection",
            "post",
            "put",
            "head",
            "options",
            "connect",
        ]
    ),
    "stage": frozenset({"responsestarted", "responsecomplete", "panic"}),
    "level": frozenset({"metadata", "request", "requestresponse"}),
    "audit.actorkind": frozenset({"human", "serviceaccount", "node", "system", "cloud", "anonymous"}),
    "audit.sourceclass": frozenset({"loopback", "link-local", "private", "public"}),
    "audit.decision": frozenset({"allow", "forbid"}),
    _DECISION.lower(): frozenset({"allow", "forbid"}),
    "audit.verdict": frozenset(
        ["allowed", "denied_authn", "denied_admission", "denied_authz", "not_found", "conflict", "invalid", "error"]
    ),
}


def domain(name: str) -> frozenset[str] | None:
    """Return all values that a field can have where rules are asked, in lower case; None where they are not known.

    Rules are asked when there is an answer: a stage RequestReceived and a verdict `pending` are never met.
    """
    return _DOMAINS.get(name.lower())
