"""Both sides of the audit webhook, as values make them."""

from typing import Any

import pytest
import yaml

from audit.settings import Settings
from generator import webhook
from generator.values import Values

BY_SERVICE = {"clusterIP": "10.96.0.50"}


def values(given: dict[str, Any] | None = None, **others: Any) -> Values:
    return Values.model_validate({"audit": {"webhook": BY_SERVICE if given is None else given}, **others})


DIRECT = {"agent": {"flavor": "direct"}}


def test_without_a_webhook_there_is_nothing() -> None:
    none = Values()
    assert (False, False, {}, {}, []) == (
        webhook.is_direct(none),
        webhook.by_service(none),
        webhook.flags(none),
        webhook.bridge_config(none),
        webhook.arguments(none),
    )


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
def test_the_bridge_takes_the_configuration(others: dict[str, Any]) -> None:
    """Together with the files of its arguments: without them it would be refused where others reach it."""
    found = values({} if others else None, **others)
    settings = webhook.bridge_config(found)["webhook"]
    files = [one.removeprefix("--set=webhook.tls.").partition("=")[::2] for one in webhook.arguments(found)]
    tls = {key: value for key, value in files if not key.startswith("--")}
    taken = Settings.model_validate({"webhook": {**settings, "tls": tls}}).webhook
    assert taken is not None
    assert ("kube-apiserver",) == taken.client_names
    assert ("127.0.0.1" if others else "0.0.0.0") == taken.host  # noqa: S104 - what is asked for
    assert ('--set=webhook.node="$(NODE_NAME)"' in webhook.arguments(found)) == bool(others)


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
