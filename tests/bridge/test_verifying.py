"""Proof of delivery: every window, what is late, what is at another time. The sandbox answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bridge.ledger import Ledger, Want
from bridge.prints import Key, digest
from bridge.retrieval import Retrieval, Waiting
from bridge.secret import Secret
from bridge.verifying import Verdict, Verification
from tests.support.events import event
from tests.support.processes import API_TOKEN, TOKEN, Sandbox

BEGIN = 1_769_862_896_000_000


def sent(number: int, **changes: Any) -> dict[str, Any]:
    return {**event(auditID=f"id-{number}"), "timestamp": f"2026-01-31T12:34:{56 + number}.000000Z", **changes}


EVENTS = [sent(number) for number in range(3)]


def want(record: dict[str, Any], number: int) -> Want:
    return Want(BEGIN + number * 1_000_000, Key(record["auditID"], record["stage"]), digest(record), 0, number + 1)


def put(sandbox: Sandbox, *events: dict[str, Any]) -> None:
    body = "\n".join(map(json.dumps, events))
    requests.post(f"{sandbox.url}/bulk/{TOKEN}/tag/audit/", data=body, timeout=20).raise_for_status()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as found:
        found.add([want(record, number) for number, record in enumerate(EVENTS)])
        yield found


def verdict(sandbox: Sandbox, ledger: Ledger, wait: float = 0.0, sleep: Any = None, most: int = 10) -> Verdict:
    now = [BEGIN / 1_000_000 + 60]

    def pass_by(seconds: float) -> None:
        now[0] += seconds
        if sleep:
            sleep()

    waiting = Waiting(lambda: now[0], pass_by, lambda: 1.0)
    retrieval = Retrieval(sandbox.url, Secret(API_TOKEN), waiting)
    found = Verification(retrieval, "tag:audit", ledger, waiting, lambda _: None).run(wait, most)
    retrieval.close()
    return found


def told(found: Verdict) -> list[tuple[str, str]]:
    return [(one.kind, one.want.key.audit_id) for one in found.findings]


def test_everything_is_there(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, *EVENTS)
    found = verdict(sandbox, ledger)
    assert (True, 3, []) == (found.good, found.wanted, told(found))


def test_each_kind_is_found(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, EVENTS[1], EVENTS[1], sent(2, verb="delete"), sent(9))
    found = verdict(sandbox, ledger)
    assert [("missing", "id-0"), ("doubled", "id-1"), ("altered", "id-2")] == told(found)
    assert {"missing": 1, "doubled": 1, "altered": 1} == found.counts
    assert (False, True) == (found.good, found.begins_late)


def test_an_event_at_another_time_is_altered(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, *EVENTS[1:], {**EVENTS[0], "timestamp": "2025-12-24T00:00:00.000000Z"})
    assert [("altered", "id-0")] == told(verdict(sandbox, ledger))


def test_what_is_late_is_waited_for(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, *EVENTS[1:])
    waits: list[None] = []

    def arrive() -> None:
        waits.append(None)
        if len(waits) == 2:
            put(sandbox, EVENTS[0])

    assert verdict(sandbox, ledger, 60, arrive).good
    assert 2 == len(waits)


def test_what_never_comes_is_missing_when_the_time_is_up(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, *EVENTS[1:])
    found = verdict(sandbox, ledger, 12)
    assert ([("missing", "id-0")], 3) == (told(found), found.wanted)


def test_only_so_many_are_named(sandbox: Sandbox, ledger: Ledger) -> None:
    found = verdict(sandbox, ledger, most=1)
    assert (1, 3, False) == (len(found.findings), found.counts["missing"], found.begins_late)


def test_pages_that_come_too_late_are_asked_for_anew(sandbox: Sandbox, ledger: Ledger) -> None:
    put(sandbox, *EVENTS)
    page = '{"events": [], "next": "http://x/apiv2/events/iterate?next=gone"}'
    sandbox.script({"match": {"path": "/apiv2/"}, "times": 1, "status": 200, "body": page})
    assert verdict(sandbox, ledger).good


def test_an_id_that_cannot_be_asked_for_stays_missing(sandbox: Sandbox) -> None:
    with Ledger() as ledger:
        ledger.add([want(sent(0, auditID='a"b'), 0)])
        assert [("missing", 'a"b')] == told(verdict(sandbox, ledger))
