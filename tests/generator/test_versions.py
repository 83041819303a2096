"""What differs between Kubernetes versions."""

import pytest

from generator.versions import FIRST, LAST, api_version, kubeadm_api


@pytest.mark.parametrize(("version", "group"), [(FIRST, "policy/v1beta1"), ("1.21", "policy/v1"), (LAST, "policy/v1")])
def test_a_disruption_budget_is_in_the_group_that_the_release_serves(version: str, group: str) -> None:
    assert api_version("PodDisruptionBudget", version) == group


@pytest.mark.parametrize(
    ("version", "api"),
    [
        (FIRST, "v1beta2"),
        ("1.21", "v1beta2"),
        ("1.22", "v1beta3"),
        ("1.30", "v1beta3"),
        ("1.31", "v1beta4"),
        (LAST, "v1beta4"),
    ],
)
def test_kubeadm_reads_its_newest_format(version: str, api: str) -> None:
    assert kubeadm_api(version) == api
