"""What each way of running Kubernetes decides: where policy and log lie, which nodes have it, what can be set, and how.

A record is data; templates below manifests/host/ turn it into files and steps. Where a distribution changed, it has a row for each
range of releases. Sources: the documentation and code of each, as the row says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from audit.releases import at_least, minor
from generator.versions import FIRST, LAST

Settable = Literal["every flag", "rotation", "no flag"]
"""What may be set of the API server's audit flags: all of them, only how its log is rotated, nothing."""

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
MASTER = "node-role.kubernetes.io/master"
"""What the label and the taint were called before 1.20 and 1.24; both are on the nodes in between."""


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint of control-plane nodes, whatever its value."""

    key: str
    effect: str | None = None
    """Without one, every effect."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes that have the log.

    A label is asked for by its presence: its value is "" (kubeadm, kind, kops, Talos) or "true" (k3s, RKE2).
    """

    labels: tuple[str, ...] = (CONTROL_PLANE, MASTER)
    """Each node has one of them; none where every node is one."""
    taints: tuple[Taint, ...] = (Taint(CONTROL_PLANE, "NoSchedule"), Taint(MASTER, "NoSchedule"))
    checks_host_paths: bool = True
    """Whether the kubelet sees the node's directories; Talos's runs in a container, so that a pod's `hostPath.type` always fails."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution in a range of releases."""

    title: str
    first: str
    last: str
    steps: str
    """The template of the steps: manifests/host/README-STEPS.md.j2."""
    policy: str = "/etc/kubernetes/audit-policy.yaml"
    """The policy's path, as the API server sees it."""
    log: str | None = "/var/log/kubernetes/audit/audit.log"
    """The log's path on the node where values name none; None for the API server's standard output."""
    log_is_fixed: bool = False
    settable: Settable = "every flag"
    files: tuple[str, ...] = ()
    """Finished files beside the policy, each from manifests/host/NAME.j2."""
    nodes: Nodes = Nodes()
    managed: bool = False
    """Whether a cloud runs the control plane: no policy, no file, no node."""


_SERVER = Nodes(
    taints=(*Nodes().taints, Taint("node-role.kubernetes.io/etcd", "NoExecute"), Taint("CriticalAddonsOnly")),
)
"""Servers of k3s and RKE2 may have a taint that only add-ons tolerate; in RKE2 etcd has one of its own."""

_KUBEADM = Distribution("kubeadm", "1.11", LAST, "kubeadm", files=("kubeadm.yaml", "kube-apiserver-patch.json"))
_KOPS = Distribution(
    "kOps", "1.25", LAST, "kops", "/etc/kubernetes/audit/policy.yaml", settable="rotation", files=("kops.yaml",)
)
_MANAGED = Distribution("", "1.20", LAST, "", "", None, settable="no flag", files=("Dockerfile",), managed=True)

_ROWS: Mapping[str, tuple[Distribution, ...]] = {
    # Before 1.11 kubeadm's configuration changed with each release; there the static pod's manifest is patched instead.
    "kubeadm": (_KUBEADM, replace(_KUBEADM, first=FIRST, last="1.10", files=("kube-apiserver-patch.json",))),
    # kind's documentation, "Auditing"; a patch without apiVersion fits every kubeadm format.
    "kind": (
        Distribution("kind", "1.20", LAST, "kind", "/etc/kubernetes/policies/audit-policy.yaml", files=("kind.yaml",)),
    ),
    # Only the folder of certificates is mounted (minikube's "Audit Policy" tutorial). Until 0.25 minikube ran Kubernetes in one
    # process on its machine, and took the names of Go fields (kubernetes/minikube#1609).
    "minikube": (
        Distribution("minikube", "1.9", LAST, "minikube", "/etc/ssl/certs/audit-policy.yaml", None),
        Distribution(
            "minikube", FIRST, "1.8", "localkube", "/etc/kubernetes/addons/audit-policy.yaml", nodes=Nodes((), ())
        ),
    ),
    # k3s's documentation, "CIS Hardening Guide"; /etc/rancher/k3s/config.yaml is read from 1.19.
    "k3s": (
        Distribution(
            "k3s",
            "1.19",
            LAST,
            "k3s",
            "/var/lib/rancher/k3s/server/audit.yaml",
            "/var/lib/rancher/k3s/server/logs/audit.log",
            files=("k3s.yaml",),
            nodes=_SERVER,
        ),
    ),
    # RKE2's static pods: pkg/executor/staticpod. It mounts the policy, and the directory of the log, by itself.
    "rke2": (
        Distribution(
            "RKE2",
            "1.22",
            LAST,
            "rke2",
            "/etc/rancher/rke2/audit-policy.yaml",
            "/var/lib/rancher/rke2/server/logs/audit.log",
            files=("rke2.yaml",),
            nodes=_SERVER,
        ),
    ),
    # kOps's documentation, "Audit Logging", and its release notes of 1.22 and 1.26.
    "kops": (
        _KOPS,
        replace(_KOPS, first="1.20", last="1.24", policy="/srv/kubernetes/kube-apiserver/audit/policy.yaml"),
    ),
    # kubespray's roles/kubernetes/control-plane/defaults.
    "kubespray": (
        Distribution(
            "kubespray",
            "1.20",
            LAST,
            "kubespray",
            "/etc/kubernetes/audit-policy/apiserver-audit-policy.yaml",
            files=("kubespray.yaml",),
        ),
    ),
    # Talos audits anyway, at Metadata, to this file; `auditPolicy` came with Talos 1.3, whose oldest Kubernetes is 1.24.
    "talos": (
        Distribution(
            "Talos",
            "1.24",
            LAST,
            "talos",
            "/system/config/kubernetes/kube-apiserver/auditpolicy.yaml",
            "/var/log/audit/kube/kube-apiserver.log",
            log_is_fixed=True,
            files=("talos.yaml",),
            nodes=Nodes(checks_host_paths=False),
        ),
    ),
    # The clouds' documentation: what each gives away of its audit log, and where.
    "eks": (replace(_MANAGED, title="Amazon EKS", steps="eks"),),
    "gke": (replace(_MANAGED, title="Google GKE", steps="gke"),),
    "aks": (replace(_MANAGED, title="Azure AKS", steps="aks"),),
}

NAMES = tuple(_ROWS)
"""What `cluster.distribution` may be."""


def releases(name: str) -> tuple[str, str]:
    """Return the first and the last release of a distribution that we know how to set up."""
    rows = _ROWS[name]
    return rows[-1].first, rows[0].last


def knows(name: str, version: str) -> bool:
    """Whether a distribution can be set up with a release."""
    first, last = releases(name)
    return minor(first) <= minor(version) <= minor(last)


def distribution(name: str, version: str) -> Distribution:
    """Return what a distribution decides with a release; for one before its first, the oldest."""
    return next((row for row in _ROWS[name] if at_least(version, row.first)), _ROWS[name][-1])


def rows() -> tuple[tuple[str, Distribution], ...]:
    """Return every row with its distribution's name, for the page about them."""
    return tuple((name, row) for name, found in _ROWS.items() for row in found)
