"""What differs between Kubernetes releases."""

import pytest

from audit.releases import minor
from generator.versions import API_VERSIONS, FIELDS, FIRST, KUBEADM, LAST, api_version, kubeadm_api, kubeadm_reads


@pytest.mark.parametrize(
    ("kind", "version", "served"),
    [
        ("DaemonSet", FIRST, "extensions/v1beta1"),
        ("DaemonSet", "1.8", "apps/v1beta2"),
        ("DaemonSet", "1.9", "apps/v1"),
        ("Deployment", FIRST, "apps/v1beta1"),
        ("HorizontalPodAutoscaler", "1.22", "autoscaling/v2beta2"),
        ("HorizontalPodAutoscaler", "1.23", "autoscaling/v2"),
        ("PodDisruptionBudget", "1.20", "policy/v1beta1"),
        ("PodDisruptionBudget", "1.21", "policy/v1"),
        ("PodSecurityPolicy", "1.9", "extensions/v1beta1"),
        ("Role", FIRST, "rbac.authorization.k8s.io/v1beta1"),
        ("RoleBinding", LAST, "rbac.authorization.k8s.io/v1"),
    ],
)
def test_a_kind_is_in_the_group_that_the_release_serves(kind: str, version: str, served: str) -> None:
    assert served == api_version(kind, version)


def test_rows_begin_with_the_newest() -> None:
    for rows in API_VERSIONS.values():
        firsts = [minor(first) for first, _ in rows]
        assert sorted(firsts, reverse=True) == firsts
    assert sorted(FIELDS, key=lambda field: minor(field.first)) == [*FIELDS]


@pytest.mark.parametrize(
    ("version", "api"),
    [
        (FIRST, None),
        ("1.10", None),
        ("1.11", "v1alpha2"),
        ("1.12", "v1alpha3"),
        ("1.13", "v1beta1"),
        ("1.21", "v1beta2"),
        ("1.22", "v1beta3"),
        ("1.30", "v1beta3"),
        ("1.31", "v1beta4"),
        (LAST, "v1beta4"),
    ],
)
def test_kubeadm_reads_its_newest_format(version: str, api: str | None) -> None:
    assert api == kubeadm_api(version)
    assert api is None or kubeadm_reads(api, version)


def test_kubeadm_reads_an_older_format_for_some_releases() -> None:
    assert ["v1beta4", "v1beta3"] == [name for name, _, _ in KUBEADM if kubeadm_reads(name, "1.31")]
    assert not kubeadm_reads("v1beta4", "1.30")
    assert not kubeadm_reads("v1beta2", "1.27")
