"""What an event says in a person's words: who, what, on what, with which outcome.

Actor kinds, verdicts and actions follow the order of their tables here, first match wins. The verdict takes the response code
and the authorizer's decision together: admission answers 403 to a request that was allowed, and an allowed request
may still fail.
"""

import re

import msgspec

from audit import commands, sources
from audit.event import Event, ObjectRef, User

SERVICE_ACCOUNT = "system:serviceaccount:"
# What managed control planes call themselves. AKS writes aksService and the like: a person may be called Aksel.
_CLOUD = re.compile(r"eks:|aks(?:[A-Z:_-]|$)|masterclient$|nodeclient$|gke-|.*\.gserviceaccount\.com$")

_CODES = {401: "denied_authn", 404: "not_found", 409: "conflict"}

# What a request on a subresource is called, whatever its verb: exec is `create` over SPDY and `get` over WebSocket.
_BY_SUBRESOURCE = {
    ("pods", "attach"): "attach",
    ("pods", "binding"): "bind",
    ("pods", "ephemeralcontainers"): "debug",
    ("pods", "eviction"): "evict",
    ("pods", "exec"): "exec",
    ("pods", "log"): "logs",
    ("pods", "portforward"): "portforward",
    ("nodes", "proxy"): "proxy",
    ("pods", "proxy"): "proxy",
    ("serviceaccounts", "token"): "token",
    ("services", "proxy"): "proxy",
}


class Facts(msgspec.Struct, frozen=True, gc=False):
    """The `audit` object of an event, without what the settings and the agent know; empty where there is nothing."""

    actor: str
    actor_kind: str
    actor_namespace: str
    actor_pod: str
    authenticated_as: str
    action: str
    target: str
    verdict: str
    decision: str
    reason: str
    source_ip: str
    source_class: str
    client: str
    command: tuple[str, ...]
    """The words of an exec, decoded, and not yet redacted."""


def deciding(event: Event, node: str) -> tuple[object, ...]:
    """Return what decides all facts of an event of a node: two events that agree in it have the same facts."""
    addresses, ref = event.source_ips, event.object_ref
    return (
        node,
        event.user,
        event.impersonated_user,
        event.verb,
        ref,
        event.request_uri if ref is None or ref.subresource == "exec" else "",
        event.response_status,
        event.annotations,
        addresses[-1] if addresses else "",
        event.user_agent,
    )


def facts(event: Event) -> Facts:
    """Derive the facts of one event."""
    who = event.impersonated_user if event.impersonated_user and event.impersonated_user.username else event.user
    actor = who.username if who else ""
    ref, annotations = event.object_ref, event.annotations
    decision = annotations.decision if annotations else ""
    source_ip = event.source_ips[-1] if event.source_ips else ""
    kind = actor_kind(actor) if who else ""
    return Facts(
        actor=actor,
        actor_kind=kind,
        actor_namespace=namespace_of(actor, kind),
        actor_pod=pod_of(who),
        authenticated_as=event.user.username if event.user and who is not event.user else "",
        action=action(event.verb, ref),
        target=target(ref, event.request_uri),
        verdict=verdict(event.response_status.code if event.response_status else None, decision),
        decision=decision,
        reason=annotations.reason if annotations else "",
        source_ip=source_ip,
        source_class=sources.source_class(source_ip),
        client=sources.client(event.user_agent),
        command=command(ref, event.request_uri),
    )


def actor_kind(name: str) -> str:
    """Tell people, service accounts, nodes, the control plane, clouds and nobody apart by the name."""
    if name in {"", "system:anonymous"}:
        return "anonymous"
    if name.startswith(SERVICE_ACCOUNT) and name.count(":") == 3:
        return "serviceaccount"
    if name.startswith("system:node:"):
        return "node"
    if _CLOUD.match(name):
        return "cloud"
    return "system" if name.startswith("system:") else "human"


def namespace_of(name: str, kind: str) -> str:
    """Return the namespace of a service account, as its kind says that it is one."""
    return name.split(":")[2] if kind == "serviceaccount" else ""


def pod_of(user: User | None) -> str:
    """Return the pod that a service account's token is bound to, as the authenticator says."""
    names = user.extra.pod_name if user and user.extra else None
    return names[0] if names else ""


def verdict(code: int | None, decision: str) -> str:
    """Return what became of a request; `pending` while there is no answer."""
    if code is None:
        return "pending"
    if code == 403:
        return "denied_admission" if decision == "allow" else "denied_authz"
    if known := _CODES.get(code):
        return known
    if 100 <= code < 400:
        return "allowed"
    return "invalid" if 400 <= code < 500 else "error"


def action(verb: str, ref: ObjectRef | None) -> str:
    """Return the verb, or the name that the request's subresource has among people."""
    return _BY_SUBRESOURCE.get((ref.resource, ref.subresource), verb) if ref else verb


def target(ref: ObjectRef | None, uri: str) -> str:
    """Return `group/resource/subresource/namespace/name` without what is empty; a path where there is no resource."""
    if ref is None:
        return uri.partition("?")[0]
    group = ref.api_group or ref.api_version.rpartition("/")[0]
    return "/".join(part for part in (group, ref.resource, ref.subresource, ref.namespace, ref.name) if part)


def command(ref: ObjectRef | None, uri: str) -> tuple[str, ...]:
    """Return the words of what is executed in a container; none for any other request."""
    if ref is None or (ref.resource, ref.subresource) != ("pods", "exec"):
        return ()
    return commands.words(uri)
