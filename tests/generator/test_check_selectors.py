"""Selectors that select nothing."""

import pytest

from generator.check_selectors import check
from generator.objects import objects
from tests.support.rendered import DEPLOYMENT, SERVICE, changed, files, said

BUDGET = "kubernetes/51-poddisruptionbudget.yaml"
NAME = "app.kubernetes.io/name: kube-audit-bridge"


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_selects(environment: str) -> None:
    assert [] == said(check(objects(files(environment))))


@pytest.mark.parametrize(
    ("path", "before", "after", "sentence"),
    [
        (
            DEPLOYMENT,
            f"matchLabels:\n      {NAME}",
            "matchLabels:\n      a: b",
            "spec.selector: expected labels of the pod template, got others - make them equal: the API server refuses the object",
        ),
        (
            SERVICE,
            f"selector:\n    {NAME}",
            "selector:\n    a: b",
            "spec.selector: expected pods in audit-bridge to select, got a selector that selects none - compare it with their labels",
        ),
        (
            SERVICE,
            "targetPort: forward",
            "targetPort: other",
            "spec.ports[0]: expected a port of Deployment kube-audit-bridge: admin, forward, got 'other' - correct targetPort",
        ),
        (
            BUDGET,
            f"matchLabels:\n      {NAME}",
            "matchLabels:\n      a: b",
            "spec.selector: expected pods in audit-bridge to select, got a selector that selects none - compare it with their labels",
        ),
    ],
)
def test_what_selects_nothing(path: str, before: str, after: str, sentence: str) -> None:
    assert [f"{path}: error selectors: {sentence}"] == said(check(objects(changed(path, before, after))))


SCALED = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a, namespace: s}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: s}
spec:
  replicas: 2
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec: {containers: [{name: c, ports: [{name: web, containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: v, namespace: s, labels: {app: d}}
spec: {selector: {app: d}, ports: [{name: web, port: 80}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: m, namespace: s}
spec: {selector: {matchLabels: {app: d}}, endpoints: [{port: web}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: m, namespace: s}
spec: {selector: {matchLabels: {app: d}}, podMetricsEndpoints: [{port: web}]}
"""
REPLICAS = "kubernetes/a.yaml: error selectors: spec.replicas: expected no replicas in the Deployment that HorizontalPodAutoscaler a scales, got 2 - take them out: each apply would undo the scaling"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("", "", REPLICAS),
        (
            "kind: Deployment, name: d",
            "kind: Deployment, name: e",
            "spec.scaleTargetRef.name: expected a Deployment in s, got 'e' - correct the name",
        ),
        (
            "endpoints: [{port: web}]",
            "endpoints: [{port: x}]",
            "spec.endpoints[0].port: expected a port by name: web, got 'x' - correct the name",
        ),
        (
            "podMetricsEndpoints: [{port: web}]",
            "podMetricsEndpoints: [{port: x}]",
            "spec.podMetricsEndpoints[0].port: expected a port by name: web, got 'x' - correct the name",
        ),
        (
            "labels: {app: d}}\nspec: {selector",
            "labels: {app: e}}\nspec: {selector",
            "spec.selector: expected Services in s to select, got a selector that selects none - compare it with their labels",
        ),
    ],
)
def test_autoscalers_and_monitors(before: str, after: str, sentence: str) -> None:
    found = said(check(objects({"kubernetes/a.yaml": SCALED.replace(before, after, 1) if before else SCALED})))
    assert any(one.endswith(sentence) for one in found)
    assert len(found) <= 2


def test_a_monitor_of_no_pod() -> None:
    text = SCALED.replace("  replicas: 2\n", "").replace(
        "{selector: {matchLabels: {app: d}}, podM", "{selector: {matchLabels: {app: e}}, podM"
    )
    (sentence,) = said(check(objects({"kubernetes/a.yaml": text})))
    assert sentence.startswith("kubernetes/a.yaml: error selectors: spec.selector: expected pods in s to select")
