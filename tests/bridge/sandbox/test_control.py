import json
from typing import Any

import pytest

from bridge.sandbox import control
from bridge.sandbox.exchange import Body, Request
from bridge.sandbox.state import Sandbox


def account() -> Sandbox:
    return Sandbox(frozenset({"secret"}), "secret", lambda: 1000.0)


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    data = json.dumps(body).encode()
    answer = control.handle(sandbox, Request(method, path, {}, body=Body(data, len(data))))
    assert b"secret" not in answer.body
    return answer.status, json.loads(answer.body)


def test_a_script_replaces_the_one_before() -> None:
    sandbox = account()
    assert ask(sandbox, "POST", "/_sandbox/script", {"steps": [{"status": 500}, {"action": "reset"}]}) == (
        200,
        {"steps": 2},
    )
    assert ask(sandbox, "POST", "/_sandbox/script", {"steps": []}) == (200, {"steps": 0})


def test_a_wrong_script_changes_nothing() -> None:
    sandbox = account()
    ask(sandbox, "POST", "/_sandbox/script", {"steps": [{"status": 500}]})
    assert ask(sandbox, "POST", "/_sandbox/script", {"steps": [{"status": 99}]}) == (
        400,
        {"error": "script: Expected `int` >= 200 - at `$.steps[0].status`"},
    )
    assert len(sandbox.script) == 1


def test_tokens_are_replaced_and_only_their_number_told() -> None:
    sandbox = account()
    assert ask(sandbox, "POST", "/_sandbox/tokens", {"tokens": ["secret", "other"]}) == (200, {"tokens": 2})
    assert sandbox.tokens == {"secret", "other"}


def test_events_are_shown_in_order_of_arrival_whether_searchable_or_not() -> None:
    sandbox = account()
    sandbox.store.add([b'{"timestamp":5}', b"x"], ("t",), sandbox.now)
    status, answer = ask(sandbox, "GET", "/_sandbox/events")
    assert (200, ['{"timestamp":5}', "x"]) == (status, [event["raw"] for event in answer["events"]])


def test_statistics_are_those_of_requests_and_events() -> None:
    assert ask(account(), "GET", "/_sandbox/stats") == (
        200,
        {
            "requests": {},
            "paths": {},
            "body_bytes": 0,
            "counted_bytes": 0,
            "received_chunks": 0,
            "dropped": 0,
            "events": 0,
            "expired": 0,
            "duplicates": 0,
            "bad_timestamp": 0,
            "fields": 0,
        },
    )
    assert ask(account(), "GET", "/_sandbox/requests") == (200, {"requests": []})


def test_reset_forgets() -> None:
    sandbox = account()
    sandbox.store.add([b"x"], (), sandbox.now)
    assert ask(sandbox, "POST", "/_sandbox/reset") == (200, {})
    assert sandbox.store.all() == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_sandbox/"), ("GET", "/_sandbox/reset"), ("POST", "/_sandbox/stats")]
)
def test_an_unknown_route_lists_the_known_ones(method: str, path: str) -> None:
    status, answer = ask(account(), method, path)
    assert status == 404
    assert answer["error"].startswith(
        "no such control route - known are POST /_sandbox/script, POST /_sandbox/tokens, "
    )
