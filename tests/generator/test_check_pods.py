"""What stands inside a pod template."""

import pytest

from generator.check_pods import bytes_of, check
from generator.objects import objects
from tests.support.rendered import DAEMONSET, DEPLOYMENT, changed, files, said

BRIDGE = "spec.template.spec.containers[0]"


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_fits_together(environment: str) -> None:
    assert [] == said(check(objects(files(environment))))


@pytest.mark.parametrize(
    ("path", "before", "after", "sentences"),
    [
        (
            DEPLOYMENT,
            "- name: state\n          emptyDir",
            "- name: other\n          emptyDir",
            [
                "warning pods: spec.template.spec.volumes[1].name: expected a volume that a container mounts, got 'other' - mount it, or take it out",
                f"error pods: {BRIDGE}.volumeMounts[2].name: expected a volume of the pod: config, forward, loggly, other, got 'state' - add the volume, or correct the name",
            ],
        ),
        (
            DEPLOYMENT,
            "mountPath: /run/secrets/loggly",
            "mountPath: /etc/kube-audit-bridge",
            [
                f"error pods: {BRIDGE}.volumeMounts[1].mountPath: expected each mountPath of volumeMounts once, got '/etc/kube-audit-bridge' again - take one out"
            ],
        ),
        (
            DEPLOYMENT,
            "path: /healthz\n              port: admin",
            "path: /healthz\n              port: amdin",
            [
                f"error pods: {BRIDGE}.startupProbe.httpGet.port: expected a port that the container names: admin, forward, got 'amdin' - correct the name"
            ],
        ),
        (
            DAEMONSET,
            "- name: FORWARD_SHARED_KEY",
            "- name: NODE_NAME",
            [f"error pods: {BRIDGE}.env[1].name: expected each name of env once, got 'NODE_NAME' again - take one out"],
        ),
        (
            DEPLOYMENT,
            "- name: admin\n",
            "- name: forward\n",
            ["error pods: spec.template.spec: expected a name for each port, got 'forward' 2 times - rename one"],
        ),
    ],
)
def test_what_does_not(path: str, before: str, after: str, sentences: list[str]) -> None:
    found = said(check(objects(changed(path, before, after))))
    assert [f"{path}: {sentence}" for sentence in sentences] == found[: len(sentences)]


def test_a_limit_below_the_request_and_none() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: b}
spec:
  containers:
    - {name: x, resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}}
    - {name: y}
"""
    assert [
        "kubernetes/a.yaml: error pods: spec.containers[0].resources.limits.memory: expected a limit of memory from the request of 1Gi up, got '512Mi' - raise it: the API server refuses the pod",
        "kubernetes/a.yaml: warning pods: spec.containers[1].resources: expected a limit of memory, got none - set resources.limits.memory",
    ] == said(check(objects({"kubernetes/a.yaml": text})))


@pytest.mark.parametrize(
    ("text", "number"), [("100m", 0.1), ("2", 2), ("1.5Gi", 1.5 * 2**30), ("x", None), ("1X", None)]
)
def test_quantities(text: str, number: float | None) -> None:
    assert number == bytes_of(text)


def test_a_claim_of_a_stateful_set_is_a_volume() -> None:
    assert [] == said(check(objects(files("production", "bridge.storage.claim={}"))))
