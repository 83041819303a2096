"""Events left out before they are judged; through a whole bridge at the end."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from audit.policy_reading import read
from bridge.client import Client, raw_chunk
from bridge.sieve import Sieve
from tests.bridge.conftest import StartBridge
from tests.support.processes import Sandbox

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- {level: None, users: [noise]}\n- level: Metadata\n"


def event(user: str, **keys: Any) -> dict[str, Any]:
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/a/pods",
        "verb": "create",
        "user": {"username": user},
        **keys,
    }


def line(user: str, **keys: Any) -> bytes:
    return json.dumps(event(user, **keys), separators=(",", ":")).encode()


@pytest.fixture
def counts() -> Counter[str]:
    return Counter()


@pytest.fixture
def sieve(counts: Counter[str]) -> Sieve:
    def count(reason: str, number: int) -> None:
        counts[reason] += number

    sieve = Sieve(count)
    sieve.use(read(POLICY, "policy.yaml").policy)
    return sieve


def test_lines_stay_with_their_events(sieve: Sieve, counts: Counter[str]) -> None:
    lines = [line("a"), line("noise"), b"not an event", line("b", stage="RequestReceived"), line("c")]
    assert ([0, 2, 4], [line("a"), b"not an event", line("c")]) == sieve.lines([0, 1, 2, 3, 4], lines)
    assert {"policy": 1, "stage": 1} == counts


def test_bodies_are_lost_that_the_policy_would_not_have(sieve: Sieve) -> None:
    assert ([0], [line("a")]) == sieve.lines([0], [line("a", level="Request", requestObject={})])


def test_records_of_any_kind_are_looked_at(sieve: Sieve, counts: Counter[str]) -> None:
    records = [
        {"message": line("noise").decode()},
        {"log": line("noise"), "pod": "p"},
        event("noise"),
        {"message": line("a", level="Request", requestObject={}).decode(), "pod": "p"},
        event("a"),
        event("a", level="Request", requestObject={"a": 1}),
        {"message": 5},
        {"kind": "Event", "user": 7},
        "text",
    ]
    kept = [
        {"message": line("a"), "pod": "p"},
        event("a"),
        event("a"),
        {"message": 5},
        {"kind": "Event", "user": 7},
        "text",
    ]
    left = [sieve.entry((1, record)) for record in records]
    assert [None, None, None, *((1, record) for record in kept)] == left
    assert {"policy": 3} == +counts


def test_legacy_text_is_decided_as_the_event_that_it_is(sieve: Sieve, counts: Counter[str]) -> None:
    """Of two lines the second says nothing of the user: it is the first that tells."""
    one = 'AUDIT: id="{0}" stage="ResponseComplete" ip="::1" method="get" user="{0}" groups="" as="<self>" asgroups="<lookup>" namespace="a" uri="/api/v1/pods" response="200"'
    asks = 'AUDIT: id="{0}" ip="::1" method="GET" user="{0}" groups="" as="<self>" asgroups="<lookup>" namespace="a" uri="/api/v1/pods"'
    answers = 'AUDIT: id="{0}" response="200"'
    texts = [text.format(user) for text in (one, asks, answers) for user in ("noise", "a")]
    lines = [f"2026-01-31T12:00:00Z {text}".encode() for text in [*texts, answers.format("unknown")]]
    events, left = sieve.lines(list(range(7)), lines)
    assert ([1, 5, 6], lines[6]) == (events, left[2])
    assert ["a", "a"] == [json.loads(line)["user"]["username"] for line in left[:2]]
    assert {"policy": 3, "stage": 1} == counts


def test_without_a_policy_everything_passes() -> None:
    sieve = Sieve(lambda _reason, _number: None)
    assert sieve.is_open
    events, lines = [1], [line("noise")]
    assert (events, lines) == sieve.lines(events, lines)
    assert (1, event("noise")) == sieve.entry((1, event("noise")))


def test_another_policy_is_used_from_then_on(sieve: Sieve) -> None:
    sieve.use(None)
    assert ([0], [line("noise")]) == sieve.lines([0], [line("noise")])


def test_a_bridge_acks_what_it_leaves_out_and_takes_another_policy_while_it_runs(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY + "  verb: [get]\n")
    bridge = start_bridge(f"filter.policy_file={policy}", "filter.omit_stages=[Panic]")
    bridge.wait_for_line(r"ignored, as the API server would: .*policy\.yaml:7: rules\[1\]\.verb: expected a known key")
    bridge.wait_for_line(rf"filtering by {policy}")
    with Client("127.0.0.1", bridge.port) as client:
        for number, lines in enumerate(([line("noise"), line("a", stage="Panic")], [line("noise"), line("a")])):
            chunk = raw_chunk("t", lines, f"chunk {number}")
            client.send(chunk)
            client.acked(chunk)
        assert ["a"] == users(sandbox)
        assert {"policy": 2, "stage": 1} == filtered(bridge.get("/metrics")[1])
        policy.write_text(POLICY.replace("noise", "nobody"))
        bridge.wait_for_line("secrets and certificates read again")
        chunk = raw_chunk("t", [line("noise")], "chunk 2")
        client.send(chunk)
        client.acked(chunk)
    assert ["a", "noise"] == users(sandbox)
    policy.write_text("rules: []\n")
    bridge.wait_for_line(
        r"secrets and certificates stay as they are: .*policy\.yaml:1: apiVersion: expected audit\.k8s\.io/v1"
    )


def filtered(metrics: str) -> dict[str, int]:
    found = re.findall(r'^audit_bridge_events_filtered_total\{reason="(\w+)"\} (\d+)', metrics, re.MULTILINE)
    return {reason: int(number) for reason, number in found if int(number)}


def users(sandbox: Sandbox) -> list[str]:
    return [json.loads(one["raw"])["user"]["username"] for one in sandbox.events()]
