"""Both sides of the audit webhook, as values make them."""

from functools import cache
from typing import Any

import pytest
import yaml

from audit.document import check, layered, read, setting
from audit.settings import Settings
from generator import webhook
from generator.load import load
from generator.render import render
from generator.values import Values

BY_SERVICE = {"clusterIP": "10.96.0.50"}


def values(given: dict[str, Any] | None = None, **others: Any) -> Values:
    return Values.model_validate({"audit": {"webhook": BY_SERVICE if given is None else given}, **others})


DIRECT = {"agent": {"flavor": "direct"}}


def test_without_a_webhook_there_is_nothing() -> None:
    none = Values()
    found = (webhook.is_direct(none), webhook.by_service(none), webhook.flags(none), webhook.arguments(none))
    assert (False, False, {}, []) == found


@pytest.mark.parametrize(
    ("given", "others", "server", "called"),
    [
        (BY_SERVICE, {}, "https://10.96.0.50:9443", "10.96.0.50"),
        ({"clusterIP": "fd00::1", "port": 8443}, {}, "https://[fd00::1]:8443", "fd00::1"),
        ({"nodePort": 30943, "address": "192.0.2.7"}, {}, "https://192.0.2.7:30943", "192.0.2.7"),
        (
            {"nodePort": 30943, "address": "nodes.example.com"},
            {},
            "https://nodes.example.com:30943",
            "nodes.example.com",
        ),
        ({}, DIRECT, "https://127.0.0.1:9443", "127.0.0.1"),
    ],
)
def test_what_api_servers_call(given: dict[str, Any], others: dict[str, Any], server: str, called: str) -> None:
    found = values(given, **others)
    assert (server, called) == (webhook.server(found), webhook.called(found))
    assert [server] == [one["cluster"]["server"] for one in yaml.safe_load(webhook.kubeconfig(found))["clusters"]]


def test_the_kubeconfig_names_files_beside_it() -> None:
    config = yaml.safe_load(webhook.kubeconfig(values()))
    assert "webhook" == config["current-context"]
    assert "ca.crt" == config["clusters"][0]["cluster"]["certificate-authority"]
    assert {"client-certificate": "client.crt", "client-key": "client.key"} == config["users"][0]["user"]


def test_flags_of_batches() -> None:
    expected = {
        "audit-webhook-batch-buffer-size": "10000",
        "audit-webhook-batch-max-size": "67",
        "audit-webhook-batch-max-wait": "1s",
        "audit-webhook-batch-throttle-burst": "60",
        "audit-webhook-batch-throttle-qps": "30",
        "audit-webhook-config-file": "/etc/kubernetes/audit-webhook/kubeconfig",
        "audit-webhook-initial-backoff": "10s",
        "audit-webhook-mode": "batch",
        "audit-webhook-truncate-enabled": "true",
        "audit-webhook-truncate-max-event-size": "1000000",
    }
    assert expected == webhook.flags(values())


def test_a_blocking_api_server_must_not_stop_with_its_bridge() -> None:
    flags = webhook.flags(values({**BY_SERVICE, "mode": "blocking"}))
    assert ("blocking", "100ms") == (flags["audit-webhook-mode"], flags["audit-webhook-initial-backoff"])
    assert not [name for name in flags if "batch" in name]


def test_no_batch_is_larger_than_the_bridge_takes() -> None:
    small = values(bridge={"config": {"limits": {"chunk_bytes": 8_000_000, "event_bytes": 500_000}}})
    assert (16, 125) == (webhook.batch_size(small), webhook.qps(small))
    large = values(bridge={"config": {"limits": {"chunk_bytes": "1GB", "event_bytes": "1MB"}}})
    assert (400, 10) == (webhook.batch_size(large), webhook.qps(large))
    own = values({**BY_SERVICE, "batch": {"maxSize": 20, "throttleQps": 7}})
    assert (20, 7) == (webhook.batch_size(own), webhook.qps(own))


