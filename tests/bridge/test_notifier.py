"""Detections are told: to real receivers, by the real process, and beside the way to Loggly."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.builtin import builtin
from audit.detecting import AlertLine, Found
from audit.judge import Judge
from bridge.client import Client, raw_chunk
from bridge.metrics import Metrics
from bridge.notifier import Means, Notifier
from bridge.posting import Address
from bridge.secret import Secret
from bridge.sinks import Ready
from tests.bridge.conftest import StartBridge
from tests.support.notices import now_in_a_container, sink
from tests.support.processes import Bridge, Sandbox, wait_for
from tests.support.receivers import Alertmanager, Receiver

MEANS = Means(time.time, time.monotonic, lambda: 1.0, 0.02, 0.02)
SECRET_PATH = "/services/T0/B0/secret-of-a-hook"
PACK = builtin().pack


def alert(user: str = "jane", name: str = "exec", age: float = 0.0) -> AlertLine:
    moment = int((time.time() - age) * 1e9)
    data = Judge("prod", "", 1_000_000).record({"message": now_in_a_container(user)[0]}, "cp-1", moment)
    if age:
        at = data.index(b'"timestamp":"') + len(b'"timestamp":"')
        data = data[:at] + b"2020-01-01T00:00:00.000000Z" + data[at + 27 :]
    return AlertLine.of(data, Found((name,), "medium"))


def ready(receiver: Receiver, **keys: Any) -> Ready:
    keys = {"rules": ["exec"], "wait": "1ms", **keys}
    return Ready(sink(**keys), Address(Secret(receiver.url)))


@asynccontextmanager
async def notifying(*sinks: Ready, means: Means = MEANS) -> AsyncIterator[tuple[Notifier, Metrics]]:
    metrics = Metrics()
    notifier = Notifier("acme", means, metrics)
    notifier.use(sinks, PACK)
    try:
        yield notifier, metrics
    finally:
        await notifier.stop()


def dropped(metrics: Metrics) -> dict[str, float]:
    """Return how many notices were given up, by why."""
    pattern = r'^audit_bridge_notifications_dropped_total{reason="(\w+)",sink="\w+"} (\S+)$'
    found = re.findall(pattern, metrics.exposition().decode(), re.MULTILINE)
    return {reason: float(count) for reason, count in found if float(count)}


async def until(what: Any, naming: str) -> None:
    await asyncio.to_thread(wait_for, what, 10.0, naming)


def write_config(folder: Path, am: Receiver, hook: Receiver) -> Path:
    (folder / "hook").write_text(hook.url + SECRET_PATH)
    calm = {"wait": "300ms", "interval": "1h"}
    sinks = [
        {"name": "am", "type": "alertmanager", "url": am.url, **calm},
        {"name": "team", "type": "slack", "url_file": str(folder / "hook"), "rules": ["exec"], **calm},
        {"name": "own", "type": "webhook", "url_env": "OWN_HOOK", "severity": "medium", "group_by": [], **calm},
    ]
    file = folder / "bridge.yaml"
    retry = {"initial": "10ms", "maximum": "20ms"}
    whole = {"cluster": "prod", "loggly": {"subdomain": "acme"}, "retry": retry, "notify": sinks}
    file.write_text(yaml.safe_dump(whole))
    return file


def test_the_bridge_tells_three_receivers(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each in its form, of its rules, together what belongs together, again where the receiver was away; and Loggly has all."""
    with Alertmanager([503]) as am, Receiver([429, 404]) as hook, Receiver() as own:
        file = write_config(tmp_path, am, hook)
        with Bridge(file, sandbox.url, environment={"OWN_HOOK": own.url}) as bridge:
            with Client("127.0.0.1", bridge.port) as client:
                chunk = raw_chunk("kube.audit.cp-1", [*now_in_a_container("jane", 3), *now_in_a_container("bob")], "x")
                client.send(chunk)
                client.acked(chunk)
            for sink, count in (("am", 2), ("team", 2), ("own", 2)):
                bridge.wait_for_metric(f'audit_bridge_notifications_sent_total{{sink="{sink}"}}', count)
            metrics, output = bridge.get("/metrics")[1], bridge.output
        assert 4 == len(sandbox.search("json.audit.rules:sensitive-exec"))
    alerts = [one for post in am.taken for one in post]
    attachments = [one for post in hook.taken for one in post["attachments"]]
    notices = [one for post in own.taken for one in post["notices"]]
    assert {("sensitive-exec", "jane", "3"), ("sensitive-exec", "bob", "1")} == {
        (one["labels"]["alertname"], one["labels"]["actor"], one["annotations"]["count"]) for one in alerts
    }
    assert {"cat /run/secrets/kubernetes.io/token"} == {one["annotations"]["command"] for one in alerts}
    assert {
        "[medium] A command or a console in a container (3 times)",
        "[medium] A command or a console in a container",
    } == {one["title"] for one in attachments}
    assert {"Rule exec by kube-audit-bridge"} == {one["footer"] for one in attachments}
    assert {("exec", 4), ("sensitive-exec", 4)} == {(one["rule"], one["count"]) for one in notices}
    assert all("https://acme.loggly.com/search#" in one["link"] for one in notices)
    assert [SECRET_PATH] * 3 == [one.path for one in hook.posted]
    assert 'notification_requests_total{code="429",sink="team"} 1.0' in metrics
    assert "secret-of-a-hook" not in output + metrics
    assert "team: status 429" in output


