"""Each generation of legacy text reads as the event that JSON would have been, and nothing else ever comes out of a line."""

import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import NotAnEvent
from audit.event import from_record
from audit.facts import facts
from audit.legacy import Form, answered, is_text, read, unquoted
from tests.support.events import TEXT
from tests.support.legacy import (
    FAILED_LOGIN,
    REQUEST_1,
    REQUEST_2,
    RESPONSE_1,
    RESPONSE_2,
    STAGE_3,
    STAGE_4,
    line,
    names,
    quoted,
)
from tests.support.legacy_recording import carried, samples

TIME = "2026-01-31T12:34:56.123456789Z"
SAMPLES = [REQUEST_1, RESPONSE_1, REQUEST_2, RESPONSE_2, STAGE_3, STAGE_4, FAILED_LOGIN]

EXPECTED: dict[bytes, tuple[Form, dict[str, Any]]] = {
    REQUEST_1: (
        Form.REQUEST,
        {
            "auditID": "5c3b8227-4af9-4322-8a71-542231c3887b",
            "stage": "RequestReceived",
            "requestURI": "/api/v1/namespaces/default/pods",
            "verb": "list",
            "user": {"username": "admin"},
            "sourceIPs": ["127.0.0.1"],
            "objectRef": {"resource": "pods", "namespace": "default", "apiVersion": "v1"},
            "requestReceivedTimestamp": "2016-09-07T13:03:57.400333Z",
            "stageTimestamp": "2016-09-07T13:03:57.400333Z",
        },
    ),
    RESPONSE_1: (
        Form.RESPONSE,
        {
            "auditID": "5c3b8227-4af9-4322-8a71-542231c3887b",
            "stage": "ResponseComplete",
            "responseStatus": {"metadata": {}, "code": 200},
            "stageTimestamp": "2016-09-07T13:03:57.400710Z",
        },
    ),
    REQUEST_2: (
        Form.REQUEST,
        {
            "auditID": "c939d2a7-1c37-4ef1-b2f7-4ba9b1e43b53",
            "stage": "RequestReceived",
            "requestURI": "/api/v1/namespaces/shop/secrets",
            "verb": "deletecollection",
            "user": {"username": "admin", "groups": ["system:masters", "system:authenticated"]},
            "impersonatedUser": {"username": "jane"},
            "sourceIPs": ["127.0.0.1"],
            "objectRef": {"resource": "secrets", "namespace": "shop", "apiVersion": "v1"},
            "requestReceivedTimestamp": "2017-03-21T07:57:09.106841Z",
            "stageTimestamp": "2017-03-21T07:57:09.106841Z",
        },
    ),
    STAGE_3: (
        Form.STAGE,
        {
            "auditID": "d5b6e0c5-7a3e-4c8c-9a33-2a1cb1f3a7a9",
            "stage": "ResponseComplete",
            "requestURI": "/apis/apps/v1/namespaces/shop/deployments",
            "verb": "create",
            "user": {"username": "system:serviceaccount:ci:jenkins", "groups": ["system:serviceaccounts"]},
            "sourceIPs": ["10.0.0.7"],
            "objectRef": {"resource": "deployments", "namespace": "shop", "apiGroup": "apps", "apiVersion": "v1"},
            "responseStatus": {"metadata": {}, "code": 201},
            "requestReceivedTimestamp": "2018-01-31T12:34:56.789012Z",
            "stageTimestamp": "2018-01-31T12:34:56.789012Z",
        },
    ),
    STAGE_4: (
        Form.STAGE,
        {
            "auditID": "407fd174-5040-481b-99cd-8edcea267fc3",
            "stage": "RequestReceived",
            "requestURI": "/api/v1/namespaces/shop/pods/web-0/exec?command=ls",
            "verb": "get",
            "user": {"username": "jane", "groups": ["system:authenticated"]},
            "sourceIPs": ["10.0.0.7"],
            "userAgent": "kubectl/v1.30.1 (linux/amd64)",
            "objectRef": {
                "resource": "pods",
                "namespace": "shop",
                "name": "web-0",
                "apiVersion": "v1",
                "subresource": "exec",
            },
            "requestReceivedTimestamp": "2026-11-24T10:42:37.041507Z",
            "stageTimestamp": "2026-11-24T10:42:37.041507Z",
        },
    ),
    FAILED_LOGIN: (
        Form.STAGE,
        {
            "auditID": "7a387650-49c2-464a-aa15-f6142a04c81c",
            "stage": "ResponseStarted",
            "requestURI": "/healthz",
            "verb": "get",
            "user": {},
            "sourceIPs": ["127.0.0.1"],
            "userAgent": "curl/8.0",
            "responseStatus": {"metadata": {}, "code": 401},
            "requestReceivedTimestamp": "2026-11-24T10:42:37.068567Z",
            "stageTimestamp": "2026-11-24T10:42:37.068567Z",
        },
    ),
}