@pytest.mark.parametrize("others", [{}, DIRECT], ids=["service", "direct"])
def test_the_bridge_takes_its_arguments(others: dict[str, Any]) -> None:
    arguments = webhook.arguments(values({} if others else None, **others))
    sets = [setting(one.removeprefix("--set=").replace("$(NODE_NAME)", "cp-1")) for one in arguments]
    taken = check(layered(read("", "bridge.yaml"), *sets), Settings).webhook
    assert taken is not None
    assert (("kube-apiserver",), 9443) == (taken.client_names, taken.port)
    assert taken.tls is not None
    assert ("/run/secrets/webhook/tls.crt", "/run/secrets/webhook/ca.crt") == (
        taken.tls.cert_file,
        taken.tls.client_ca_file,
    )
    assert (("127.0.0.1", "cp-1") if others else ("0.0.0.0", "")) == (taken.host, taken.node)  # noqa: S104 - the default


@pytest.mark.parametrize(
    ("distribution", "version", "directory"),
    [
        ("kubeadm", "1.30", "/etc/kubernetes/audit-webhook"),
        ("minikube", "1.30", "/etc/ssl/certs/audit-webhook"),
        ("minikube", "1.8", ""),
        ("talos", "1.30", ""),
    ],
)
def test_where_the_api_server_sees_its_files(distribution: str, version: str, directory: str) -> None:
    assert directory == webhook.directory(values(cluster={"distribution": distribution, "version": version}))


# Rendered


@cache
def rendered(*settings: str) -> dict[str, str]:
    return render(load([], settings))


SERVICE = ("audit.webhook.clusterIP=10.96.0.50", "bridge.storage={claim: {}, spool: true}")
BESIDE = ("audit.webhook={}", "agent.flavor=direct")


