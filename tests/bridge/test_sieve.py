"""Events left out before they are judged; through a whole bridge at the end."""

import json
from collections import Counter
from typing import Any

import pytest

from audit.policy_reading import read
from bridge.sieve import Sieve

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
