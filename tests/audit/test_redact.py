"""What may leave of an event: nothing planted where secrets stand, whichever way the event comes."""

import json
import os
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.event import decode_ordinary, from_line, from_record
from audit.judge import Judge
from audit.redact import BODIES, Redactor
from audit.settings import Redact
from tests.support.events import event, sample_lines
from tests.support.planted import EVENTS, PLANTED, escaped

EXAMPLES = int(os.environ.get("AUDIT_TEST_EXAMPLES", "150"))
REDACTOR = Redactor(Redact())
PODS = {"resource": "pods", "namespace": "shop", "name": "a", "apiVersion": "v1"}
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
FORMS = ["text", "flatten", "keep", "drop"]


def pod_event(**changes: Any) -> dict[str, Any]:
    return event(**{"objectRef": PODS, "requestURI": "/api/v1/namespaces/shop/pods/a", **changes})


def redacted(original: dict[str, Any], **redact: Any) -> tuple[dict[str, Any], str]:
    """Return what leaves of an event, the same for the three ways that it may come, and the note."""
    redactor = Redactor(Redact(**redact))
    line = orjson.dumps(original)
    found = redactor.line(from_line(line), line)
    parsed = redactor.record(from_record(original), original)
    assert (orjson.loads(found[0]), found[1]) == (orjson.loads(parsed[0]), parsed[1])
    if (quick := redactor.ordinary(decode_ordinary(line), line)) is not None:
        assert (orjson.loads(found[0]), found[1]) == (orjson.loads(quick[0]), quick[1])
    return orjson.loads(found[0]), found[1]


@settings(max_examples=EXAMPLES)
@given(EVENTS, st.integers(0, 5), st.booleans(), st.sampled_from(FORMS))
def test_no_planted_secret_survives(original: dict[str, Any], at: int, spaced: bool, form: str) -> None:
    """As a raw line, plain or with escapes, alone or with others; and as a parsed record."""
    judge = Judge("c", "", 1_000_000, Redact.model_validate({"bodies": form}))
    line = json.dumps(original, separators=None if spaced else (",", ":"))
    for way in (line, escaped(line, at)):
        assert PLANTED not in judge.line(way.encode(), "", 0).decode()
        assert all(
            found is None or PLANTED.encode() not in found for found in judge.lines([way.encode()], "", lambda _: None)
        )
    assert PLANTED not in judge.record(original, "", 0).decode()


@settings(max_examples=EXAMPLES)
@given(EVENTS, st.integers(0, 2_000))
def test_no_planted_secret_survives_in_a_part_of_an_event(original: dict[str, Any], at: int) -> None:
    """A line cut short, or an event whose shape is wrong, is shipped without the bodies that nobody can read."""
    judge = Judge("c", "", 1_000_000)
    line = orjson.dumps(original)
    assert PLANTED.encode() not in judge.line(line[:at], "", 0)
    assert PLANTED.encode() not in judge.line(orjson.dumps({**original, "verb": 5}), "", 0)
    assert PLANTED.encode() not in judge.record({**original, "verb": 5}, "", 0)
    assert PLANTED.encode() not in judge.record({"message": line[:at], "n": 1}, "", 0)
    assert PLANTED.encode() not in judge.damaged(line[:at], "cut", 0)


@pytest.mark.parametrize(
    ("changes", "expected", "note"),
    [
        ({}, {}, ""),
        ({"requestObject": {"kind": "Pod"}}, {"requestObject": '{"kind":"Pod"}'}, ""),
        ({"requestObject": None, "responseObject": 5}, {"responseObject": "5"}, ""),
        (
            {"requestObject": {"a": 1, "metadata": {"managedFields": []}}, "responseObject": {"password": "a"}},
            {"requestObject": '{"a":1,"metadata":{}}', "responseObject": '{"password":"(redacted)"}'},
            "requestObject.managedFields, responseObject.credential",
        ),
        ({"requestURI": "/x?token=a"}, {"requestURI": "/x?token=(redacted)"}, "requestURI.query"),
        ({"requestURI": f"/api/v1/namespaces/{JWT}/pods"}, {"requestURI": "/api/v1/namespaces/(redacted)/pods"}, "requestURI.path"),
        ({"requestURI": f"/x?a={JWT}"}, {"requestURI": "/x?a=(redacted)"}, "requestURI.query"),
        ({"user": {"username": "a", "extra": {"b": [JWT]}}}, {"user": {"username": "a", "extra": {"b": ["(redacted)"]}}}, "user.text"),
        ({"userAgent": "me https://a:b@c/"}, {"userAgent": "me https://a:(redacted)@c/"}, "userAgent.text"),
        (
            {"annotations": {"patch.webhook.admission.k8s.io/round_0_index_0": json.dumps({"patch": [{"op": "add", "path": "/spec/token", "value": "a"}]})}},
            {"annotations": {"patch.webhook.admission.k8s.io/round_0_index_0": '{"patch":[{"op":"add","path":"/spec/token","value":"(redacted)"}]}'}},
            "annotations.credential",
        ),
        ({"responseStatus": {"code": 400, "message": 'error found in #10 byte of ...|"a":"b"|...'}}, {"responseStatus": {"code": 400, "message": "error found in #(redacted)"}}, "responseStatus.text"),
    ],
)  # fmt: skip
def test_what_is_left_of_an_event_and_what_is_said(
    changes: dict[str, Any], expected: dict[str, Any], note: str
) -> None:
    original = pod_event(**changes)
    assert ({**original, **expected}, note) == redacted(original)