def objects(*settings: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what is rendered for kubectl, by kind and name."""
    texts = [text for path, text in rendered(*settings).items() if path.startswith("kubernetes/")]
    found = [one for text in texts for one in yaml.safe_load_all(text)]
    return {(one["kind"], one["metadata"]["name"]): one for one in found if "metadata" in one}


def pod(workload: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the pod's spec, and its container."""
    spec = workload["spec"]["template"]["spec"]
    return spec, spec["containers"][0]


def test_a_service_of_its_own_has_the_address_that_api_servers_call() -> None:
    found = objects(*SERVICE)
    service = found["Service", "kube-audit-bridge-webhook"]["spec"]
    assert ("ClusterIP", "10.96.0.50") == (service["type"], service["clusterIP"])
    assert [{"name": "webhook", "port": 9443, "protocol": "TCP", "targetPort": "webhook"}] == service["ports"]
    nodes = ("audit.webhook={nodePort: 30943, address: 192.0.2.7}", SERVICE[1])
    service = objects(*nodes)["Service", "kube-audit-bridge-webhook"]["spec"]
    assert ("NodePort", 30943) == (service["type"], service["ports"][0]["nodePort"])
    assert ("Service", "kube-audit-bridge-webhook") not in objects()


def test_the_bridge_behind_it_has_port_certificates_and_spool() -> None:
    found = objects(*SERVICE)
    spec, container = pod(found["StatefulSet", "kube-audit-bridge"])
    assert ["webhook", "admin"] == [port["name"] for port in container["ports"]]
    assert {"mountPath": "/run/secrets/webhook", "name": "webhook", "readOnly": True} in container["volumeMounts"]
    secret = {"defaultMode": 0o440, "secretName": "audit-webhook-tls"}
    assert {"name": "webhook", "secret": secret} in spec["volumes"]
    assert "--set=spool.path=/var/lib/kube-audit-bridge/spool.sqlite" in container["args"]
    assert "--set=webhook.tls.client_ca_file=/run/secrets/webhook/ca.crt" in container["args"]


@pytest.mark.parametrize("sources", [[], ["192.0.2.0/24"]])
def test_the_network_policy_lets_api_servers_in(sources: list[str]) -> None:
    given = (*SERVICE, f"audit.webhook.sources={sources}") if sources else SERVICE
    rules = objects(*given)["NetworkPolicy", "kube-audit-bridge"]["spec"]["ingress"]
    peers = {"from": [{"ipBlock": {"cidr": cidr}} for cidr in sources]} if sources else {}
    assert [{"ports": [{"port": 9443, "protocol": "TCP"}], **peers}] == rules


def test_no_agent_reads_the_log_that_api_servers_post() -> None:
    assert not [name for kind, name in objects(*SERVICE) if kind == "DaemonSet"]
    logs = objects(*SERVICE, "sources.containers=true")
    assert ["kube-log-agent"] == [name for kind, name in logs if kind == "DaemonSet"]
    assert ["forward", "webhook", "admin"] == [
        port["name"] for port in pod(logs["StatefulSet", "kube-audit-bridge"])[1]["ports"]
    ]


def test_the_bridge_beside_an_api_server_shares_its_machines_network_and_reads_no_log() -> None:
    found = objects(*BESIDE)
    spec, container = pod(found["DaemonSet", "kube-audit-agent"])
    assert (True, "ClusterFirstWithHostNet") == (spec["hostNetwork"], spec["dnsPolicy"])
    assert {"drop": ["ALL"]} == container["securityContext"]["capabilities"]
    assert ["config", "state", "loggly", "webhook"] == [volume["name"] for volume in spec["volumes"]]
    assert {
        "--set=admin.host=$(POD_IP)",
        "--set=forward.port=0",
        "--set=spool.path=/var/lib/kube-audit-bridge/spool.sqlite",
        "--set=webhook.host=127.0.0.1",
        '--set=webhook.node="$(NODE_NAME)"',
    } <= set(container["args"])
    config = yaml.safe_load(rendered(*BESIDE)["bridge.yaml"])
    assert "127.0.0.1" == config["forward"]["host"]
    assert not {"files", "webhook"} & config.keys(), "the file serves a bridge that is run by hand, too"
    assert not [name for kind, name in found if kind == "Service"]


@pytest.mark.parametrize("settings", [SERVICE, BESIDE], ids=["service", "direct"])
@pytest.mark.parametrize("name", sorted(webhook.DIRECTORIES))
def test_the_steps_on_the_machines(name: str, settings: tuple[str, ...]) -> None:
    """Each distribution's API server gets the flags, sees the folder, and its README says what goes into it."""
    whole = rendered(*settings, f"cluster.distribution={name}")
    files = {path: text for path, text in whole.items() if "host/" in path}
    assert "host/audit-webhook/kubeconfig" in files
    readme = files["host/README.md"]
    folder = webhook.DIRECTORIES[name]
    called = "127.0.0.1" if settings == BESIDE else "10.96.0.50"
    assert f"audit-generator certs VALUES... -o certs --san {called} --client kube-apiserver\n" in whole["README.md"]
    assert f"sudo install -m 0600 certs/client-kube-apiserver.key {folder}/client.key" in readme
    assert ("/nodes/$(hostname)" in readme) == (settings == SERVICE)
    everything = "".join(files.values())
    assert everything.count(f"{folder}/kubeconfig") >= 2
    seen = {"kind": f"containerPath: {folder}", "kubeadm": f'mountPath: "{folder}"', "rke2": f"{folder}:{folder}:ro"}
    assert seen.get(name, "") in everything


def test_old_releases_get_the_flags_that_they_have() -> None:
    assert (
        "audit-webhook-batch-max-size"
        not in rendered(*SERVICE, "cluster.version='1.8'")["host/kube-apiserver-patch.json"]
    )
    assert "audit-webhook-config-file" in rendered(*SERVICE, "cluster.version='1.8'")["host/kube-apiserver-patch.json"]
