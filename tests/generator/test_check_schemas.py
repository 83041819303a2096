"""Objects against the schemas of a Kubernetes release."""

import importlib.util

import pytest

from generator.check_schemas import check, releases
from generator.objects import objects
from tests.support.rendered import files, said

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: b}
spec:
  containers: [{name: x, image: y}]
  restartPolicy: Always
"""


def found(text: str, version: str = "1.36") -> list[str]:
    return said(check(objects({"kubernetes/a.yaml": text}), version))


def test_what_is_rendered_is_valid() -> None:
    assert [] == said(check(objects(files()), "1.36"))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "restartPolicy",
            "restartPolcy",
            "spec.restartPolcy: expected a field that the release knows, got 'restartPolcy' - take it out, or correct its name",
        ),
        ("Always", "3", "spec.restartPolicy: expected text, got the number 3 - correct the value"),
        ("{name: x, image: y}", "{image: y}", "spec.containers[0]: expected the field 'name', got none - add it"),
        (
            "kind: Pod",
            "kind: Pood",
            "kind: expected a kind that Kubernetes 1.36 serves, got Pood of v1 - check cluster.version, kind and apiVersion",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(before: str, after: str, sentence: str) -> None:
    assert [f"kubernetes/a.yaml: error schemas: {sentence}"] == found(POD.replace(before, after))


def test_every_mistake_is_told_at_once() -> None:
    assert 3 == len(found(POD.replace("  restartPolicy: Always", "  one: 1\n  two: 2\n  nodeName: 3")))


def test_a_version_that_is_gone_is_unknown() -> None:
    budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: b}\n"
    (sentence,) = found(budget, "1.30")
    assert "expected a kind that Kubernetes 1.30 serves, got PodDisruptionBudget of policy/v1beta1" in sentence


def test_what_an_operator_defines_is_a_note() -> None:
    (sentence,) = found("apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: a, namespace: b}\n")
    assert sentence.startswith("kubernetes/a.yaml: note schemas: kind: expected the Prometheus operator in the cluster")


def test_a_release_without_schemas_is_told() -> None:
    newest = ".".join(releases()[-1].split(".")[:2])
    (skipped,) = check(objects({"kubernetes/a.yaml": POD}), "1.20")
    assert (
        f"schemas: not checked: there are schemas of Kubernetes 1.25 to {newest}, none of 1.20 - apply with"
        " --dry-run=server, which asks the API server itself"
    ) == str(skipped)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert [
        "schemas: not checked: the package kubernetes-validate is not installed - install kube-audit-bridge with its extra [validate]"
    ] == [str(one) for one in check([], "1.36")]
