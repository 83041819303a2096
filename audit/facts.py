"""What an event says in a person's words: who, what, on what, with which outcome.

Actor kinds, verdicts and actions follow the order of their tables here, first match wins. The verdict takes the response code
and the authorizer's decision together: admission answers 403 to a request that was allowed, and an allowed request
may still fail.
"""

import re
from dataclasses import dataclass

from audit.event import Event, ObjectRef

SERVICE_ACCOUNT = "system:serviceaccount:"
_CLOUD = re.compile(r"eks:|aks|masterclient$|nodeclient$|gke-|.*\.gserviceaccount\.com$")

_CODES = {401: "denied_authn", 404: "not_found", 409: "conflict"}

# What a request on a subresource is called, whatever its verb: exec is `create` over SPDY and `get` over WebSocket.
_BY_SUBRESOURCE = {
    ("pods", "attach"): "attach",
    ("pods", "binding"): "bind",
    ("pods", "eviction"): "evict",
    ("pods", "exec"): "exec",
    ("pods", "log"): "logs",
    ("pods", "portforward"): "portforward",
    ("nodes", "proxy"): "proxy",
    ("pods", "proxy"): "proxy",
    ("serviceaccounts", "token"): "token",
    ("services", "proxy"): "proxy",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The `audit` object of an event, without what the settings and the agent know; empty where there is nothing."""

    actor: str
    actor_kind: str
    actor_namespace: str
    authenticated_as: str
    action: str
    target: str
    verdict: str
    decision: str
    reason: str
    source_ip: str


def deciding(event: Event, node: str) -> tuple[object, ...]:
    """Return what decides all facts of an event of a node: two events that agree in it have the same facts."""
    addresses = event.source_ips
    return (
        node,
        event.user,
        event.impersonated_user,
        event.verb,
        event.object_ref or event.request_uri,
        event.response_status,
        event.annotations,
        addresses[-1] if addresses else "",
    )


def facts(event: Event) -> Facts:
    """Derive the facts of one event."""
    user = event.user.username if event.user else ""
    impersonated = event.impersonated_user.username if event.impersonated_user else ""
    actor = impersonated or user
    code = event.response_status.code if event.response_status else None
    annotations = event.annotations
    decision = annotations.decision if annotations else ""
    return Facts(
        actor=actor,
        actor_kind=actor_kind(actor),
        actor_namespace=namespace_of(actor),
        authenticated_as=user if impersonated else "",
        action=action(event.verb, event.object_ref),
        target=target(event.object_ref, event.request_uri),
        verdict=verdict(code, decision),
        decision=decision,
        reason=annotations.reason if annotations else "",
        source_ip=event.source_ips[-1] if event.source_ips else "",
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


def namespace_of(name: str) -> str:
    """Return a service account's namespace."""
    return name.split(":")[2] if actor_kind(name) == "serviceaccount" else ""


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