def event(*pairs: tuple[str, str], time: str = TIME) -> dict[str, Any]:
    """Return the event of a line with these pairs beside an id and a stage."""
    return read(line(time, [("id", "1"), ("stage", "ResponseComplete"), *pairs])).event


@pytest.mark.parametrize("sample", EXPECTED, ids=lambda sample: sample[:40].decode())
def test_each_generation_reads_as_the_event_that_json_would_have_been(sample: bytes) -> None:
    form, expected = EXPECTED[sample]
    found = read(sample)
    assert form is found.form
    assert {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", **expected} == found.event


@pytest.mark.parametrize("version", ["1.20", "1.36"])
def test_text_and_json_of_a_real_api_server_are_the_same_events(version: str) -> None:
    """For all that the text carries; recorded, for tests/peers/test_legacy_text.py needs the servers."""
    lines, events = samples(version)
    assert [carried(event, user_agent=version == "1.36") for event in events] == [read(line).event for line in lines]


def test_a_response_completes_its_request() -> None:
    whole = answered(read(REQUEST_2).event, read(RESPONSE_2).event)
    assert {
        **read(REQUEST_2).event,
        "stage": "ResponseComplete",
        "responseStatus": {"metadata": {}, "code": 403},
        "stageTimestamp": "2017-03-21T07:57:09.108403Z",
    } == whole
    found = facts(from_record(whole))
    assert ("jane", "admin", "deletecollection", "secrets/shop", "denied_authz") == (
        found.actor,
        found.authenticated_as,
        found.action,
        found.target,
        found.verdict,
    )


@pytest.mark.parametrize("uri", ["/api/v1/pods?watch=true", "/api/v1/watch/pods", "/api/v1/namespaces/a/pods/b/log"])
def test_the_answer_to_a_long_request_is_only_its_start(uri: str) -> None:
    request = read(line(TIME, [("id", "1"), ("method", "GET"), ("uri", uri)])).event
    assert "ResponseStarted" == answered(request, read(line(TIME, [("id", "1"), ("response", "200")])).event)["stage"]


def test_keys_come_in_any_order_and_unknown_ones_are_kept() -> None:
    """A key with a hyphen hides nothing of what follows it."""
    found = event(("response", "200"), ("new-key", 'a "b"'), ("x.y_z", ""), ("uri", "/healthz"), ("user", "jane"))
    assert {"new-key": 'a "b"', "x.y_z": ""} == found["legacy"]
    assert ("/healthz", {"username": "jane"}, 200) == (
        found["requestURI"],
        found["user"],
        found["responseStatus"]["code"],
    )


@pytest.mark.parametrize(
    ("pair", "absent"),
    [
        (("ip", "<unknown>"), "sourceIPs"),
        (("ip", "<nil>"), "sourceIPs"),
        (("as", "<self>"), "impersonatedUser"),
        (("response", "<deferred>"), "responseStatus"),
        (("user-agent", ""), "userAgent"),
    ],
)
def test_a_placeholder_is_nothing(pair: tuple[str, str], absent: str) -> None:
    assert absent not in event(("uri", "/"), pair)


def test_a_placeholder_means_nothing_but_under_its_own_key() -> None:
    found = event(("uri", "/"), ("user", "<self>"), ("groups", quoted("<none>")), ("as", "<none>"), ("asgroups", ""))
    assert {"username": "<self>", "groups": ["<none>"]} == found["user"]
    assert {"username": "<none>"} == found["impersonatedUser"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"a","b"', ["a", "b"]),
        ('"a", "b"', ["a", "b"]),  # 1.4 and 1.5
        (r'"a,\"b\"","\\"', ['a,"b"', "\\"]),
        ("a", ["a"]),
    ],
)
def test_groups_are_quoted_twice(written: str, expected: list[str]) -> None:
    assert expected == event(("uri", "/"), ("user", "jane"), ("groups", written))["user"]["groups"]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-01-31T12:34:56Z", "2026-01-31T12:34:56.000000Z"),
        ("2026-01-31T12:34:56.1+05:30", "2026-01-31T07:04:56.100000Z"),
        ("2026-01-31T23:34:56.123456789-11:00", "2026-02-01T10:34:56.123456Z"),
    ],
)
def test_the_time_has_any_fraction_and_any_offset(time: str, expected: str) -> None:
    assert expected == event(("uri", "/"), time=time)["stageTimestamp"]


