"""What is added to an event is remembered, and is the same as if it were not."""

from typing import Any

import orjson
import pytest

from audit import additions
from audit.additions import Additions, noted, spliced
from audit.detecting import AlertLine, Detector, Found
from audit.event import from_record
from audit.judge import Judge
from tests.support.events import event
from tests.support.rules import reading


def added(memory: Additions, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(b'{"timestamp":"' + memory.of(from_record(event(**changes)), "cp-1"))
    return found


def test_an_addition_ends_the_time_and_the_event() -> None:
    audit = added(Additions({"cluster": "prod", "environment": ""}, ()))["audit"]
    assert ("prod", "cp-1", "alice") == (audit["cluster"], audit["node"], audit["actor"])
    assert "environment" not in audit


def test_what_is_forgotten_is_found_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded: a stream of ever new names does not fill it."""
    monkeypatch.setattr(additions, "REMEMBERED", 3)
    memory = Additions({"cluster": "prod"}, ())
    names = [f"user-{number % 7}" for number in range(50)]
    assert names == [added(memory, user={"username": name})["audit"]["actor"] for name in names]
    assert len(memory._remembered) <= 3


def test_a_note_is_said_in_the_addition() -> None:
    memory = Additions({}, ())
    line = spliced(
        b'{"a":1}', "2026-01-31T12:34:56.123456Z", noted(memory.of(from_record(event()), ""), "requestURI.query")
    )
    assert "requestURI.query" == orjson.loads(bytes(line))["audit"]["redacted"]
    assert "2026-01-31T12:34:56.123456Z" == orjson.loads(line)["timestamp"]


def test_an_event_is_told_for_its_rules() -> None:
    """The addition says so, whether the event itself had to be looked at or not, and the line knows it."""
    rules = Detector(reading("{s: {verb: get}, condition: s}", "{s: {user.groups: 'system:*'}, condition: s}").pack)
    judge = Judge("prod", "", 1_000_000)
    judge.use_rules(rules)
    whole = event()
    [short] = judge.lines([orjson.dumps(whole)], "n", lambda _: None)
    long = judge.record(whole, "n", 0)
    for line in (short, long):
        assert isinstance(line, AlertLine)
        assert Found(("rule-0", "rule-1"), "high") == line.found
        assert ["rule-0", "rule-1"] == orjson.loads(bytes(line))["audit"]["rules"]
        assert "high" == orjson.loads(bytes(line))["audit"]["severity"]
    [other] = judge.lines([orjson.dumps(event(verb="put", user={"username": "bob"}))], "n", lambda _: None)
    assert bytes is type(other)


def test_rules_see_what_is_redacted() -> None:
    """They are asked before anything is removed, and their names are all that they leave."""
    judge = Judge("prod", "", 1_000_000)
    judge.use_rules(Detector(reading("{s: {requestObject.data.password|exists: true}, condition: s}").pack))
    secret = event(verb="create", requestObject={"kind": "Secret", "data": {"password": "c2VjcmV0"}})
    line = judge.line(orjson.dumps(secret), "n", 0)
    assert b"c2VjcmV0" not in line
    assert ["rule-0"] == orjson.loads(bytes(line))["audit"]["rules"]


def test_other_rules_are_asked_at_once() -> None:
    judge = Judge("prod", "", 1_000_000)
    data = orjson.dumps(event())
    assert [bytes] == [type(line) for line in judge.lines([data], "n", lambda _: None)]
    judge.use_rules(Detector(reading("{s: {verb: get}, condition: s}").pack))
    assert [AlertLine] == [type(line) for line in judge.lines([data], "n", lambda _: None)]


def test_an_event_that_had_to_be_cut_keeps_its_rules() -> None:
    judge = Judge("prod", "", 10_000)
    judge.use_rules(Detector(reading("{s: {verb: get}, condition: s}").pack))
    line = judge.line(orjson.dumps(event(responseObject={"x": "y" * 20_000})), "n", 0)
    assert isinstance(line, AlertLine)
    assert ["rule-0"] == orjson.loads(bytes(line))["audit"]["rules"]
