"""Rules are asked once for what repeats itself, and say the same as if they were asked of each whole event."""

from typing import Any

import orjson
from hypothesis import given

from audit.detecting import AlertLine, Detector, Found
from audit.event import from_record
from audit.facts import facts
from audit.sigma import read_rules
from tests.support.events import EVENTS, event
from tests.support.rules import HEAD, reading, subject

TIME = "2026-01-31T12:34:56.123456Z"
RULES = reading(
    "{s: {verb: [get, list], objectRef.resource: secrets}, condition: s}",
    "{s: {requestObject.spec.hostNetwork: true}, condition: s}",
    "{s: {verb: get}, t: {requestURI|contains: secrets}, condition: s and t}",
    "{s: {verb: get}, condition: not s}",
).pack


def found(detector: Detector, one: dict[str, Any]) -> Found | None:
    view = from_record(one)
    candidates = detector.candidates(view, facts(view), "")
    return detector.decide(candidates, view, lambda: one, TIME) if candidates else None


def test_what_an_event_is_told_for() -> None:
    assert Found(("rule-0", "rule-2"), "high") == found(Detector(RULES), event())
    assert Found(("rule-1", "rule-3"), "high") == found(
        Detector(RULES),
        event(verb="create", objectRef={"resource": "pods"}, requestObject={"spec": {"hostNetwork": True}}),
    )


def test_nothing_is_told_before_there_is_an_answer() -> None:
    assert found(Detector(RULES), event(stage="RequestReceived", responseStatus=None)) is None


def test_without_rules_nothing_is_told() -> None:
    assert found(Detector(reading().pack), event()) is None


@given(EVENTS)
def test_the_way_by_candidates_says_what_the_whole_event_says(one: dict[str, Any]) -> None:
    seen = subject(orjson.loads(orjson.dumps(one)) | {"stage": "ResponseComplete", "verb": str(one.get("verb", ""))})
    wanted = tuple(rule.name for rule in RULES.rules if rule.predicate.holds(seen))
    got = found(Detector(RULES), dict(seen.record or {}))
    assert (wanted if seen.event.response_status else ()) == (got.names if got else ())


def test_the_end_of_a_request_is_not_told_again() -> None:
    rules = reading("{s: {objectRef.subresource: exec}, condition: s}").pack
    detector = Detector(rules)
    exec_ = event(objectRef={"resource": "pods", "subresource": "exec"}, responseStatus={"code": 101})
    told = [found(detector, {**exec_, "stage": stage}) for stage in ("ResponseStarted", "ResponseComplete")]
    assert [Found(("rule-0",), "high"), None] == told


def test_counted_rules() -> None:
    text = (
        f"{HEAD}name: one\ndetection: {{s: {{verb: get}}, condition: s}}\n---\ntitle: Many\nlevel: critical\n"
        "correlation: {type: event_count, rules: [one], timespan: 1m, condition: {gte: 2}, generate: true}\n"
    )
    detector = Detector(read_rules([("rules.yml", text)]).pack)
    told = [found(detector, event(auditID=name)) for name in ("a", "a", "b", "b", "c")]
    one, many = Found(("one",), "high"), Found(("one", "many"), "critical")
    assert [one, one, many, many, one] == told


def test_a_line_knows_what_it_is_told_for() -> None:
    line = AlertLine.of(b"{}", Found(("x",), "low"))
    assert (b"{}", "low") == (line, line.found.severity)