def test_an_agent_may_have_taken_the_time_away() -> None:
    assert "stageTimestamp" not in read(b'AUDIT: id="1" response="200"').event


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"plain", "plain"),
        (r"\a\b\f\n\r\t\v\\\"\'", "\a\b\f\n\r\t\v\\\"'"),
        (r"\x00\x7f\xff", "\0\x7f\ufffd"),
        (r"\u00e9\u2028\ud800", "é\u2028\ufffd"),
        (r"\U0001d11e\U00110000", "𝄞\ufffd"),
        (r"\\n", r"\n"),
    ],
)
def test_gos_escapes(written: str, expected: str) -> None:
    assert expected == unquoted(written)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_go_quotes_comes_back(text: str) -> None:
    assert text == unquoted(quoted(text)[1:-1])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no AUDIT: after a time"),
        (b"I1124 10:42:37.074768 2677 x.go:1] AUDIT: nothing", "no AUDIT: after a time"),
        (b'yesterday AUDIT: id="1" response="200"', "no RFC 3339 time before AUDIT:"),
        (b'2026-02-31T12:34:56Z AUDIT: id="1" response="200"', "no RFC 3339 time before AUDIT:"),
        (b'AUDIT: response="200"', "legacy text without an id"),
        (b'AUDIT: id="" response="200"', "legacy text without an id"),
        (b'AUDIT: id="1"', "legacy text without stage, method or response"),
        (b'AUDIT: id="1" id="2" response="200"', "legacy text with a key twice"),
        (b'AUDIT: id="1" response=200', 'legacy text: expected key="value" at character 8 after AUDIT:'),
        (b'AUDIT: id="1"response="200"', 'legacy text: expected key="value" at character 7 after AUDIT:'),
        (b'AUDIT: id="1" uri="/cut of', 'legacy text: expected key="value" at character 8 after AUDIT:'),
        (b'AUDIT: id="1" response="OK"', "legacy text with a response that is no number"),
        (b'AUDIT: id="1" response="9999999999"', "legacy text with a response that is no number"),
        (b'AUDIT: id="1" stage="" uri="\\q"', "legacy text with an escape that Go does not know"),
        (b'AUDIT: id="1" stage="" uri="/" groups="\\"a"', "legacy text with groups that are no list of quoted names"),
    ],
)
def test_what_is_no_legacy_text_says_why(text: bytes, why: str) -> None:
    with pytest.raises(NotAnEvent, match=f"^{re.escape(why)}$"):
        read(text)


GROUPS = st.none() | st.lists(TEXT, min_size=1, max_size=3)


@given(
    user=TEXT.filter(lambda text: text not in {"", "<none>", "<nil>"}),
    groups=GROUPS,
    other=st.none() | TEXT.filter(lambda text: text not in {"<self>", "<nil>"}),
    other_groups=GROUPS,
    agent=TEXT.filter(lambda text: text != "<nil>"),
    uri=TEXT.filter(lambda text: text != "<nil>"),
    code=st.none() | st.integers(100, 599),
    seed=st.randoms(),
)
def test_what_an_api_server_would_write_comes_back(
    *,
    user: str,
    groups: list[str] | None,
    other: str | None,
    other_groups: list[str] | None,
    agent: str,
    uri: str,
    code: int | None,
    seed: Any,
) -> None:
    """Keys shuffled, any signs in any value."""
    pairs = [
        ("id", "1"),
        ("stage", "ResponseComplete"),
        ("ip", "10.0.0.7"),
        ("method", "get"),
        ("user", user),
        ("groups", names(groups, "<none>")),
        ("as", "<self>" if other is None else other),
        ("asgroups", names(other_groups, "<lookup>")),
        ("user-agent", agent),
        ("namespace", "<none>"),
        ("uri", uri),
        ("response", "<deferred>" if code is None else str(code)),
    ]
    seed.shuffle(pairs)
    found = read(line(TIME, pairs)).event
    assert {"username": user, **({"groups": groups} if groups else {})} == found["user"]
    named = {**({"username": other} if other else {}), **({"groups": other_groups} if other_groups else {})}
    assert (None if other is None else named) == found.get("impersonatedUser")
    assert (agent, uri) == (found.get("userAgent", ""), found["requestURI"])
    assert (None if code is None else {"metadata": {}, "code": code}) == found.get("responseStatus")


MUTATED = st.builds(
    lambda sample, start, length, what: sample[:start] + what + sample[start + length :],
    st.sampled_from(SAMPLES),
    st.integers(0, 450),
    st.integers(0, 20),
    st.binary(max_size=4) | st.sampled_from([b'"', b"\\", b"\\x", b'\\u12"', b"=", b" ", b"\n", b"AUDIT: ", b"\xff"]),
)


@given(MUTATED | st.binary(max_size=80).map(lambda data: b"AUDIT: " + data) | st.binary(max_size=80))
def test_any_bytes_are_an_event_or_the_reason_why_not(data: bytes) -> None:
    """What is read has the shape of an event, and can be written as JSON."""
    try:
        found = read(data)
    except NotAnEvent:
        return
    assert is_text(data)
    assert from_record(orjson.loads(orjson.dumps(found.event))) == from_record(found.event)
