"""What a policy looks at in a request, from its URL as the API server takes it apart.

After kubernetes/apiserver `pkg/endpoints/request/requestinfo.go`. The URL decides, not an event's `objectRef`: that takes
the name of a created object from the body, which the policy never sees. The user is the one who was authenticated: the
policy is asked before impersonation.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote

import msgspec

_VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_VERBS_IN_PATH = ("proxy", "watch")
_SUBRESOURCES_OF_NAMESPACES = ("status", "finalize")
_WITH_GROUP, _CORE = "apis", "api"


@dataclass(frozen=True, slots=True)
class Attributes:
    """A request, as far as any rule can ask about it; hashable, so that decisions can be remembered."""

    verb: str = ""
    """The Kubernetes verb; for a path that is no resource, the HTTP method in lower case."""
    user: str | None = None
    """The authenticated user; None where authentication failed."""
    groups: tuple[str, ...] = ()
    is_resource: bool = False
    """Whether the request is about a resource; the next five are empty where it is not."""
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    """The object's name in the URL: empty for create, list and the like, but for `fieldSelector=metadata.name=`."""
    path: str = ""
    """The decoded path without the query."""


class User(msgspec.Struct, gc=False, frozen=True):
    """Who was authenticated; empty where nobody was."""

    username: str = ""
    groups: tuple[str, ...] | None = None


class _ObjectRef(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    resource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""
    api_version: str = ""
    subresource: str = ""


class Recorded(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    """The fields of an audit event that say what was asked; decode with it, or with a subclass that wants more."""

    verb: str = ""
    request_uri: str = msgspec.field(default="", name="requestURI")
    user: User | None = None
    object_ref: _ObjectRef | None = None


def from_event(event: Recorded) -> Attributes:
    """Return the attributes of the request that an event recorded."""
    user = event.user or User()
    if not event.request_uri:
        return _from_reference(event.verb, event.object_ref or _ObjectRef(), user)
    parts = _located(event.request_uri)
    name = parts.name
    if not name and event.verb in ("list", "watch") and not parts.verb_in_path:
        name = selected_name(event.request_uri)
    return Attributes(
        event.verb,
        user.username or None,
        user.groups or (),
        parts.is_resource,
        parts.api_group,
        parts.resource,
        parts.subresource,
        parts.namespace,
        name,
        parts.path,
    )


def from_request(method: str, uri: str, user: str | None = None, groups: tuple[str, ...] = ()) -> Attributes:
    """Return the attributes of an HTTP request; `uri` is what follows the host, with its query."""
    parts = _located(uri)
    verb, name = method.lower(), parts.name
    if parts.is_resource:
        verb = parts.verb_in_path or _VERBS.get(method.upper(), "")
        if not name and verb == "get":
            verb, name = "watch" if _watches(uri) else "list", selected_name(uri)
        elif not name and verb == "delete":
            verb = "deletecollection"
    where = (parts.api_group, parts.resource, parts.subresource, parts.namespace, name, parts.path)
    return Attributes(verb, user, groups, parts.is_resource, *where)


def selected_name(uri: str) -> str:
    """Return the one name that a list or watch asks for by `fieldSelector=metadata.name=NAME`, or ""."""
    selector = _query(uri, "fieldSelector")
    for term in selector.split(",") if selector else ():
        key, operator, value = term.partition("==" if "==" in term else "=")
        if key == "metadata.name" and operator and "/" not in value and "%" not in value and value not in (".", ".."):
            return value
    return ""


@dataclass(frozen=True, slots=True)
class _Location:
    """What a path says by itself, whatever the method."""

    path: str
    is_resource: bool = False
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    verb_in_path: str = ""


@lru_cache(maxsize=8192)
def _located(uri: str) -> _Location:
    path = unquote(uri.partition("?")[0])
    parts = path.strip("/").split("/")
    if len(parts) < 3 or parts[0] not in (_CORE, _WITH_GROUP):
        return _Location(path)
    group = ""
    if parts[0] == _WITH_GROUP:
        if len(parts) < 4:
            return _Location(path)
        group = parts.pop(1)
    return _resource(path, group, parts[2:])


def _resource(path: str, group: str, parts: list[str]) -> _Location:
    """Read what follows the version: `[watch/][namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`; more is ignored."""
    verb = namespace = ""
    if parts[0] in _VERBS_IN_PATH:
        if len(parts) == 1:
            return _Location(path, is_resource=True, api_group=group)
        verb, *parts = parts
    if parts[0] == "namespaces" and len(parts) > 1:
        namespace = parts[1]
        if len(parts) > 2 and parts[2] not in _SUBRESOURCES_OF_NAMESPACES:
            parts = parts[2:]
    resource, name, subresource, *_ = [*parts, "", ""]
    if verb == "proxy":
        subresource = ""
    return _Location(path, True, group, resource, subresource, namespace, name, verb)


def _from_reference(verb: str, ref: _ObjectRef, user: User) -> Attributes:
    """Make the best of an event without a URL, such as one that a tool has rewritten."""
    group = ref.api_group or ref.api_version.rpartition("/")[0]
    name = "" if verb == "create" and not ref.subresource else ref.name
    where = (group, ref.resource, ref.subresource, ref.namespace, name)
    return Attributes(verb, user.username or None, user.groups or (), bool(ref.resource), *where)


def _watches(uri: str) -> bool:
    """Whether `watch` is on: any value but false and 0, as Kubernetes converts query values."""
    value = _query(uri, "watch")
    return value is not None and value.lower() not in ("false", "0")


def _query(uri: str, key: str) -> str | None:
    values = parse_qs(uri.partition("?")[2], keep_blank_values=True).get(key)
    return values[0] if values else None