def test_a_new_address_is_used_when_its_file_changes(start_bridge: StartBridge, tmp_path: Path) -> None:
    """What waits for the old one goes to the new one."""
    with Receiver([503] * 10_000) as old, Receiver() as new:
        file = tmp_path / "address"
        file.write_text(old.url)
        keys = f"name: a, type: webhook, url_file: {file}, rules: [exec], wait: 1ms"
        bridge = start_bridge(f"notify=[{{{keys}}}]", "retry.initial=20ms", "retry.maximum=1h")
        with Client("127.0.0.1", bridge.port) as client:
            chunk = raw_chunk("t", now_in_a_container("jane"), "x")
            client.send(chunk)
            client.acked(chunk)
        wait_for(lambda: old.posted, naming="the old address is asked")
        file.write_text(new.url)
        bridge.signal(signal.SIGHUP)
        wait_for(lambda: new.taken, naming="the new address is told")
        bridge.wait_for_line("notices to a go another way")
    assert ["exec"] == [one["rule"] for one in new.taken[0]["notices"]]


def test_what_is_told_before_the_end_arrives(start_bridge: StartBridge) -> None:
    with Receiver() as receiver:
        bridge = start_bridge(f"notify=[{{name: a, type: webhook, url: '{receiver.url}', wait: 1h}}]")
        with Client("127.0.0.1", bridge.port) as client:
            chunk = raw_chunk("t", now_in_a_container("jane"), "x")
            client.send(chunk)
            client.acked(chunk)
        assert 0 == bridge.stop()
    assert ["sensitive-exec"] == [one["rule"] for one in receiver.taken[0]["notices"]]


async def test_a_rule_that_no_sink_is_told_of_is_not_even_read() -> None:
    with Receiver() as receiver:
        async with notifying(ready(receiver)) as (notifier, _):
            notifier.take(AlertLine.of(b"no JSON", Found(("human-change",), "informational")))
    assert [] == receiver.posted


async def test_content_that_is_refused_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    with Receiver([400]) as receiver:
        receiver.words = "bad"
        async with notifying(ready(receiver)) as (notifier, metrics):
            notifier.take(alert())
            await until(lambda: dropped(metrics), "given up")
    assert {"refused": 1.0} == dropped(metrics)
    assert ["test: 1 notices are given up: status 400 (bad)"] == [
        record.getMessage() for record in caplog.records if record.levelname == "ERROR"
    ]


async def test_what_is_tried_for_too_long_is_given_up() -> None:
    with Receiver([500] * 1_000) as receiver:
        async with notifying(ready(receiver, give_up="50ms")) as (notifier, metrics):
            notifier.take(alert())
            await until(lambda: dropped(metrics), "given up")
    assert {"gave_up": 1.0} == dropped(metrics)
    assert len(receiver.posted) > 1


async def test_old_events_are_not_told() -> None:
    with Receiver() as receiver:
        async with notifying(ready(receiver)) as (notifier, metrics):
            notifier.take(alert(age=1.0))
    assert ({"old": 1.0}, []) == (dropped(metrics), receiver.posted)


async def test_requests_are_limited_and_nothing_is_lost() -> None:
    """What the limit holds back goes together into the next request, here the one at the end."""
    with Receiver() as receiver:
        async with notifying(ready(receiver, per_minute=1)) as (notifier, _):
            for number in range(20):
                notifier.take(alert(f"user-{number}"))
                if number == 0:
                    await until(lambda: receiver.taken, "the first")
    assert [1, 19] == [len(body["notices"]) for body in receiver.taken]


async def test_a_receiver_that_is_away_holds_up_nobody() -> None:
    """Not the other sinks, and not the one who tells; at the end it is tried once more."""
    with Receiver([503] * 10_000) as away, Receiver() as there:
        async with notifying(ready(away), ready(there, name="other")) as (notifier, metrics):
            begun = time.perf_counter()
            for _ in range(1_000):
                notifier.take(alert("jane"))
            took = time.perf_counter() - begun
            await until(lambda: there.taken, "the other one")
    assert took < 5
    assert {"stopping": 1.0} == dropped(metrics)


async def test_a_sink_that_is_gone_takes_what_waits_with_it() -> None:
    with Receiver() as receiver:
        async with notifying(ready(receiver, wait="1h")) as (notifier, metrics):
            notifier.take(alert())
            notifier.use((), PACK)
            await until(lambda: dropped(metrics), "given up")
    assert ({"removed": 1.0}, []) == (dropped(metrics), receiver.posted)


async def test_a_bug_loses_what_it_meets_and_says_so() -> None:
    """Here one of the dice. Nothing turns round and round, and to stop twice is harmless."""

    def broken() -> float:
        raise ZeroDivisionError

    with Receiver([503] * 10_000) as receiver:
        async with notifying(ready(receiver), means=replace(MEANS, random=broken)) as (notifier, metrics):
            notifier.take(alert("jane"))
            await until(lambda: dropped(metrics), "given up")
            notifier.take(alert("bob"))
            await notifier.stop(0.05)
    assert ({"bug": 1.0, "stopping": 1.0}, 1) == (dropped(metrics), len(receiver.posted))
