"""What somebody wants to be told of, and what the audit log must hold for it: a small table.

Each line of the table says it twice over from the same words: `matches` for an event that a log has, `probes` for requests
that a policy must record. The first five are the alerts that the project began with; the others are what public rule sets
agree on. Where a detection reads a body, its level is Request; everything else is told at Metadata.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from audit.event import Event
from audit.facts import Facts

READS = ("get", "list", "watch")
WRITES = ("create", "update", "patch", "delete", "deletecollection")
CHANGES = ("create", "update", "patch")
STREAMS = ("create", "get")  # exec is `create` over SPDY and `get` over WebSocket
ALLOWED = ("allowed",)
CLIENTS = ("human", "serviceaccount", "cloud")  # whoever is no part of Kubernetes itself

_ACCOUNT = "system:serviceaccount:"
# A user of each kind, as the API server would see one: a policy's rules may name users or groups.
_SAMPLES = {
    "human": ("jane", ("system:authenticated",)),
    "serviceaccount": (
        f"{_ACCOUNT}team:app",
        ("system:serviceaccounts", f"{_ACCOUNT[:-1]}s:team", "system:authenticated"),
    ),
    "anonymous": ("system:anonymous", ("system:unauthenticated",)),
}
_NOBODY: tuple[str, tuple[str, ...]] = ("", ())
_NAMELESS = frozenset({"create", "list", "watch", "deletecollection"})
_STREAMING = frozenset({"attach", "exec", "log", "portforward", "proxy"})


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that a detection is about; any one of `stages` is enough to see it. Without a user, a failed login."""

    user: str
    groups: tuple[str, ...]
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    stages: tuple[str, ...]

    def __str__(self) -> str:
        about = written(self.group, self.resource, self.subresource)
        return f"{self.verb} {about} by {self.user or 'nobody (401)'}"


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing to be told of. An empty tuple stands for any.

    `resources` are written as kubectl does, `RESOURCE.GROUP/SUBRESOURCE`; `actor` is part of the name of who acts.
    """

    id: str
    title: str
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ALLOWED
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    actor: str = ""
    level: Literal["Metadata", "Request"] = "Metadata"

    def matches(self, event: Event, facts: Facts) -> bool:
        """Tell whether an event is what the detection looks for, as far as its metadata can tell."""
        ref = event.object_ref
        return (
            facts.verdict in self.verdicts
            and self.concerns(facts.actor_kind, facts.actor, event.verb, resource_name(event))
            and (not self.names or (ref is not None and ref.name in self.names))
            and not (self.actor and facts.authenticated_as)  # somebody who impersonates it is not it
        )

    def concerns(self, kind: str, actor: str, verb: str, resource: str) -> bool:
        """Tell whether such requests may be what the detection looks for, whatever comes of them."""
        return (
            (not self.kinds or kind in self.kinds)
            and self.actor in actor
            and not (actor and "denied_authn" in self.verdicts)  # a failed login has no actor
            and (not self.verbs or verb in self.verbs)
            and (not self.resources or resource in self.resources)
        )

    def probes(self) -> Iterator[Probe]:
        """Yield requests that the detection must see, of each kind of user and object that it is about."""
        for (user, groups), resource, verb in product(
            self._users(), self.resources or ("pods", "deployments.apps"), self.verbs or READS
        ):
            group, plural, subresource = taken_apart(resource)
            stages = self._stages(verb, subresource)
            nameless = not subresource and verb in _NAMELESS
            for name in ("",) if nameless else self.names or ("some-name",):
                yield Probe(user, groups, verb, group, plural, subresource, "default", name, stages)

    def _users(self) -> list[tuple[str, tuple[str, ...]]]:
        if "denied_authn" in self.verdicts:
            return [_NOBODY]
        if self.actor:
            return [(f"{_ACCOUNT}ci:{self.actor}", _SAMPLES["serviceaccount"][1])]
        return [_SAMPLES[kind] for kind in self.kinds or ("human", "serviceaccount") if kind in _SAMPLES]

    def _stages(self, verb: str, subresource: str) -> tuple[str, ...]:
        if "denied_authn" in self.verdicts:
            return ("ResponseStarted",)
        long_running = verb == "watch" or subresource in _STREAMING
        return ("ResponseStarted", "ResponseComplete") if long_running else ("ResponseComplete",)


def resource_name(event: Event) -> str:
    """Return what an event is about as kubectl writes it, `RESOURCE.GROUP/SUBRESOURCE`; a path without its query where it is no resource."""
    ref = event.object_ref
    if ref is None:
        return event.request_uri.partition("?")[0]
    return written(ref.api_group or ref.api_version.rpartition("/")[0], ref.resource, ref.subresource)


def written(group: str, resource: str, subresource: str) -> str:
    """Return `RESOURCE.GROUP/SUBRESOURCE`, without what is empty."""
    name = f"{resource}.{group}" if group else resource
    return f"{name}/{subresource}" if subresource else name


def taken_apart(name: str) -> tuple[str, str, str]:
    """Return group, resource and subresource of what `written` wrote."""
    name, _, subresource = name.partition("/")
    resource, _, group = name.partition(".")
    return group, resource, subresource


_RBAC = tuple(
    f"{name}.rbac.authorization.k8s.io" for name in ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
)
_HOOKS = tuple(f"{name}webhookconfigurations.admissionregistration.k8s.io" for name in ("mutating", "validating"))

DETECTIONS: tuple[Detection, ...] = (
    Detection("secret-viewed", "A secret is viewed", ("secrets",), READS, kinds=CLIENTS),
    Detection("failed-login", "Credentials that nobody has (401)", verdicts=("denied_authn",)),
    Detection("access-denied", "Access is refused (403)", verdicts=("denied_authz", "denied_admission"), kinds=(*CLIENTS, "anonymous")),
    Detection("secret-edited", "A secret is edited", ("secrets",), WRITES),
    Detection("exec", "A command or a console in a container", ("pods/exec", "pods/attach"), STREAMS),
    Detection("ci-identity", "The CI identity changes something", verbs=WRITES, actor="jenkins"),
    Detection("human-change", "A person changes something", verbs=WRITES, kinds=("human",)),
    Detection("anonymous-access", "Anonymous access to resources is allowed", ("pods", "secrets"), READS, kinds=("anonymous",)),
    Detection("rbac-changed", "Roles or bindings are changed", _RBAC, WRITES, kinds=CLIENTS),
    Detection("rbac-content", "A role or binding gives much", _RBAC, CHANGES, kinds=CLIENTS, level="Request"),
    Detection("pod-content", "A pod with power over its node", ("pods",), ("create",), level="Request"),
    Detection("ephemeral-container", "A container is put into a running pod", ("pods/ephemeralcontainers",), ("update", "patch")),
    Detection("port-forward", "A tunnel into a pod", ("pods/portforward",), STREAMS),
    Detection("kubelet-proxy", "A kubelet is used through the API server", ("nodes/proxy",), (*STREAMS, "update", "delete")),
    Detection("token-minted", "A token is made for a service account", ("serviceaccounts/token",), ("create",), kinds=CLIENTS),
    Detection("account-created", "A service account is created", ("serviceaccounts",), ("create",), kinds=CLIENTS),
    Detection("admission-changed", "An admission webhook is changed", _HOOKS, WRITES, kinds=CLIENTS),
    Detection("csr-created", "A client certificate is asked for", ("certificatesigningrequests.certificates.k8s.io",), ("create",), kinds=CLIENTS),
    Detection("daemonset-created", "Something is put on every node", ("daemonsets.apps",), ("create",), kinds=CLIENTS),
    Detection("job-changed", "A job or a timed job is changed", ("jobs.batch", "cronjobs.batch"), WRITES, kinds=CLIENTS),
    Detection("deployment-changed", "A deployment is patched or deleted", ("deployments.apps",), ("patch", "delete", "deletecollection"), kinds=CLIENTS),
    Detection("events-deleted", "Events are deleted", ("events", "events.events.k8s.io"), ("delete", "deletecollection")),
    Detection("namespace-changed", "A namespace is created or deleted", ("namespaces",), ("create", "delete"), kinds=CLIENTS),
    Detection("network-policy-changed", "A network policy is changed", ("networkpolicies.networking.k8s.io",), WRITES, kinds=CLIENTS),
    Detection("dns-changed", "The cluster's DNS is changed", ("configmaps",), WRITES, kinds=CLIENTS, names=("coredns", "kube-dns")),
    Detection("self-review", "Somebody asks what they may do", ("selfsubjectaccessreviews.authorization.k8s.io", "selfsubjectrulesreviews.authorization.k8s.io"), ("create",), kinds=CLIENTS),
    Detection("service-exposed", "A service is opened to the outside", ("services",), CHANGES, kinds=CLIENTS, level="Request"),
)  # fmt: skip
"""Every detection, the five of the beginning first."""
