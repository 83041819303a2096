"""Adopting another Fluentd's positions: when, where from, where to. What the script does: tests/peers/test_adoption.py."""

from typing import Any

import pytest
import yaml

from audit.document import DocumentError
from generator.adoption import MOUNT, adopting, refusals
from generator.load import load
from generator.render import render
from tests.support.commands import VALUES

STOCK = "/var/log/kube-apiserver-audit.log.pos"
SETTING = f"agent.adoptPositionFile={STOCK}"


def rendered(*settings: str) -> dict[str, str]:
    return render(load([VALUES / "default.yaml"], settings))


def pod(files: dict[str, str], name: str = "60-daemonset.yaml") -> dict[str, Any]:
    spec: dict[str, Any] = yaml.safe_load(files[f"kubernetes/{name}"])["spec"]["template"]["spec"]
    return spec


def test_nothing_is_adopted_where_no_file_is_named() -> None:
    files = rendered()
    assert {} == adopting(None, state="/s", own="p", log="/l", in_pod=True)
    assert [] == [path for path, text in files.items() if "adopt" in text]


def test_a_pod_sees_the_directory_of_the_file_and_a_machine_the_file() -> None:
    [in_pod], [on_host] = (adopting(STOCK, state="/s", own="p", log="/l", in_pod=one).values() for one in (True, False))
    assert f'FROM = "{MOUNT}/kube-apiserver-audit.log.pos"' in in_pod
    assert f'FROM = "{STOCK}"' in on_host


def test_an_init_container_reads_the_log_and_the_file_and_writes_our_state_only() -> None:
    spec = pod(rendered(SETTING))
    [container] = spec["initContainers"]
    volumes = {one["name"]: one.get("hostPath", {}).get("path") for one in spec["volumes"]}
    mounted = {volumes[one["name"]]: one.get("readOnly", False) for one in container["volumeMounts"]}
    assert ["ruby", "/fluentd/etc/adopt.rb"] == container["command"]
    assert {
        None: True,
        "/var/log": True,
        "/var/log/kubernetes/audit": True,
        "/var/lib/kube-audit-agent": False,
    } == mounted
    assert spec["containers"][0]["securityContext"] == container["securityContext"]


def test_the_script_and_the_source_of_the_rest_are_in_the_configmap_and_roll_the_pods() -> None:
    files = rendered(SETTING)
    data = next(yaml.safe_load_all(files["kubernetes/20-configmap.yaml"]))["data"]
    assert 'REST = "/fluentd/log/adopted.log"' in data["adopt.rb"]
    assert "path /fluentd/log/adopted.log" in data["fluent.conf"]
    checksums = [
        yaml.safe_load(one["kubernetes/60-daemonset.yaml"])["spec"]["template"]["metadata"]["annotations"]
        for one in (files, rendered(), rendered("agent.adoptPositionFile=/var/log/other.pos"))
    ]
    assert 3 == len({one["checksum/config"] for one in checksums})


def test_containers_positions_are_adopted_as_a_pattern() -> None:
    files = rendered("sources={containers: true, adoptPositionFile: /var/log/fluentd-containers.log.pos}")
    [container] = pod(files, "61-daemonset-containers.yaml")["initContainers"]
    assert "adopt" == container["name"]
    [data] = [
        one["data"]
        for one in yaml.safe_load_all(files["kubernetes/20-configmap.yaml"])
        if "pos_file /fluentd/log/kube-containers.pos" in one["data"].get("fluent.conf", "")
    ]
    assert 'LOG = "/var/log/containers/*.log"' in data["adopt.rb"]
    assert "initContainers" not in pod(files)


def test_a_package_on_the_machines_has_the_script_and_a_step() -> None:
    outside = (
        "forward={address: '203.0.113.7:24224', sharedKeySecret: {}, expose: {sources: [203.0.113.0/24]}}",
        "tls.mode=secret",
    )
    files = rendered("agent.flavor=fluent-package", SETTING, *outside)
    assert f'FROM = "{STOCK}"' in files["host/agent/adopt.rb"]
    assert "sudo /opt/fluent/bin/ruby adopt.rb" in files["host/agent/README.md"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            ("agent.flavor=fluent-bit",),
            f"--set: agent.adoptPositionFile: expected a flavor of Fluentd with it: no other reads Fluentd's positions, got '{STOCK}' - leave it out, or take another agent.flavor",
        ),
        (
            ("cluster.distribution=minikube",),
            f"--set: agent.adoptPositionFile: expected a log file with it: in a container's log an event comes in parts, and a position may stand between them, got '{STOCK}' - leave it out",
        ),
        (
            ("sources.adoptPositionFile=/var/log/x.pos",),
            "--set: sources.adoptPositionFile: expected sources.containers with it, got '/var/log/x.pos' - leave it out",
        ),
    ],
)
def test_what_cannot_be_adopted_is_refused(settings: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        rendered(SETTING, *settings)
    assert sentence in str(caught.value).splitlines()


def test_nothing_named_is_nothing_to_refuse() -> None:
    assert [] == list(refusals(("agent",), None, kind="fluent-bit", log=None))
