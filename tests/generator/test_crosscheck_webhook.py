from typing import Any

import pytest

from generator.crosscheck_webhook import webhook_disagreements
from generator.values import Values

SPOOL = {"storage": {"claim": {}, "spool": True}}
GOOD = {"clusterIP": "10.96.0.50"}


def told(webhook: dict[str, Any] | None, **others: Any) -> list[str]:
    """Return what is found in values, each as `path: expected want, got got - cure`."""
    given = {"bridge": SPOOL, **others, "audit": {"webhook": webhook, **others.get("audit", {})}}
    found = webhook_disagreements(Values.model_validate(given))
    return [f"{'.'.join(map(str, path))}: expected {want}, got {got} - {cure}" for path, want, got, cure in found]


@pytest.mark.parametrize(
    ("webhook", "others"),
    [
        (None, {"bridge": {}}),
        (GOOD, {}),
        ({"nodePort": 30943, "address": "192.0.2.7"}, {}),
        ({}, {"agent": {"flavor": "direct"}, "bridge": {}}),
        ({**GOOD, "mode": "blocking"}, {"cluster": {"version": "1.20"}}),
        ({**GOOD, "mode": "blocking-strict"}, {"audit": {"policy": {"file": "policy.yaml"}}}),
    ],
)
def test_what_goes_together(webhook: dict[str, Any], others: dict[str, Any]) -> None:
    assert [] == told(webhook, **others)


@pytest.mark.parametrize(
    ("webhook", "others", "sentence"),
    [
        (
            GOOD,
            {"cluster": {"distribution": "talos"}},
            "audit.webhook: expected a distribution whose API server can be given its files: k3s, kind, kubeadm, minikube, rke2, got talos - leave it out, and let an agent read the log",
        ),
        (
            GOOD,
            {"agent": {"flavor": "fluent-package"}},
            "agent.flavor: expected no agent on the machines with audit.webhook, or every event would come twice, got fluent-package - leave it out",
        ),
        (
            GOOD,
            {"bridge": {**SPOOL, "enabled": False}},
            "bridge.enabled: expected true with audit.webhook, got false - leave it out, or leave audit.webhook out",
        ),
        (
            {**GOOD, "mode": "blocking-strict"},
            {"cluster": {"version": "1.12"}},
            "audit.webhook.mode: expected batch or blocking: blocking-strict came with 1.13, got blocking-strict - set it, or cluster.version to 1.13 or newer",
        ),
        (
            {**GOOD, "mode": "blocking-strict"},
            {},
            "audit.webhook.mode: expected a policy of your own, audit.policy.file, that records RequestReceived: at no other stage it is stricter, got blocking-strict - set it, or mode to blocking",
        ),
        (
            GOOD,
            {"agent": {"flavor": "direct"}},
            "audit.webhook.clusterIP: expected none with agent.flavor direct, where API servers call 127.0.0.1, got '10.96.0.50' - leave it out",
        ),
        (
            {},
            {},
            "audit.webhook.clusterIP: expected clusterIP or nodePort: API servers cannot ask the cluster's DNS, so the address must be fixed, got neither - give one, or set agent.flavor to direct",
        ),
        (
            {**GOOD, "nodePort": 30943, "address": "192.0.2.7"},
            {},
            "audit.webhook.clusterIP: expected clusterIP or nodePort: API servers cannot ask the cluster's DNS, so the address must be fixed, got both - give one, or set agent.flavor to direct",
        ),
        (
            {"nodePort": 30943},
            {},
            "audit.webhook.address: expected one beside nodePort, got none - set it, or leave nodePort out",
        ),
        (
            {**GOOD, "address": "192.0.2.7"},
            {},
            "audit.webhook.nodePort: expected one beside address, got none - set it, or leave address out",
        ),
        (
            GOOD,
            {"bridge": {}},
            "bridge.storage.spool: expected true with audit.webhook: API servers drop a batch that finds no bridge, or no room, for some minutes, got false - set it, and bridge.storage.claim to {}",
        ),
        (
            {**GOOD, "mode": "blocking"},
            {"bridge": {}},
            "bridge.storage.spool: expected true with audit.webhook: every request to the API server would wait for Loggly, got false - set it, and bridge.storage.claim to {}",
        ),
        (
            {**GOOD, "batch": {"maxSize": 400}},
            {},
            "audit.webhook.batch.maxSize: expected at most 67, as many of the largest events as limits.chunk_bytes holds, got 400 - leave it out, or raise bridge.config.limits.chunk_bytes",
        ),
        (
            {**GOOD, "port": 24224},
            {},
            "audit.webhook.port: expected another port than forward.port and admin.port of the bridge, got 24224 - leave it out for the default",
        ),
    ],
)
def test_what_does_not(webhook: dict[str, Any], others: dict[str, Any], sentence: str) -> None:
    assert [sentence] == told(webhook, **others)
