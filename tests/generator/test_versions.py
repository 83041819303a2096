"""What differs between Kubernetes versions."""

import pytest

from generator.versions import FIRST, LAST, api_version, at_least, kubeadm_api, minor


@pytest.mark.parametrize(("version", "number"), [("1.20", 20), ("1.36", 36)])
def test_the_minor_number(version: str, number: int) -> None:
    assert minor(version) == number


def test_versions_compare_by_number_and_not_by_text() -> None:
    assert at_least("1.100", "1.20")
    assert not at_least("1.20", "1.21")


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
