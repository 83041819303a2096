"""Fluentd's configuration against the pod that runs it."""

import pytest

from generator.check_agent import check
from generator.objects import objects
from tests.support.rendered import CONFIG_MAP, DAEMONSET, FLUENTD, SERVICE, changed, files, said


def found(rendered: dict[str, str]) -> list[str]:
    return said(check(rendered, objects(rendered)))


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_has_all_it_needs(environment: str) -> None:
    assert [] == found(dict(files(environment)))


@pytest.mark.parametrize(
    ("path", "before", "after", "sentence"),
    [
        (
            DAEMONSET,
            'mountPath: "/var/log/kubernetes/audit"',
            'mountPath: "/var/log/other"',
            "<source> path: expected a path that DaemonSet kube-audit-agent mounts, got '/var/log/kubernetes/audit/audit.log' - mount its directory, read-only",
        ),
        (DAEMONSET, "- name: NODE_NAME", "- name: NODE", "<security> shared_key: expected a variable"),
        (
            SERVICE,
            "name: kube-audit-bridge\n",
            "name: other\n",
            "<server> host: expected a Service that is rendered: other.audit-bridge.svc, got 'kube-audit-bridge.audit-bridge.svc' - correct the name",
        ),
        (
            SERVICE,
            "port: 24224",
            "port: 24225",
            "<server> port: expected a port of the Service kube-audit-bridge: 24225, got '24224' - correct the port",
        ),
    ],
)
def test_what_it_lacks(path: str, before: str, after: str, sentence: str) -> None:
    rendered = changed(path, before, after)
    if "NODE" in after:  # NODE_NAME has a default, the key has none
        rendered = changed(path, "- name: FORWARD_SHARED_KEY", "- name: OTHER")
    assert any(one.startswith(f"fluent.conf: error agent: {sentence}") for one in found(rendered)), found(rendered)


def test_positions_and_buffer_must_outlive_the_pod() -> None:
    daemonset = files()[DAEMONSET]
    volume = daemonset[daemonset.index("- name: state\n          hostPath:") :].split("        #")[0]
    emptied = {**files(), DAEMONSET: daemonset.replace(volume, "- name: state\n          emptyDir: {}\n")}
    sentences = found(emptied)
    assert 2 == len(sentences)
    assert all("on a volume that goes with the pod - mount a hostPath there" in one for one in sentences)


def test_a_read_only_state_cannot_be_written_to() -> None:
    before = "- name: state\n              mountPath: /fluentd/log\n"
    sentences = found(changed(DAEMONSET, before, before + "              readOnly: true\n"))
    assert 2 == len(sentences)
    assert "which is mounted read-only - keep it elsewhere" in sentences[0]


def test_a_configuration_outside_of_the_cluster_is_left_alone() -> None:
    rendered = changed(FLUENTD, "/var/log/kubernetes/audit/audit.log", "/elsewhere/audit.log")
    assert rendered[FLUENTD].strip() not in rendered[CONFIG_MAP]
    assert [] == found(rendered)


FLUENT_BIT = ("production", "agent.flavor=fluent-bit")


def test_fluent_bit_has_all_it_needs() -> None:
    assert [] == found(dict(files(*FLUENT_BIT)))


@pytest.mark.parametrize(
    ("path", "before", "after", "sentence"),
    [
        (
            DAEMONSET,
            "- name: FORWARD_SHARED_KEY",
            "- name: OTHER",
            "pipeline.outputs[0].shared_key: expected a variable that the container has: NODE_NAME, OTHER, got 'FORWARD_SHARED_KEY' - add it to env, or give a default",
        ),
        (
            DAEMONSET,
            "mountPath: /var/lib/kube-audit-agent",
            "mountPath: /elsewhere",
            'service["storage.path"]: expected a path on the node that can be written to',
        ),
        (
            SERVICE,
            "port: 24224",
            "port: 24225",
            "pipeline.outputs[0].port: expected a port of the Service kube-audit-bridge: 24225, got '24224' - correct the port",
        ),
    ],
)
def test_what_fluent_bit_lacks(path: str, before: str, after: str, sentence: str) -> None:
    told = found(changed(path, before, after, *FLUENT_BIT))
    assert any(one.startswith(f"fluent-bit.yaml: error agent: {sentence}") for one in told), told
