"""Rendered manifests as objects that know their lines."""

import pytest

from generator.objects import dig, objects, pods, selects

TEXT = """\
# A comment before the first document.
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: b}
data:
  text: |
    ---
    not a document
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: c, namespace: d, labels: {x: "1"}}
spec:
  template:
    metadata: {labels: {app: c}}
    spec:
      initContainers: [{name: first}]
      containers:
        - name: one
          ports: [{name: web, containerPort: 80}, {containerPort: 81}]
"""
FILES = {"kubernetes/a.yaml": TEXT, "kubernetes/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\n"}


def test_every_document_is_an_object_and_nothing_else_is() -> None:
    found = objects({**FILES, "host/x.yaml": "a: 1\n", "kubernetes/README.md": "# x\n"})
    assert [("ConfigMap", "b", "a", ""), ("Deployment", "d", "c", "apps")] == [
        (one.kind, one.namespace, one.name, one.group) for one in found
    ]


def test_a_finding_has_the_line_of_the_file() -> None:
    _, deployment = objects(FILES)
    assert "kubernetes/a.yaml:20: error x: spec.template.spec.containers[0].name: expected a, got b - c" == str(
        deployment.finding("x", ("spec", "template", "spec", "containers", 0, "name"), "a", "b", "c")
    )
    assert "kubernetes/a.yaml:14" == str(deployment.finding("x", ("spec", "missing"), "a", "b", "c").place)


def test_pods_have_their_labels_containers_and_ports() -> None:
    (pod,) = pods(objects(FILES))
    assert {"app": "c"} == pod.labels
    assert ["one", "first"] == [container["name"] for _, container in pod.containers]
    assert {"web": 80, 80: 80, 81: 81} == pod.ports


def test_what_has_another_form_than_expected_is_none() -> None:
    assert None is dig({"a": [1]}, "a", 1)
    assert None is dig({"a": [1]}, "a", 0, "b")
    assert [] == pods(objects({"kubernetes/a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: [1]\n"}))


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "1", "b": "1"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Like"}]}, False),
    ],
)
def test_a_selector_selects_as_kubernetes_does(selector: object, selected: bool) -> None:
    assert selected == selects(selector, {"a": "1"})
