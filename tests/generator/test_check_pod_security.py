"""Pods against the Pod Security level of their namespace."""

from typing import Any

import pytest
import yaml

from generator.check_pod_security import breaches, check
from generator.objects import objects, pods
from tests.support.rendered import DEPLOYMENT, changed, files, said

NAMESPACES = "kubernetes/00-namespace.yaml"
HARDENED: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def found(level: str, container: dict[str, Any] | None = None, **spec: Any) -> list[str]:
    """Return what a level refuses in a pod with one container, hardened but for what is given."""
    one = {"name": "c", "securityContext": {**HARDENED, **(container or {})}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {"containers": [one], **spec},
    }
    (run,) = pods(objects({"kubernetes/a.yaml": yaml.safe_dump(pod)}))
    return [f"{'.'.join(map(str, path))}: {want}, {got}" for path, want, got in breaches(run, level)]


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_may_run(environment: str) -> None:
    assert [] == said(check(objects(files(environment)), "1.36"))


def test_a_namespace_that_enforces_more_refuses_the_agent() -> None:
    sentences = said(check(objects(changed(NAMESPACES, "enforce: privileged", "enforce: baseline")), "1.36"))
    assert (
        "kubernetes/60-daemonset.yaml: error pod-security: spec.template.spec.volumes[1]: expected no hostPath (baseline), got '/var/log/kubernetes/audit' - change the pod, or lower pod-security.kubernetes.io/enforce of audit-agent"
        in sentences
    )
    assert any(
        "capabilities.add[0]: expected only capabilities of a container's usual ones (baseline), got 'DAC_READ_SEARCH'"
        in one
        for one in sentences
    )


def test_a_bridge_as_root_is_refused() -> None:
    (sentence,) = said(check(objects(changed(DEPLOYMENT, "runAsNonRoot: true", "runAsNonRoot: false")), "1.36"))
    assert "containers[0].securityContext: expected runAsNonRoot: true (restricted), got none" in sentence


def test_a_namespace_without_a_level_is_told() -> None:
    (sentence,) = said(check(objects(changed(NAMESPACES, "enforce: privileged", "enforce: none")), "1.36"))
    assert (
        f"{NAMESPACES}: warning pod-security: metadata.labels: expected a Pod Security level: privileged, baseline, restricted, "
        "got 'none' - set pod-security.kubernetes.io/enforce"
    ) == sentence


@pytest.mark.parametrize(
    ("container", "spec", "sentence"),
    [
        ({"privileged": True}, {}, "spec.containers.0.securityContext.privileged: no privileged container, true"),
        ({}, {"hostNetwork": True}, "spec.hostNetwork: no namespace of the host, true"),
        ({}, {"volumes": [{"name": "x", "hostPath": {"path": "/"}}]}, "spec.volumes.0: no hostPath, '/'"),
        (
            {"capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}},
            {},
            "spec.containers.0.securityContext.capabilities.add.0: only capabilities of a container's usual ones, 'SYS_ADMIN'",
        ),
        ({"procMount": "Unmasked"}, {}, "spec.containers.0.securityContext.procMount: Default, 'Unmasked'"),
        (
            {"seccompProfile": {"type": "Unconfined"}},
            {},
            "spec.containers.0.securityContext.seccompProfile.type: RuntimeDefault or Localhost, 'Unconfined'",
        ),
        (
            {"appArmorProfile": {"type": "Unconfined"}},
            {},
            "spec.containers.0.securityContext.appArmorProfile.type: RuntimeDefault or Localhost, 'Unconfined'",
        ),
        (
            {"seLinuxOptions": {"type": "spc_t"}},
            {},
            "spec.containers.0.securityContext.seLinuxOptions.type: a container's type, 'spc_t'",
        ),
        ({"seLinuxOptions": {"user": "x"}}, {}, "spec.containers.0.securityContext.seLinuxOptions.user: none, 'x'"),
        (
            {"windowsOptions": {"hostProcess": True}},
            {},
            "spec.containers.0.securityContext.windowsOptions.hostProcess: no process of the host, true",
        ),
        (
            {},
            {"securityContext": {"sysctls": [{"name": "kernel.msgmax"}]}},
            "spec.securityContext.sysctls.0: a safe sysctl, 'kernel.msgmax'",
        ),
        (
            {},
            {"initContainers": [{"name": "i", "ports": [{"hostPort": 80}]}]},
            "spec.initContainers.0.ports.0.hostPort: no port of the host, 80",
        ),
    ],
)
def test_baseline_refuses(container: dict[str, Any], spec: dict[str, Any], sentence: str) -> None:
    assert [sentence] == found("baseline", container, **spec)
    assert sentence in found("restricted", container, **spec)
    assert [] == found("privileged", container, **spec)


@pytest.mark.parametrize(
    ("container", "spec", "sentence"),
    [
        (
            {"allowPrivilegeEscalation": None},
            {},
            "spec.containers.0.securityContext: allowPrivilegeEscalation: false, none",
        ),
        ({"runAsUser": 0}, {}, "spec.containers.0.securityContext: a user other than root, 0"),
        ({"capabilities": {}}, {}, "spec.containers.0.securityContext: capabilities: {drop: [ALL]}, none"),
        (
            {"capabilities": {"add": ["CHOWN"], "drop": ["ALL"]}},
            {},
            "spec.containers.0.securityContext.capabilities.add.0: only NET_BIND_SERVICE, 'CHOWN'",
        ),
        (
            {"seccompProfile": None},
            {},
            "spec.containers.0.securityContext: a seccompProfile, RuntimeDefault or Localhost, none",
        ),
        (
            {},
            {"volumes": [{"name": "x", "nfs": {}}]},
            "spec.volumes.0: a volume of a kind that holds no host's files, 'nfs'",
        ),
        ({}, {"securityContext": {"runAsUser": 0}}, "spec.securityContext.runAsUser: a user other than root, 0"),
    ],
)
def test_restricted_refuses_more(container: dict[str, Any], spec: dict[str, Any], sentence: str) -> None:
    assert [sentence] == found("restricted", container, **spec)
    assert [] == found("baseline", container, **spec)


def test_what_the_pod_says_holds_for_its_containers() -> None:
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert [] == found("restricted", {"runAsNonRoot": True, "seccompProfile": None}, securityContext=context)


def test_a_release_without_levels_refuses_nothing() -> None:
    rendered = objects(changed(NAMESPACES, "enforce: privileged", "enforce: restricted"))
    assert ([], True) == (said(check(rendered, "1.21")), bool(said(check(rendered, "1.22"))))
