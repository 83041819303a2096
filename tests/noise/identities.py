"""Who talks to the API server: names and groups as kubeadm gives them, each with a static token.

A service account's token would carry the same name and groups, so a log cannot tell the two apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.kube import ADMIN

NODES = ("node-1", "node-2", "node-3")


@dataclass(frozen=True, slots=True)
class Identity:
    """One user, what its client calls itself, and how it signs in: a token, or a file with a certificate and its key."""

    name: str
    groups: tuple[str, ...]
    agent: str
    token: str
    certificate: Path | None = None


def _identity(name: str, groups: Iterable[str], agent: str) -> Identity:
    return Identity(name, tuple(groups), f"{agent} (linux/amd64) kubernetes/faecb19", f"token-of-{name}")


def account(namespace: str, name: str, agent: str) -> Identity:
    """Return a service account's identity."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
    return _identity(f"system:serviceaccount:{namespace}:{name}", groups, agent)


ADMINISTRATOR = Identity("admin", ("system:masters",), "kubectl/v1.20.2", ADMIN)
KUBELETS = {node: _identity(f"system:node:{node}", ["system:nodes"], "kubelet/v1.20.2") for node in NODES}
PROXY = account("kube-system", "kube-proxy", "kube-proxy/v1.20.2")
SCHEDULER = _identity("system:kube-scheduler", [], "kube-scheduler/v1.20.2")
MANAGER = _identity("system:kube-controller-manager", [], "kube-controller-manager/v1.20.2")

DNS = account("kube-system", "coredns", "coredns/v1.7.0")
METRICS = account("kube-system", "metrics-server", "metrics-server/v0.4.1")
INGRESS = account("ingress", "ingress-nginx", "nginx-ingress-controller/v0.43.0")
PROMETHEUS = account("monitoring", "prometheus", "prometheus/v2.24.0")

DEVELOPER = _identity("alice", ["developers"], "kubectl/v1.20.2")
VIEWER = _identity("bob", ["viewers"], "kubectl/v1.20.2")
OPERATOR = _identity("carol", ["operators"], "kubectl/v1.30.0")
CI = account("ci", "jenkins", "kubectl/v1.19.4")
NOBODY = Identity("", (), "python-requests/2.25.1", "")
STRANGER = Identity("", (), "curl/7.74.0", "a-token-that-nobody-has")

WITH_TOKENS = (
    ADMINISTRATOR,
    *KUBELETS.values(),
    PROXY,
    SCHEDULER,
    MANAGER,
    DNS,
    METRICS,
    INGRESS,
    PROMETHEUS,
    DEVELOPER,
    VIEWER,
    OPERATOR,
    CI,
)


def token_file() -> str:
    """Return the file that the API server's --token-auth-file names."""
    return "".join(f'{one.token},{one.name},{one.name},"{",".join(one.groups)}"\n' for one in WITH_TOKENS)
