"""What differs between Kubernetes releases: API versions, fields of manifests, kubeadm's configuration.

Versions are minor releases, written `1.36`. A row of a table names the first release that the entry holds for. API versions and
fields are those of kubernetes/api, read by release branch; kubeadm's formats those of the release notes "kubeadm" of 1.11, 1.12,
1.13, 1.15, 1.22, 1.27 and 1.31. Flags of the API server are in `generator.flags`, audit policies in `audit.policy_reading`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from audit.releases import NEWEST, at_least, minor

FIRST = "1.7"
"""The oldest release: the first with audit policies."""

LAST = NEWEST
"""The newest release whose schemas the tests have."""

Rows = tuple[tuple[str, str], ...]

_RBAC: Rows = (("1.8", "rbac.authorization.k8s.io/v1"), (FIRST, "rbac.authorization.k8s.io/v1beta1"))
_WORKLOAD: Rows = (("1.9", "apps/v1"), ("1.8", "apps/v1beta2"), (FIRST, "apps/v1beta1"))

API_VERSIONS: Mapping[str, Rows] = {
    "DaemonSet": (("1.9", "apps/v1"), ("1.8", "apps/v1beta2"), (FIRST, "extensions/v1beta1")),
    "Deployment": _WORKLOAD,
    "HorizontalPodAutoscaler": (
        ("1.23", "autoscaling/v2"),
        ("1.12", "autoscaling/v2beta2"),
        ("1.8", "autoscaling/v2beta1"),
    ),
    "PodDisruptionBudget": (("1.21", "policy/v1"), (FIRST, "policy/v1beta1")),
    "PodSecurityPolicy": (("1.10", "policy/v1beta1"), (FIRST, "extensions/v1beta1")),
    "Role": _RBAC,
    "RoleBinding": _RBAC,
    "StatefulSet": _WORKLOAD,
}
"""Kinds whose API version changed; every other kind has had one since before 1.7."""

POD_SECURITY_POLICY_GONE = "1.25"
"""The first release without PodSecurityPolicy (release notes of 1.25)."""


class Field(NamedTuple):
    """A field that not every release has: where it stands, `*` for each item of a list, and the first release with it."""

    path: str
    first: str


POD = "spec.template"
"""What a path of a pod's field begins with."""

FIELDS = (
    Field(f"{POD}.spec.containers.*.securityContext.allowPrivilegeEscalation", "1.8"),
    Field(f"{POD}.spec.volumes.*.hostPath.type", "1.8"),
    Field("spec.allowPrivilegeEscalation", "1.8"),
    Field("spec.allowedHostPaths", "1.8"),
    Field("spec.egress", "1.8"),
    Field("spec.policyTypes", "1.8"),
    Field(f"{POD}.spec.volumes.*.emptyDir.sizeLimit", "1.10"),
    Field("spec.allowedHostPaths.*.readOnly", "1.11"),
    Field(f"{POD}.spec.priorityClassName", "1.11"),
    Field(f"{POD}.spec.enableServiceLinks", "1.13"),
    Field(f"{POD}.spec.securityContext.runAsGroup", "1.14"),
    Field(f"{POD}.spec.containers.*.securityContext.runAsGroup", "1.14"),
    Field("spec.behavior", "1.18"),
    Field("spec.ports.*.appProtocol", "1.18"),
    Field(f"{POD}.spec.topologySpreadConstraints", "1.18"),
    Field(f"{POD}.spec.securityContext.fsGroupChangePolicy", "1.20"),
    Field("spec.ipFamilyPolicy", "1.20"),
    Field("spec.internalTrafficPolicy", "1.21"),
    Field("spec.persistentVolumeClaimRetentionPolicy", "1.23"),
    Field("spec.unhealthyPodEvictionPolicy", "1.26"),
)
"""Fields that are left out for older releases, from the release in which a gate no longer hides them. What is said otherwise there
is in `generator.older`."""

KUBEADM: tuple[tuple[str, str, str], ...] = (
    ("v1beta4", "1.31", LAST),
    ("v1beta3", "1.22", "1.36"),
    ("v1beta2", "1.15", "1.26"),
    ("v1beta1", "1.13", "1.21"),
    ("v1alpha3", "1.12", "1.14"),
    ("v1alpha2", "1.11", "1.12"),
)
"""kubeadm's configuration formats, each with the first and the last release of kubeadm that reads it. Older ones are not rendered."""


def api_version(kind: str, version: str) -> str:
    """Return the apiVersion in which a release serves a kind; only kinds that changed are in the table."""
    return since(API_VERSIONS[kind], version)


def kubeadm_api(version: str) -> str | None:
    """Return the newest configuration format that a release of kubeadm reads; None where none is rendered."""
    return next((name for name, first, _ in KUBEADM if at_least(version, first)), None)


def kubeadm_reads(api: str, version: str) -> bool:
    """Whether a release of kubeadm reads a configuration format."""
    return any(api == name and minor(first) <= minor(version) <= minor(last) for name, first, last in KUBEADM)


def since(rows: Rows, version: str) -> str:
    """Return the value of the first row, the newest first, that holds for a release."""
    return next(value for first, value in rows if at_least(version, first))
