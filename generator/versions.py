"""What differs between Kubernetes versions: API groups, kubeadm's configuration, audit policy fields.

Versions are minor releases, written `1.36`. A row of a table names the first release that the entry holds for.
"""

from audit.releases import NEWEST, at_least

FIRST = "1.20"
"""The oldest release that something here is tested against: a real API server of it takes every manifest."""

LAST = NEWEST
"""The newest release whose schemas the tests have."""

_API_VERSIONS = {
    "HorizontalPodAutoscaler": (("1.23", "autoscaling/v2"), (FIRST, "autoscaling/v2beta2")),
    "PodDisruptionBudget": (("1.21", "policy/v1"), (FIRST, "policy/v1beta1")),
}

_KUBEADM = (("1.31", "v1beta4"), ("1.22", "v1beta3"), (FIRST, "v1beta2"))


def api_version(kind: str, version: str) -> str:
    """Return the apiVersion in which a release serves a kind; only kinds that changed are in the table."""
    return _since(_API_VERSIONS[kind], version)


def kubeadm_api(version: str) -> str:
    """Return the newest kubeadm configuration version that a release of kubeadm reads."""
    return _since(_KUBEADM, version)


def _since(rows: tuple[tuple[str, str], ...], version: str) -> str:
    return next(value for first, value in rows if at_least(version, first))
