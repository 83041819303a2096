"""NetworkPolicies that select nothing or let nothing through."""

import pytest

from generator.check_network import check
from generator.objects import objects
from tests.support.rendered import DEPLOYMENT, NETWORK, changed, files, said

TEXT = """\
apiVersion: v1
kind: Namespace
metadata: {name: s, labels: {app.kubernetes.io/name: s}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: s, labels: {app: p}}
spec: {containers: [{name: c, ports: [{name: web, containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: v, namespace: s}
spec: {selector: {app: p}, ports: [{port: 8080, targetPort: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: n, namespace: s}
spec:
  podSelector: {matchLabels: {app: p}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {app.kubernetes.io/name: s}}, podSelector: {matchLabels: {app: p}}}]
      ports: [{port: 80}]
  egress:
    - to: [{podSelector: {matchLabels: {app: p}}}]
      ports: [{port: 80}]
    - to: [{ipBlock: {cidr: 0.0.0.0/0}}, {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
"""


def found(text: str) -> list[str]:
    return [
        one.removeprefix("kubernetes/a.yaml: error network: ")
        for one in said(check(objects({"kubernetes/a.yaml": text})))
    ]


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_lets_through_what_is_needed(environment: str) -> None:
    assert [] == said(check(objects(files(environment))))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "podSelector: {matchLabels: {app: p}}\n  policy",
            "podSelector: {matchLabels: {app: q}}\n  policy",
            "spec.podSelector: expected pods in s to select, got a selector that selects none - compare it with their labels",
        ),
        (
            "namespaceSelector: {matchLabels: {app.kubernetes.io/name: s}}",
            "namespaceSelector: {matchLabels: {app.kubernetes.io/name: t}}",
            "spec.ingress[0].from[0].namespaceSelector: expected a rendered namespace to select: s, got a selector that selects none - compare it with their labels",
        ),
        (
            "podSelector: {matchLabels: {app: p}}}]\n      ports: [{port: 80}]\n  egress",
            "podSelector: {matchLabels: {app: q}}}]\n      ports: [{port: 80}]\n  egress",
            "spec.ingress[0].from[0].podSelector: expected pods in s to select, got a selector that selects none - compare it with their labels",
        ),
        (
            "ports: [{port: 80}]\n    - to",
            "ports: [{port: 81}]\n    - to",
            "spec.egress[0].ports[0].port: expected a port of p, got 81 - correct the port",
        ),
        (
            "ports: [{port: 80}]\n  egress",
            "ports: [{port: 81}]\n  egress",
            "spec: expected the port 'web' let in by the NetworkPolicy of these pods, got no rule for it - add it to the policy's ingress",
        ),
    ],
)
def test_what_does_not(before: str, after: str, sentence: str) -> None:
    assert [] == found(TEXT)
    assert [sentence] == found(TEXT.replace(before, after, 1))


def test_pods_without_a_policy_are_open() -> None:
    assert [] == found(TEXT.partition("---\napiVersion: networking")[0])


def test_the_bridges_port_must_be_let_in() -> None:
    """The policy names the port by number, the Service the container's port by name."""
    sentences = said(check(objects(changed(DEPLOYMENT, "containerPort: 24224", "containerPort: 24225"))))
    assert any("expected the port 'forward' let in by the NetworkPolicy of these pods" in one for one in sentences)
    assert any(
        one.startswith(f"{NETWORK}: error network: spec.egress[1].ports[0].port: expected a port of")
        for one in sentences
    )


def test_pods_of_any_namespace_may_be_somebody_elses() -> None:
    dns = "to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]"
    assert [] == found(TEXT.replace("to: [{podSelector: {matchLabels: {app: p}}}]", dns, 1))
