"""Events told apart by what they are and by what they say."""

import orjson
import pytest
from hypothesis import given

from bridge import prints
from bridge.prints import Key
from tests.support.events import JSON, event

SENT = {**event(), "timestamp": "2026-01-31T12:34:56.123456Z", "audit": {"cluster": "a", "node": "n1", "rules": ["x"]}}


def test_an_event_is_known_by_id_and_stage() -> None:
    assert Key("0a1b2c3d-0000-4000-8000-000000000001", "ResponseComplete") == prints.key_of(SENT)
    assert Key("a", "") == prints.key_of({"auditID": "a"})
    assert [None, None, None] == [prints.key_of(one) for one in ({}, {"auditID": ""}, {"auditID": 7})]


def test_its_time_is_what_the_bridge_wrote() -> None:
    assert 1_769_862_896_123_456 == prints.time_of(SENT)
    assert [None, None, None] == [prints.time_of({"timestamp": one}) for one in ("", 7, "yesterday")]


def test_the_order_of_keys_and_the_way_say_nothing() -> None:
    other = dict(reversed(SENT.items())) | {
        "audit": {"severity": "high", "node": "n2", "cluster": "a"},
        "agent": {"x": 1},
    }
    assert prints.digest(SENT) == prints.digest(other)
    assert [] == prints.differences(SENT, other)


@given(JSON)
def test_equal_prints_mean_no_differences(value: object) -> None:
    ours, theirs = {"a": value}, {"a": orjson.loads(orjson.dumps(value))}
    assert prints.digest(ours) == prints.digest(theirs)
    assert [] == prints.differences(ours, theirs)


def test_differences_are_paths_and_no_values() -> None:
    changed = {**SENT, "verb": "delete", "audit": {"cluster": "b"}, "added": 1, "annotations": {"a.b/c": "1"}}
    del changed["level"]
    assert [
        "added",
        'annotations."a.b/c"',
        'annotations."authorization.k8s.io/decision"',
        'annotations."authorization.k8s.io/reason"',
        "audit.cluster",
        "level",
        "verb",
    ] == prints.differences(SENT, changed)
    assert ["a"] == prints.differences({"a": 1}, {"a": True})
    assert prints.digest(SENT) != prints.digest(changed)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"raw": '{"a":1}'}, {"a": 1}),
        ({"raw": None, "logmsg": '{"a":1}'}, {"a": 1}),
        ({"raw": "{broken", "event": {"json": {"a": 1}}}, {"a": 1}),
        ({"event": {"json": {"a": 1}}}, {"a": 1}),
        ({"raw": "text"}, None),
        ({"event": {}}, None),
        ({}, None),
    ],
)
def test_what_was_sent_is_found_in_what_the_account_gives(found: dict[str, object], expected: object) -> None:
    assert expected == prints.record_of(found)
