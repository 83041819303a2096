"""What each way of running Kubernetes decides."""

import itertools
from typing import get_args

import pytest

from audit.releases import minor
from generator.distributions import NAMES, distribution, knows, releases, rows
from generator.templates import names
from generator.values import Cluster


def test_every_distribution_may_be_named_in_values() -> None:
    assert NAMES == get_args(Cluster.model_fields["distribution"].annotation)


@pytest.mark.parametrize("name", NAMES)
def test_rows_follow_each_other_without_a_gap(name: str) -> None:
    found = [row for of, row in rows() if of == name]
    for newer, older in itertools.pairwise(found):
        assert minor(newer.first) == minor(older.last) + 1


def test_every_file_and_every_step_has_its_template() -> None:
    known = {name.removeprefix("manifests/host/").removesuffix(".j2") for name in names("manifests/host")}
    needed = {file for _, row in rows() for file in (f"README-{row.steps}.md", *row.files)}
    assert needed == known


@pytest.mark.parametrize(
    ("name", "version", "policy"),
    [
        ("minikube", "1.8", "/etc/kubernetes/addons/audit-policy.yaml"),
        ("minikube", "1.9", "/etc/ssl/certs/audit-policy.yaml"),
        ("kops", "1.24", "/srv/kubernetes/kube-apiserver/audit/policy.yaml"),
        ("kops", "1.25", "/etc/kubernetes/audit/policy.yaml"),
    ],
)
def test_a_release_has_the_row_of_its_range(name: str, version: str, policy: str) -> None:
    assert policy == distribution(name, version).policy


def test_a_release_before_the_first_is_not_known() -> None:
    assert ("1.24", "1.37") == releases("talos")
    assert not knows("talos", "1.23")
    assert knows("talos", "1.24")
    assert distribution("talos", "1.24") == distribution("talos", "1.7")
