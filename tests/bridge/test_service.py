"""The process as a whole: what it says, what it never says, and how it ends."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from audit.listeners import Webhook
from audit.settings import Settings
from bridge.client import Client, raw_chunk
from bridge.config import Config
from bridge.metrics import Metrics
from bridge.room import Room
from bridge.secret import Secret
from bridge.service import Service
from bridge.webhook_guard import Guard
from bridge.webhook_port import WebhookPort
from tests.bridge.conftest import StartBridge
from tests.support.log import line
from tests.support.processes import TOKEN, Bridge, Sandbox, wait_for

if TYPE_CHECKING:
    from bridge.delivery import Delivery


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_in_order(start_bridge: StartBridge, number: signal.Signals) -> None:
    bridge = start_bridge()
    bridge.signal(number)
    assert 0 == bridge.wait()
    assert ["stopping: 0 bytes to deliver", "stopped: everything taken in was delivered"] == [
        line.partition("bridge: ")[2] for line in bridge.lines[-2:]
    ]


def test_it_is_ready_while_it_listens_and_has_room() -> None:
    """The admin port answers before the Forward port is open: until then nobody is to be sent here."""
    config = Config(Settings(), Secret("token"), None, None)
    service = Service(config, lambda: config)
    room = Room(10, lambda _: None)
    said = [service.not_ready(room)]
    service.listening.set()
    said.append(service.not_ready(room))
    room.add(10)
    said.append(service.not_ready(room))
    service.stopping.set()
    said.append(service.not_ready(room))
    assert ["starting", "", "too many bytes wait for Loggly (limits.unacked_bytes)", "stopping"] == said


def test_it_is_not_ready_while_the_port_of_its_webhook_is_closed() -> None:
    config = Config(Settings(), Secret("token"), None, None)
    service = Service(config, lambda: config)
    service.listening.set()
    delivery = cast("Delivery", None)  # nothing is posted
    service.webhook = WebhookPort(Settings(), Webhook(host="127.0.0.1"), delivery, Metrics(), Guard())
    assert "the webhook's port is closed" == service.not_ready(Room(10, lambda _: None))


def test_an_outage_of_loggly_alone_changes_no_probe(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge("retry.initial=50ms", "retry.maximum=50ms")
    assert ((200, "ok\n"), (200, "ok\n")) == (bridge.get("/healthz"), bridge.get("/readyz"))
    sandbox.script({"match": {}, "for_s": 0.5, "action": "respond", "status": 503})
    with Client("127.0.0.1", bridge.port) as client:
        client.send(raw_chunk("t", [b"x"], "x"))
        bridge.wait_for_events(1)
        assert (200, "ok\n") == bridge.get("/readyz")


def test_metrics_follow_the_events(start_bridge: StartBridge) -> None:
    bridge = start_bridge()
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", [b"x", b"y"], "x")
        client.send(chunk)
        client.acked(chunk)
    metrics = dict(line.rsplit(" ", 1) for line in bridge.get("/metrics")[1].splitlines() if not line.startswith("#"))
    wanted = {
        "audit_bridge_chunks_received_total": "1.0",
        'audit_bridge_events_received_total{source="forward"}': "2.0",
        "audit_bridge_events_delivered_total": "2.0",
        'audit_bridge_loggly_requests_total{code="200"}': "1.0",
        "audit_bridge_unacked_bytes": "0.0",
        "audit_bridge_oldest_unacked_seconds": "0.0",
        "audit_bridge_delivery_lag_seconds_count": "1.0",
    }
    assert wanted == {name: metrics[name] for name in wanted}
    assert float(metrics["audit_bridge_last_delivery_timestamp_seconds"]) > 1_700_000_000


def attempts(bridge: Bridge) -> float:
    lines = [line for line in bridge.get("/metrics")[1].splitlines() if "loggly_requests_total{" in line]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


@pytest.mark.parametrize("fault", ["refused", "reset", "403", "redirect", "name"])
def test_no_secret_is_said(sandbox: Sandbox, start_bridge: StartBridge, fault: str) -> None:
    """The token is a part of the URL; whatever goes wrong with a request, no log line and no page quotes it."""
    address = {"refused": "http://127.0.0.1:1", "name": "http://no-such-host.invalid"}.get(fault, sandbox.url)
    steps: dict[str, dict[str, Any]] = {
        "reset": {"action": "reset"},
        "403": {"action": "respond", "status": 403},
        "redirect": {"action": "respond", "status": 302, "headers": {"Location": sandbox.url}},
    }
    if step := steps.get(fault):
        sandbox.script({"match": {}, "for_s": 60, **step})
    bridge = start_bridge(f"loggly.url={address}", "retry.initial=10ms", "retry.maximum=10ms", "retry.probe=10ms")
    with Client("127.0.0.1", bridge.port) as client:
        client.send(raw_chunk("t", [b"x"], "x"))
        wait_for(lambda: attempts(bridge) >= 3, naming="three attempts")
        pages = "".join(bridge.get(path)[1] for path in ("/metrics", "/healthz", "/readyz", "/nothing"))
    assert TOKEN not in bridge.output + pages
    bridge.signal(signal.SIGKILL)


PAST = "2026-01-31T12:34:56.123456Z"
OWN_RULE = "title: Own\nname: %s\nlevel: critical\nlogsource: {product: kubernetes}\ndetection: {s: {verb: get}, condition: s}\n"


def test_what_is_told_can_be_searched_for_and_is_counted(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """An exec over WebSocket is told once, at its beginning, under the tag of its severity."""
    bridge = start_bridge('rules.tagged=["medium"]')
    stages = [
        line("alice", "get", "pods/exec", code=101, stage=stage, audit_id="one", stageTimestamp=PAST)
        for stage in ("ResponseStarted", "ResponseComplete")
    ]
    others = [
        line("alice", "get", "pods", stageTimestamp=PAST),
        line("alice", "patch", "secrets", audit_id="two", stageTimestamp=PAST),
    ]
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("kube.audit.cp-1", [*stages, *others], "x")
        client.send(chunk)
        client.acked(chunk)
    [told] = sandbox.search("json.audit.rules:exec")
    assert "ResponseStarted" == told["event"]["json"]["stage"]
    assert ["audit", "kubernetes", "severity-medium"] == sorted(told["tags"])
    assert ["exec", "secret-edited"] == sorted(
        name
        for found in sandbox.search("tag:severity-medium")
        for name in found["event"]["json"]["audit"]["rules"]
        if name != "human-change"
    )
    assert 4 == len(sandbox.search("*"))
    bridge.wait_for_metric('audit_bridge_rule_matches_total{rule="exec",severity="medium"}', 1)
    assert 'audit_bridge_rule_matches_total{rule="port-forward",severity="medium"} 0.0' in bridge.get("/metrics")[1]


def test_rules_of_the_users_are_used_when_their_file_changes(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """What cannot be read is an error in the log, and the rules from before stay."""
    rules = tmp_path / "own.yml"
    rules.write_text(OWN_RULE % "first")
    bridge = start_bridge("rules.builtin=false", f"rules.files=[{rules}]")

    def told(number: int) -> list[str]:
        with Client("127.0.0.1", bridge.port) as client:
            chunk = raw_chunk(
                "t", [line("alice", "get", "pods", audit_id=str(number), stageTimestamp=PAST)], str(number)
            )
            client.send(chunk)
            client.acked(chunk)
        names: list[str] = sandbox.search("*")[-1]["event"]["json"]["audit"]["rules"]
        return names

    assert ["first"] == told(1)
    rules.write_text(OWN_RULE % "second")
    bridge.signal(signal.SIGHUP)
    bridge.wait_for_line("secrets and certificates read again")
    assert ["second"] == told(2)
    rules.write_text("title: [")
    bridge.signal(signal.SIGHUP)
    bridge.wait_for_line(r"stay as they are: .*own.yml:1: expected well-formed YAML")
    assert ["second"] == told(3)
