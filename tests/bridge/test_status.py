"""What is said about a moment: the state, the sentence, what to do, and the JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit.settings import Settings
from bridge.activity import Actor, Match, Recent
from bridge.answers import Answers, Refusal
from bridge.client import Client, raw_chunk
from bridge.hold import Held
from bridge.retry import Outcome
from bridge.status import About, Sources, State, Store, moment
from tests.bridge.conftest import StartBridge
from tests.support.processes import API_TOKEN, TOKEN, Bridge, Sandbox, wait_for
from tests.support.status import ABOUT, NOW, snapshot

REFUSED = (Refusal("503", "busy", NOW - 60, NOW - 1, 4),)
HELD = Held("Loggly answers status 403 (Forbidden)", NOW - 90)


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (State.IDLE, {}),
        (State.IDLE, {"unacked_bytes": 10}),
        (State.ACCEPTING, {"taken": NOW - 5}),
        (State.ACCEPTING, {"taken": NOW - 0.5, "refusals": REFUSED, "unacked_bytes": 10}),
        (State.ACCEPTING, {"taken": NOW - 5, "refusals": REFUSED}),
        (State.RETRYING, {"taken": NOW - 5, "refusals": REFUSED, "unacked_bytes": 10}),
        (State.RETRYING, {"refusals": REFUSED, "unacked_bytes": 10}),
        (State.FULL, {"refusals": REFUSED, "unacked_bytes": 64_000_000}),
        (State.HELD, {"held": HELD, "taken": NOW, "unacked_bytes": 64_000_000}),
        (State.STOPPING, {"held": HELD, "not_ready": "stopping"}),
    ],
)
def test_the_most_serious_state_wins(state: State, changes: dict[str, Any]) -> None:
    """An old refusal is no state of its own: what counts is whether something waits, and what was said last."""
    assert state is snapshot(**changes).state


def test_every_state_has_its_sentence() -> None:
    moments = [
        snapshot(),
        snapshot(taken=NOW),
        snapshot(refusals=REFUSED, unacked_bytes=1),
        snapshot(unacked_bytes=64_000_000),
        snapshot(held=HELD),
        snapshot(not_ready="stopping"),
    ]
    assert set(State) == {one.state for one in moments}
    assert len(State) == len({one.headline for one in moments})


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (
            "403",
            "Loggly does not accept the customer token. Put a valid one into loggly.token_file; it is read again by itself.",
        ),
        ("404", "Nothing is at the address. Check loggly.url."),
        ("302", "One event probes; when Loggly takes it, the rest follows by itself."),
    ],
)
def test_a_hold_says_what_to_do(code: str, advice: str) -> None:
    held = Held(f"Loggly answers status {code}", NOW)
    assert advice == snapshot(held=held, refusals=(Refusal(code, "", NOW, NOW),)).advice


def test_a_hold_for_another_reason_does_not_blame_the_last_answer() -> None:
    held = Held("there is no room for an event that Loggly refuses (dead_letter)", NOW)
    shown = snapshot(held=held, refusals=(Refusal("403", "", NOW, NOW),))
    assert "One event probes; when Loggly takes it, the rest follows by itself." == shown.advice


def test_the_json() -> None:
    shown = snapshot(
        held=HELD,
        taken=NOW - 120,
        lag=0.25,
        refusals=REFUSED,
        unacked_bytes=1_000,
        oldest=90.12345,
        connections=3,
        received=20,
        delivered=15,
        dead_lettered=1,
        dead_letters=Store(1, 900, 1_000_000),
        recent=Recent(600, 4, 1, (Actor("alice", 4, 1),)),
        matches=(Match("secret-read", "high", 2),),
    )
    refusal = {
        "code": "503",
        "words": "busy",
        "count": 4,
        "first": "2026-01-31T12:33:56Z",
        "last": "2026-01-31T12:34:55Z",
    }
    assert {
        "state": "held",
        "headline": "Held: Loggly takes nothing, everything is kept",
        "advice": "One event probes; when Loggly takes it, the rest follows by itself.",
        "time": "2026-01-31T12:34:56Z",
        "version": "1.2.3",
        "cluster": "prod-1",
        "environment": "production",
        "started": "2026-01-31T11:32:56Z",
        "uptime_seconds": 3720.0,
        "not_ready": "",
        "loggly": {
            "url": "https://logs-01.loggly.com",
            "held": {"why": "Loggly answers status 403 (Forbidden)", "since": "2026-01-31T12:33:26Z"},
            "last_taken": "2026-01-31T12:32:56Z",
            "last_refusal": refusal,
            "refusals": [refusal],
        },
        "backlog": {
            "unacked_bytes": 1_000,
            "limit_bytes": 64_000_000,
            "oldest_unacked_seconds": 90.123,
            "delivery_lag_seconds": 0.25,
        },
        "events": {"received": 20, "delivered": 15, "dead_lettered": 1},
        "connections": {"open": 3, "limit": 1_000},
        "dead_letters": {"count": 1, "bytes": 900, "limit_bytes": 1_000_000, "refusal": ""},
        "spool": None,
        "files": [],
        "recent": {
            "seconds": 600,
            "events": 4,
            "denied": 1,
            "actors": ({"name": "alice", "events": 4, "denied": 1},),
        },
        "rules": [{"rule": "secret-read", "severity": "high", "count": 2}],
    } == shown.as_json()


def test_a_snapshot_asks_its_sources() -> None:
    answers = Answers()
    answers.heard(Outcome(200), NOW - 2)
    sources = Sources(
        about=ABOUT,
        now=lambda: NOW,
        not_ready=lambda: "",
        held=lambda: None,
        answers=answers,
        unacked_bytes=lambda: 7,
        oldest=lambda: 1.5,
        connections=lambda: 2,
        received=lambda: 3,
        delivered=lambda: 4,
        dead_lettered=lambda: 5,
    )
    wanted = snapshot(
        taken=NOW - 2, unacked_bytes=7, oldest=1.5, connections=2, received=3, delivered=4, dead_lettered=5
    )
    assert wanted == sources.snapshot()


def test_what_is_shown_of_the_configuration() -> None:
    settings = Settings.model_validate({"cluster": "c", "environment": "e", "loggly": {"url": "http://loggly.example"}})
    assert About("1", "c", "e", "http://loggly.example", 5.0, 16 * 2**20, 1_000) == About.of(settings, "1", 5.0)


def test_a_time_is_rfc_3339() -> None:
    assert ("2026-01-31T12:34:56Z", None) == (moment(NOW + 0.9), moment(None))


# The process


def status(bridge: Bridge) -> dict[str, Any]:
    code, body = bridge.get("/status.json")
    assert 200 == code
    found: dict[str, Any] = json.loads(body)
    return found


def test_the_status_follows_the_bridge(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge("environment=staging", "retry.probe=20ms")
    assert ("idle", "test", "staging") == tuple(status(bridge)[key] for key in ("state", "cluster", "environment"))
    sandbox.script({"match": {}, "for_s": 60, "action": "respond", "status": 403})
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", [b"x", b"y"], "x")
        client.send(chunk)
        held = wait_for(lambda: (now := status(bridge))["loggly"]["held"] and now, naming="the hold")
        assert "held" == held["state"]
        assert "403" == held["loggly"]["last_refusal"]["code"]
        assert (None, 1) == (held["loggly"]["last_taken"], held["connections"]["open"])
        assert held["backlog"]["unacked_bytes"] > 0
        pages = "".join(bridge.get(path)[1] for path in ("/", "/status.json"))
        assert "Put a valid one into loggly.token_file" in pages
        assert [] == [secret for secret in (TOKEN, API_TOKEN) if secret in pages]
        sandbox.script()
        client.acked(chunk)
    done = wait_for(lambda: (now := status(bridge))["backlog"]["unacked_bytes"] == 0 and now, naming="the end")
    assert "accepting" == done["state"]
    assert {"received": 2, "delivered": 2, "dead_lettered": 0} == done["events"]
    assert done["loggly"]["last_taken"] is not None
    assert done["backlog"]["delivery_lag_seconds"] is not None


def test_the_stores_are_shown(start_bridge: StartBridge, tmp_path: Path) -> None:
    shown = status(
        start_bridge(
            f"dead_letter.path={tmp_path / 'dead'}",
            "dead_letter.max_bytes=10MB",
            f"spool.path={tmp_path / 'spool'}",
            "spool.max_bytes=20MB",
        )
    )
    assert {"count": 0, "bytes": 0, "limit_bytes": 10_000_000, "refusal": ""} == shown["dead_letters"]
    assert {"count": 0, "bytes": 0, "limit_bytes": 20_000_000, "refusal": ""} == shown["spool"]
