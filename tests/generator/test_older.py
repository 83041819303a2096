"""Manifests as an older release takes them."""

from typing import Any

import pytest
import yaml

from generator.load import Inputs
from generator.older import SECCOMP, fit, written_for
from generator.render import render
from generator.values import Values

Object = dict[str, Any]


def workload(**spec: Any) -> Object:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": template}}


def pod(data: Object, version: str) -> Object:
    fitted = fit(data, version)
    assert fitted is not None
    template: Object = fitted["spec"]["template"]
    return template


def test_a_manifest_that_needs_no_change_keeps_its_text() -> None:
    text = "---\n# why\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    assert text == written_for("1.7", text, [yaml.safe_load(text)])


def test_one_that_does_is_written_anew() -> None:
    text = "---\n# why\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
    assert "---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: a\n" == written_for(
        "1.20", text, [yaml.safe_load(text)]
    )


@pytest.mark.parametrize(("version", "profile"), [("1.18", "runtime/default"), ("1.10", "docker/default")])
def test_the_seccomp_profile_was_an_annotation(version: str, profile: str) -> None:
    template = pod(workload(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}, containers=[]), version)
    assert {SECCOMP: profile} == template["metadata"]["annotations"]
    assert {} == template["spec"]["securityContext"]


def test_the_seccomp_profile_is_a_field() -> None:
    template = pod(workload(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}, containers=[]), "1.19")
    assert {"seccompProfile": {"type": "RuntimeDefault"}} == template["spec"]["securityContext"]


def test_without_a_startup_probe_the_liveness_probe_waits_as_long() -> None:
    container = {"startupProbe": {"failureThreshold": 60, "periodSeconds": 2}, "livenessProbe": {"periodSeconds": 10}}
    data = workload(containers=[container])
    assert [{"livenessProbe": {"periodSeconds": 10, "initialDelaySeconds": 120}}] == pod(data, "1.17")["spec"][
        "containers"
    ]


@pytest.mark.parametrize(
    ("version", "left"),
    [
        ("1.14", {"runAsGroup": 1, "runAsUser": 1, "allowPrivilegeEscalation": False}),
        ("1.13", {"runAsUser": 1, "allowPrivilegeEscalation": False}),
        ("1.7", {"runAsUser": 1}),
    ],
)
def test_a_field_is_left_out_before_its_first_release(version: str, left: Object) -> None:
    context = {"runAsGroup": 1, "runAsUser": 1, "allowPrivilegeEscalation": False}
    assert [{"securityContext": left}] == pod(workload(containers=[{"securityContext": context}]), version)["spec"][
        "containers"
    ]


def policy(**spec: Any) -> Object:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": spec}


def test_a_peer_had_one_selector() -> None:
    both = {"namespaceSelector": {"a": 1}, "podSelector": {"b": 1}}
    data = policy(policyTypes=["Egress", "Ingress"], ingress=[{"from": [both]}], egress=[{"to": [dict(both)]}, {}])
    found = fit(data, "1.10")
    assert found is not None
    assert {
        "policyTypes": ["Egress", "Ingress"],
        "ingress": [{"from": [{"namespaceSelector": {"a": 1}}]}],
        "egress": [{"to": [{"namespaceSelector": {"a": 1}}]}, {}],
    } == found["spec"]


def test_a_policy_was_about_ingress_alone() -> None:
    """One about egress alone would deny all ingress in 1.7."""
    assert fit(policy(policyTypes=["Egress"], egress=[{}]), "1.7") is None
    found = fit(policy(policyTypes=["Egress", "Ingress"], egress=[{}], ingress=[{}]), "1.7")
    assert found == policy(ingress=[{}])


@pytest.mark.parametrize(
    ("version", "apply", "absent"),
    [
        ("1.13", "cat kubernetes/[0-9]*.yaml | kubectl apply -f -", " -k "),
        ("1.14", "kubectl apply -k kubernetes/", "--dry-run=server"),
        ("1.18", "kubectl apply --dry-run=server -k kubernetes/", "cat kubernetes"),
    ],
)
def test_the_steps_ask_kubectl_for_nothing_that_it_cannot(version: str, apply: str, absent: str) -> None:
    cluster = Values.model_validate({"cluster": {"version": version}})
    steps = render(Inputs(cluster))["README.md"]
    assert f"    {apply}" in steps
    assert absent not in steps


def test_a_role_had_to_say_that_it_has_no_rules() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "a"}}
    assert {**role, "rules": []} == fit(dict(role), "1.13")
    assert role == fit(dict(role), "1.14")


def test_the_metrics_of_an_autoscaler_had_their_target_beside_them() -> None:
    metrics = [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
        {"type": "Pods", "pods": {"metric": {"name": "m"}, "target": {"type": "AverageValue", "averageValue": "8Mi"}}},
    ]
    data = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "spec": {"metrics": metrics, "behavior": {}},
    }
    assert {
        "apiVersion": "autoscaling/v2beta1",
        "kind": "HorizontalPodAutoscaler",
        "spec": {
            "metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 70}},
                {"type": "Pods", "pods": {"metricName": "m", "targetAverageValue": "8Mi"}},
            ]
        },
    } == fit(data, "1.11")
