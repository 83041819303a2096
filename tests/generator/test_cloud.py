"""What fetches the audit log of a managed cloud, and what the bridge does in place of a policy."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.document import DocumentError
from generator.cloud import PLUGINS, bridge_config, collector_context, log_group
from generator.load import load
from generator.render import render, stream
from generator.values import Values

CLOUDS: dict[str, dict[str, Any]] = {
    "eks": {"region": "eu-central-1"},
    "gke": {"project": "example-prod", "subscription": "kube-audit"},
    "aks": {"namespace": "example-audit", "hub": "kube-audit"},
}


def given(name: str, **more: Any) -> dict[str, Any]:
    cloud = {name: CLOUDS[name], "image": "registry.example.com/fluentd:1"}
    return {"cluster": {"name": "prod", "distribution": name}, "cloud": cloud, **more}


def rendered(folder: Path, name: str, **more: Any) -> dict[str, str]:
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(given(name, **more)))
    return render(load([file]))


def one(files: dict[str, str], kind: str, name: str) -> dict[str, Any]:
    (found,) = [
        one for one in yaml.safe_load_all(stream(files)) if one["kind"] == kind and one["metadata"]["name"] == name
    ]
    return dict(found)


@pytest.mark.parametrize("name", CLOUDS)
def test_there_is_no_agent_and_no_policy_but_a_collector_beside_the_bridge(tmp_path: Path, name: str) -> None:
    files = rendered(tmp_path, name)
    assert ["host/Dockerfile", "host/README.md"] == sorted(path for path in files if path.startswith("host/"))
    assert f"gem install {PLUGINS[name].gem} --version {PLUGINS[name].version} " in files["host/Dockerfile"]
    objects = list(yaml.safe_load_all(stream(files)))
    assert "DaemonSet" not in {one["kind"] for one in objects}
    assert {"audit-bridge"} == {one["metadata"].get("namespace", one["metadata"]["name"]) for one in objects}
    pod = one(files, "Deployment", "kube-audit-collector")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert {"configMap", "persistentVolumeClaim", "emptyDir"} == {
        key for volume in pod["volumes"] for key in volume if key != "name"
    }
    config = one(files, "ConfigMap", "kube-audit-collector")["data"]
    assert config["fluent.conf"] == files["fluent.conf"]


@pytest.mark.parametrize(("name", "ports"), [("eks", [443]), ("gke", [443]), ("aks", [443, 9093])])
def test_the_collector_reaches_its_cloud_and_the_bridge(tmp_path: Path, name: str, ports: list[int]) -> None:
    files = rendered(tmp_path, name)
    _, cloud, bridge = one(files, "NetworkPolicy", "kube-audit-collector")["spec"]["egress"]
    assert ports == [entry["port"] for entry in cloud["ports"]]
    assert [24224] == [entry["port"] for entry in bridge["ports"]]
    (rule,) = one(files, "NetworkPolicy", "kube-audit-bridge")["spec"]["ingress"]
    assert [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "kube-audit-collector"}}}] == rule["from"]


@pytest.mark.parametrize("name", ["eks", "aks"])
def test_the_bridge_filters_by_the_recommended_policy_where_none_is_named(tmp_path: Path, name: str) -> None:
    config = yaml.safe_load(rendered(tmp_path, name)["bridge.yaml"])
    assert {"omit_stages": ["RequestReceived"], "policy_file": "recommended"} == config["filter"]
    own = {"config": {"filter": {"policy_file": "metadata", "omit_stages": ["Panic"]}}}
    config = yaml.safe_load(rendered(tmp_path, name, bridge=own)["bridge.yaml"])
    assert {"omit_stages": ["Panic"], "policy_file": "metadata"} == config["filter"]


def test_googles_records_are_shipped_as_they_are(tmp_path: Path) -> None:
    """They are no audit events: no policy is asked about them, and they have a tag of their own."""
    files = rendered(tmp_path, "gke")
    config = yaml.safe_load(files["bridge.yaml"])
    assert [{"prefix": "gke.", "tags": ["kubernetes", "audit"]}] == config["others"]
    assert "filter" not in config
    assert "  tag gke.audit\n" in files["fluent.conf"]
    assert "<match gke.**>" in files["fluent.conf"]


def test_the_connection_string_is_a_reference(tmp_path: Path) -> None:
    files = rendered(tmp_path, "aks")
    (container,) = one(files, "Deployment", "kube-audit-collector")["spec"]["template"]["spec"]["containers"]
    variable = container["env"][-1]
    assert {"name": "event-hubs", "key": "connection-string"} == variable["valueFrom"]["secretKeyRef"]
    assert f"ENV['{variable['name']}']" in files["fluent.conf"]


@pytest.mark.parametrize(("group", "found"), [(None, "/aws/eks/prod/cluster"), ("/own", "/own")])
def test_the_log_group_is_that_of_the_cluster(group: str | None, found: str) -> None:
    values = Values.model_validate(given("eks"))
    assert values.cloud.eks
    eks = values.cloud.eks.model_copy(update={"log_group": group})
    assert found == log_group(values.model_copy(update={"cloud": values.cloud.model_copy(update={"eks": eks})}))


def test_a_cluster_of_ones_own_has_no_collector() -> None:
    assert {"collector": None} == collector_context(Values())
    assert {"filter": {}} == bridge_config(Values(), {"filter": {}})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"cloud": {"image": "a"}},
            "cloud.eks: expected where the cloud keeps the audit log, got nothing - docs/distributions.md says what",
        ),
        (
            {"cloud": {"eks": {"region": "eu-central-1"}}},
            "cloud.image: expected an image of Fluentd with the plugin for the cloud, got nothing - there is no official one: build it with host/Dockerfile",
        ),
        (
            {"cloud": {"eks": {"region": "eu-central-1"}, "aks": CLOUDS["aks"], "image": "a"}},
            "cloud.aks: expected the distribution aks with it, got eks - leave it out",
        ),
        (
            {"agent": {"flavor": "fluent-bit"}},
            "agent.flavor: expected fluentd with Amazon EKS: what fetches the log is a Fluentd beside the bridge, got fluent-bit - leave it out",
        ),
        (
            {"bridge": {"enabled": False}, "forward": {"address": "audit.example.com"}},
            "bridge.enabled: expected true with Amazon EKS: what fetches the log is a Fluentd beside the bridge, got false - leave it out",
        ),
        (
            {"tls": {"mode": "secret", "clientCertificates": True}},
            "tls.clientCertificates: expected false with Amazon EKS: what fetches the log is a Fluentd beside the bridge, and has no certificate of its own, got true - leave it out, and set forward.sharedKeySecret",
        ),
        (
            {"audit": {"policy": {"preset": "cis"}}},
            "audit.policy.preset: expected no policy with Amazon EKS, which takes none, got one - set bridge.config.filter.policy_file, which the bridge applies",
        ),
        (
            {"audit": {"log": {"path": "/var/log/own/audit.log"}}},
            "audit.log.path: expected the default: Amazon EKS's API server has no log file, got '/var/log/own/audit.log' - leave it out",
        ),
        (
            {"cluster": {"distribution": "eks", "version": "1.19"}},
            "cluster.version: expected Kubernetes 1.20 to 1.37 with Amazon EKS: how older ones are set up is not known here, got 1.19 - take a newer Amazon EKS, or another distribution",
        ),
    ],
)
def test_what_a_managed_cloud_does_not_take_is_refused(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        rendered(tmp_path, "eks", **change)
    assert sentence in [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


def test_no_address_but_that_of_the_bridge_beside_it(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        rendered(tmp_path, "eks", forward={"address": "audit.example.com", "sharedKeySecret": {}})
    want = "none with Amazon EKS: what fetches the log is a Fluentd beside the bridge"
    assert [("forward.address", want)] == [
        (one.path, one.want) for one in caught.value.problems if "Amazon" in one.want
    ]