def test_what_a_webhook_changed_of_a_secret_is_as_secret() -> None:
    patch = json.dumps({"patch": [{"op": "add", "path": "/data/a", "value": "b"}], "webhook": "x"})
    found, note = redacted(event(annotations={"patch.webhook.admission.k8s.io/round_0_index_0": patch}))
    assert (
        '{"patch":"(redacted)","webhook":"(redacted)"}'
        == found["annotations"]["patch.webhook.admission.k8s.io/round_0_index_0"]
    )
    assert "annotations.secretData" == note


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", {"requestObject": '{"kind":"Pod","a":[{"b":1}]}'}),
        ("flatten", {"requestObject": ["kind=Pod", "a[].b=1"]}),
        ("keep", {"requestObject": {"kind": "Pod", "a": [{"b": 1}]}}),
        ("drop", {}),
    ],
)
def test_the_form_of_bodies_is_a_setting(form: str, expected: dict[str, Any]) -> None:
    found, note = redacted(pod_event(requestObject={"kind": "Pod", "a": [{"b": 1}]}), bodies=form)
    assert ({**pod_event(), **expected}, "requestObject.dropped" if form == "drop" else "") == (found, note)


@pytest.mark.parametrize("key", ["requestObject", "request\\u004fbject", "responseObject", "response\\u004fbject"])
def test_of_a_body_that_comes_twice_only_the_last_is_shipped(key: str) -> None:
    body = f',"{key}":{{"kind":"Secret","data":{{"a":"hunter2"}}}}'.encode()
    line = orjson.dumps(pod_event(requestObject={"b": 1}, responseObject={"c": 2}))
    for at in (
        line.index(b',"verb"'),
        line.index(b',"requestObject"'),
        line.index(b',"responseObject"'),
        len(line) - 1,
    ):
        doubled = line[:at] + body + line[at:]
        judge = Judge("c", "", 1_000_000)
        assert b"hunter2" not in judge.line(doubled, "", 0)
        assert all(found is None or b"hunter2" not in found for found in judge.lines([doubled], "", lambda _: None))


def test_the_facts_say_nothing_that_was_removed() -> None:
    uri = "/api/v1/namespaces/shop/pods/a/exec?command=mysql&command=-phunter2"
    line = orjson.dumps(event(objectRef={**PODS, "subresource": "exec"}, requestURI=uri, verb="create"))
    found = orjson.loads(Judge("c", "", 1_000_000).line(line, "", 0))
    assert "mysql '-p(redacted)'" == found["audit"]["command"]
    assert "requestURI.command" == found["audit"]["redacted"]
    assert "hunter2" not in str(found)


def test_the_names_of_credentials_are_a_setting() -> None:
    original = pod_event(requestObject={"pin": 1234, "password": "a", "pinCode": 5})
    found, _ = redacted(original, names=("pin*",), keep_names=("*code",))
    assert {"pin": "(redacted)", "password": "a", "pinCode": 5} == orjson.loads(found["requestObject"])


def test_loggly_sees_no_key_of_a_body_as_a_field() -> None:
    """However many kinds of objects there are, the fields are those of events, by default."""
    judge = Judge("c", "", 1_000_000)
    found = [orjson.loads(judge.line(line, "", 0)) for line in sample_lines()]
    assert {str} == {type(one[key]) for one in found for key in BODIES if key in one}


def test_nothing_of_the_secrets_of_a_real_log_is_left() -> None:
    judge = Judge("c", "", 1_000_000)
    lines = sample_lines()
    left = b"".join(judge.line(line, "", 0) for line in lines)
    for body in (original.get(key) for original in map(orjson.loads, lines) for key in BODIES):
        if isinstance(body, dict) and body.get("kind") in ("Secret", "SecretList"):
            for secret in body.get("items", [body]):
                assert not any(
                    value.encode() in left for value in (secret.get("data") or {}).values() if len(value) > 8
                )
        if isinstance(body, dict) and body.get("kind") == "TokenRequest" and "token" in body.get("status", {}):
            assert "(redacted)" == body["status"]["token"] or body["status"]["token"].encode() not in left


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(sample_lines()).map(orjson.loads) | EVENTS)
def test_what_is_clean_is_not_cleaned_again(original: dict[str, Any]) -> None:
    line = orjson.dumps(original)
    once, _ = REDACTOR.line(from_line(line), line)
    kept = Redactor(Redact(bodies="keep"))
    twice, note = kept.line(from_line(once), once)
    assert (orjson.loads(once), "") == (orjson.loads(twice), note)
