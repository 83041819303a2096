"""Whatever comes leaves as one line of JSON that fits, and an event's own fields are never touched."""

import base64
import gzip
import json
import os
from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audit.judge import Judge
from audit.redact import BODIES
from audit.settings import Identity
from tests.support.events import EVENTS, JSON, PACKABLE, event, sample_lines
from tests.support.legacy import REQUEST_2, RESPONSE_2, STAGE_3, STAGE_4
from tests.support.mutations import mutated_lines, mutated_values

EXAMPLES = int(os.environ.get("AUDIT_TEST_EXAMPLES", "100"))
LIMIT = 10_000  # the smallest that the settings allow
ARRIVED = 1_769_862_896_123_456_789
JUDGE = Judge("prod-eu", "production", 1_000_000)
SMALL = Judge("prod-eu", "production", LIMIT)
OURS = {"timestamp", "audit"}
WHOLE: dict[Any, Any] = event()

ODD_EVENTS = [
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":1e999}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","timestamp":null,"x":1e999}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":1e999,"responseObject":"' + b"x" * LIMIT + b'"}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":'
    + b"[" * 600
    + b'"'
    + b"x" * LIMIT
    + b'"'
    + b"]" * 600
    + b"}",
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":"\\ud800"}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":NaN}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","x":' + b"9" * 400 + b"}",
    b'\xef\xbb\xbf{"kind":"Event","apiVersion":"audit.k8s.io/v1"}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","\xff":"\xc3\x28"}',
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1"} trailing',
    b'[{"kind":"Event","apiVersion":"audit.k8s.io/v1"}]',
    b"",
]

SPOILT = st.builds(
    lambda line, at, what: line[:at] + what + line[at:],
    EVENTS.map(orjson.dumps),
    st.integers(0, 200),
    st.sampled_from([b"\xff", b"\n", b"\0", b"\\", b'"', b"}", b"\xe2\x80\xa8", b",null", b"\r\n"]),
)


def valid(line: bytes, limit: int = LIMIT) -> dict[str, Any]:
    """Return what a line for Loggly holds, read strictly: one line, JSON, within the limit, with what we add."""
    assert b"\n" not in line
    assert len(line) < limit

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    found: dict[str, Any] = json.loads(line.decode(), parse_constant=pytest.fail, object_pairs_hook=once)
    assert len("2026-01-31T12:34:56.123456Z") == len(found["timestamp"])
    assert "prod-eu" == found["audit"]["cluster"]
    return found


def judged(line: bytes, node: str = "") -> dict[str, Any]:
    return valid(JUDGE.line(line, node, ARRIVED), 1_000_000)


def shipped(original: dict[str, Any]) -> dict[str, Any]:
    """Return an event's own fields as they are shipped where there is nothing to hide: each body is one text."""
    bodies = {key: original[key] for key in BODIES if original.get(key) is not None}
    bodies = {key: body if isinstance(body, str) else orjson.dumps(body).decode() for key, body in bodies.items()}
    return own({**original, **bodies})


def own(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in OURS}


def test_an_event_gains_two_keys_and_keeps_its_bytes() -> None:
    line = orjson.dumps(event())
    assert (
        line[:-1]
        + b',"timestamp":"2026-01-31T12:34:56.123456Z","audit":{"cluster":"prod-eu","environment":"production",'
        b'"node":"cp-1","actor":"alice","actorKind":"human","action":"get","target":"secrets/shop/db","verdict":"allowed",'
        b'"decision":"allow","reason":"RBAC: allowed","sourceIP":"10.0.0.7","sourceClass":"private","client":"kubectl/v1.30.1"}}'
    ) == JUDGE.record({"message": line}, "cp-1", ARRIVED)


def test_every_event_of_a_real_api_server_survives() -> None:
    for line in sample_lines():
        original, found = orjson.loads(line), orjson.loads(JUDGE.line(line, "cp-1", ARRIVED))
        assert {"timestamp", "audit"} == found.keys() - original.keys()
        for key in original.keys() - {*BODIES, "requestURI"}:
            assert original[key] == found[key]


def test_an_event_goes_the_same_way_together_with_others_and_alone() -> None:
    lines = sample_lines()
    for line, found in zip(lines, JUDGE.lines(lines, "cp-1", lambda _: None), strict=True):
        if found is not None:
            assert orjson.loads(JUDGE.line(line, "cp-1", ARRIVED)) == orjson.loads(found)


@given(EVENTS)
def test_an_events_own_fields_survive(original: dict[str, Any]) -> None:
    found = judged(orjson.dumps(original))
    assert "parseError" not in found["audit"]
    assume("redacted" not in found["audit"])
    assert shipped(original) == own(found)


@given(EVENTS.map(orjson.dumps) | SPOILT | st.binary(max_size=20), st.sampled_from(["", "cp-1", "cp-2"]))
def test_every_way_of_a_line_gives_the_same_whatever_came_before(line: bytes, node: str) -> None:
    """Binary, text or alone; by a judge that remembers thousands of others, or by a new one."""
    expected = Judge("prod-eu", "production", 1_000_000).line(line, node, ARRIVED)
    assert expected == JUDGE.line(line, node, ARRIVED) == JUDGE.record({"message": line}, node, ARRIVED)
    assert expected == JUDGE.record({"log": line}, node, ARRIVED)


ORDINARY = orjson.dumps(event())
NEARLY_ORDINARY = {
    "timestamp": orjson.dumps(event(timestamp="2018-02-28T23:59:59Z")),
    "timestamp that is null": ORDINARY[:-1] + b',"timestamp":null}',
    "audit": orjson.dumps(event(audit={"actor": "forged"})),
    "audit that is null": ORDINARY[:-1] + b',"audit":null}',
    "other characters": orjson.dumps(event(userAgent="é漢𝄞")),
    "not UTF-8": orjson.dumps(event(userAgent="a?")).replace(b"a?", b"a\xff"),
    "several lines": json.dumps(event(), indent=1).encode(),
    "a newline at its end": ORDINARY + b"\n",
    "space around it": b" " + ORDINARY + b" ",
    "another form of time": orjson.dumps(event(stageTimestamp="2026-01-31T12:34:56Z")),
    "a time that is none": orjson.dumps(event(stageTimestamp="2026-02-31T12:34:56.123456Z")),
    "another kind": orjson.dumps(event(kind="Policy")),
    "another group": orjson.dumps(event(apiVersion="v1")),
    "a version to come": orjson.dumps(event(apiVersion="audit.k8s.io/v2")),
    "over the limit": orjson.dumps(event(responseObject={"data": "x" * LIMIT})),
    "at the limit": orjson.dumps(event(userAgent="x" * (LIMIT - 1_200))),
    "two in one": ORDINARY + ORDINARY,
}


@pytest.mark.parametrize("line", NEARLY_ORDINARY.values(), ids=NEARLY_ORDINARY)
def test_what_is_not_quite_ordinary_is_treated_with_the_same_care(line: bytes) -> None:
    """A line alone in its record goes a shorter way where it may; what comes out is the same."""
    found = SMALL.record({"message": line}, "cp-1", ARRIVED)
    valid(found)
    assert SMALL.line(line, "cp-1", ARRIVED) == found


@pytest.mark.parametrize(
    "change",
    [
        {"user": {"username": "bob"}},
        {"user": {"username": "alice", "extra": {"authentication.kubernetes.io/pod-name": ["web-0"]}}},
        {"userAgent": "curl/8.0"},
        {"user": None},
        {"impersonatedUser": {"username": "bob"}},
        {"verb": "list"},
        {"sourceIPs": ["203.0.113.9", "10.0.0.8"]},
        {"sourceIPs": None},
        {"objectRef": {"resource": "pods", "namespace": "shop", "name": "db", "apiVersion": "v1"}},
        {"objectRef": {"resource": "secrets", "namespace": "other", "name": "db", "apiVersion": "v1"}},
        {"objectRef": {"resource": "secrets", "namespace": "shop", "name": "other", "apiVersion": "v1"}},
        {"objectRef": {"resource": "secrets", "namespace": "shop", "name": "db", "apiVersion": "other/v1"}},
        {"objectRef": {"resource": "secrets", "namespace": "shop", "name": "db", "apiGroup": "other"}},
        {"objectRef": {"resource": "secrets", "namespace": "shop", "name": "db", "subresource": "other"}},
        {"objectRef": None},
        {"objectRef": None, "requestURI": "/healthz"},
        {"responseStatus": {"code": 403}},
        {"responseStatus": None},
        {"annotations": None},
        {"annotations": {"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": "RBAC: allowed"}},
        {"annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "other"}},
    ],
    ids=str,
)
def test_what_is_remembered_is_never_taken_for_what_differs(change: dict[str, Any]) -> None:
    """Events that differ in one thing have facts of their own, also one after the other."""
    judge = Judge("prod-eu", "production", 1_000_000)
    line = orjson.dumps(event(**change))
    for before in (event(), event(objectRef=None)):
        judge.line(orjson.dumps(before), "cp-1", ARRIVED)
    found = judge.line(line, "cp-1", ARRIVED)
    assert Judge("prod-eu", "production", 1_000_000).line(line, "cp-1", ARRIVED) == found


@given(EVENTS)
def test_raw_and_parsed_give_the_same(original: dict[str, Any]) -> None:
    line = orjson.dumps(original)
    parsed = JUDGE.record(orjson.loads(line), "cp-1", ARRIVED)
    assert judged(line, "cp-1") == valid(parsed, 1_000_000)


@given(st.binary(max_size=60) | JSON.map(orjson.dumps) | SPOILT)
def test_any_line_becomes_one_that_fits(line: bytes) -> None:
    valid(SMALL.line(line, "cp-1", ARRIVED))


@settings(max_examples=EXAMPLES)
@given(mutated_lines() | mutated_values())
def test_spoilt_events_of_every_kind_become_lines_that_fit(spoilt: Any) -> None:
    """Of a real log, of legacy text, parsed or not: alone, with others, and with what an agent adds."""
    if isinstance(spoilt, bytes):
        valid(SMALL.record({"log": spoilt, "stream": "stderr"}, "cp-1", ARRIVED))
        for found in SMALL.lines([spoilt] if spoilt else [], "cp-1", lambda _: None):
            assert found is None or orjson.loads(SMALL.line(spoilt, "cp-1", ARRIVED)) == valid(found)
    valid(SMALL.record({"message": spoilt} if isinstance(spoilt, bytes) else spoilt, "cp-1", ARRIVED))


@given(PACKABLE | st.dictionaries(st.sampled_from(["message", "log", "kind", "audit", "timestamp"]), PACKABLE))
def test_any_record_becomes_one_that_fits(record: Any) -> None:
    """What MessagePack brings: any type, any key, nil, NaN, binary, extension values."""
    valid(SMALL.record(record, "cp-1", ARRIVED))


@pytest.mark.parametrize("line", ODD_EVENTS, ids=range(len(ODD_EVENTS)))
@pytest.mark.parametrize("agent", [None, {"time": "now"}], ids=["alone", "with others"])
def test_odd_events_become_lines_that_fit(line: bytes, agent: dict[str, str] | None) -> None:
    valid(SMALL.line(line, "cp-1", ARRIVED, agent))


@given(st.integers(0, 4), st.sampled_from(["x", "\0", "é", "𝄞", '"']), st.booleans())
def test_an_event_over_the_limit_is_cut_and_says_so(size: int, character: str, in_body: bool) -> None:
    text = character * (LIMIT + 3_000 * size)
    reference = {"resource": "pods", "namespace": "shop", "name": "db", "apiVersion": "v1"}
    original = event(
        requestURI="/api/v1/pods", objectRef=reference, **{"responseObject" if in_body else "userAgent": text}
    )
    found = valid(SMALL.line(orjson.dumps(original), "cp-1", ARRIVED))
    assert found["audit"]["truncated"].startswith("responseObject" if in_body else "texts and lists over ")
    assert ("alice", "allowed") == (found["audit"]["actor"], found["audit"]["verdict"])


@pytest.mark.parametrize("name", ["message", "log"])
@pytest.mark.parametrize("kind", [bytes, str])
def test_a_raw_line_comes_as_message_or_log_and_as_binary_or_text(name: str, kind: type) -> None:
    line = orjson.dumps(event())
    assert JUDGE.line(line, "cp-1", 0) == JUDGE.record({name: line if kind is bytes else line.decode()}, "cp-1", 0)


def test_what_the_agent_sent_beside_a_line_is_kept_as_agent() -> None:
    record = {"log": orjson.dumps(event()), "container_id": b"abc", "source": "stderr", b"n": 7}
    found = valid(JUDGE.record(record, "cp-1", ARRIVED), 1_000_000)
    assert {"container_id": "abc", "source": "stderr", "n": 7} == found.pop("agent")
    assert event() == own(found)


def test_what_is_no_event_is_shipped_with_what_the_agent_sent_beside_it() -> None:
    assert {
        "log": "beside",
        "message": "I0131 12:34:56 not \ufffd JSON\nsecond line",
        "timestamp": "2026-01-31T12:34:56.123456Z",
        "audit": {
            "cluster": "prod-eu",
            "environment": "production",
            "node": "cp-1",
            "parseError": "not JSON: JSON is malformed: invalid character (byte 0)",
        },
    } == valid(
        JUDGE.record({"message": b"I0131 12:34:56 not \xff JSON\nsecond line\n", "log": "beside"}, "cp-1", ARRIVED)
    )


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"message": "{}"}, "no kind Event of audit.k8s.io"),
        ({"message": '{"kind":"Event","apiVersion":"v1"}'}, "no kind Event of audit.k8s.io"),
        ({"message": '{"kind":"Policy","apiVersion":"audit.k8s.io/v1"}'}, "no kind Event of audit.k8s.io"),
        ({"message": "[]"}, "not the shape of an audit event: Expected `object`, got `array`"),
        ({"message": ""}, "not JSON: Input data was truncated"),
        ({"message": '{"x":' + "[" * 5_000}, "JSON nested too deeply"),
        (
            {"message": orjson.dumps(event(verb=5))},
            "not the shape of an audit event: Expected `str`, got `int` - at `$.verb`",
        ),
        ({"other": "x"}, "no kind Event of audit.k8s.io"),
        ({5: 5, **WHOLE}, "not the shape of an audit event: Expected `str` - at `key` in `$`"),
        ([1, 2], "a record that is not a map"),
        (None, "a record that is not a map"),
        ("text", "a record that is not a map"),
    ],
)
def test_why_something_is_no_event(record: Any, why: str) -> None:
    found = valid(JUDGE.record(record, "", ARRIVED), 1_000_000)
    assert why == found["audit"]["parseError"]


@given(JSON)
def test_the_content_of_what_is_no_event_survives(value: Any) -> None:
    text = json.dumps(value)
    found = valid(JUDGE.record({"message": text}, "", ARRIVED), 1_000_000)
    assume("redacted" not in found["audit"])
    assert text == found["message"]
    assert {"x": value} == own(valid(JUDGE.record({"x": value}, "", ARRIVED), 1_000_000))
    if not isinstance(value, dict):
        assert value == valid(JUDGE.record(value, "", ARRIVED), 1_000_000)["message"]


def test_what_json_cannot_hold_becomes_what_it_can() -> None:
    record = {
        b"bytes\xff": b"\xff",
        1: float("nan"),
        None: float("-inf"),
        "ext": msgpack.ExtType(5, b"\0\1"),
        "time": msgpack.Timestamp(1, 5),
        "largest": 2**64 - 1,
        "surrogate": "\ud800",
        2.5: [{b"\0": b""}],
    }
    assert {
        "bytes\ufffd": "\ufffd",
        "1": None,
        "2.5": [{"\0": ""}],
        "None": None,
        "ext": {"type": 5, "data": "AAE="},
        "time": "Timestamp(seconds=1, nanoseconds=5)",
        "largest": 2**64 - 1,
        "surrogate": "?",
    } == own(valid(JUDGE.record(record, "", ARRIVED), 1_000_000))


def test_values_nested_too_deeply_become_text() -> None:
    deep: Any = "bottom"
    for _ in range(600):
        deep = [deep]
    found = own(valid(JUDGE.record({"deep": deep}, "", ARRIVED), 1_000_000))["deep"]
    for _ in range(199):
        (found,) = found
    assert "(1 values nested deeper than 200 levels)" == found


def test_a_line_written_over_several_lines_is_joined() -> None:
    pretty = json.dumps(event(), indent=2).encode()
    assert JUDGE.line(orjson.dumps(event()), "cp-1", 0) == JUDGE.line(pretty + b"\r\n", "cp-1", 0)


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    found = judged(b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","userAgent":"a\xffb"}')
    assert "a\ufffdb" == found["userAgent"]


def test_where_a_key_comes_twice_the_last_counts() -> None:
    line = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","verb":"list"}'
    found = JUDGE.line(line, "", ARRIVED)
    assert ("list", "list") == (json.loads(found)["verb"], json.loads(found)["audit"]["action"])


@pytest.mark.parametrize("value", ["null", "5", '{"actor":"forged"}', '"x"', "[]"])
@pytest.mark.parametrize("key", ["audit", "\\u0061udit"])
def test_an_audit_that_came_with_the_event_is_replaced(key: str, value: str) -> None:
    """Nobody who can write events may tell us who the actor was, and no key stands there twice."""
    found = judged(
        b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","user":{},"%b":%b}' % (key.encode(), value.encode())
    )
    assert "anonymous" == found["audit"]["actorKind"]
    assert "actor" not in found["audit"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "2026-01-31T12:34:56.123456Z"),
        ({"timestamp": "2018-02-28T23:59:59Z"}, "2026-01-31T12:34:56.123456Z"),
        ({"stageTimestamp": None, "timestamp": "2018-02-28T23:59:59Z"}, "2018-02-28T23:59:59.000000Z"),
        (
            {"stageTimestamp": None, "metadata": {"creationTimestamp": "2018-03-01T00:00:00Z"}},
            "2018-03-01T00:00:00.000000Z",
        ),
        (
            {"stageTimestamp": None, "metadata": {"creationTimestamp": None}, "timestamp": "2018-03-01T02:00:00+02:00"},
            "2018-03-01T00:00:00.000000Z",
        ),
        ({"stageTimestamp": "soon", "timestamp": None}, "2026-01-31T12:34:56.123456Z"),
        ({"stageTimestamp": None}, "2026-01-31T12:34:56.123456Z"),
    ],
)
def test_the_time_is_the_stages_else_the_requests_else_the_agents(changes: dict[str, Any], expected: str) -> None:
    arrived = 1_769_862_896_123_456_789
    assert expected == valid(JUDGE.record(event(**changes), "", arrived), 1_000_000)["timestamp"]


def test_a_time_of_arrival_that_no_calendar_has_is_the_first_of_1970() -> None:
    assert "1970-01-01T00:00:00.000000Z" == valid(JUDGE.record({}, "", 2**90))["timestamp"]


def test_in_v1alpha1_the_group_stands_before_the_version() -> None:
    reference = {"resource": "deployments", "namespace": "shop", "name": "web", "apiVersion": "apps/v1beta1"}
    found = judged(orjson.dumps(event(apiVersion="audit.k8s.io/v1alpha1", objectRef=reference)))
    assert "apps/deployments/shop/web" == found["audit"]["target"]


@given(st.binary(max_size=60))
def test_damaged_bytes_are_shipped_as_base64(data: bytes) -> None:
    found = valid(SMALL.damaged(data, "cut short", ARRIVED))
    assume("redacted" not in found["audit"])
    assert data == base64.b64decode(found["message"])
    assert {"cluster": "prod-eu", "environment": "production", "parseError": "cut short"} == found["audit"]


@pytest.mark.parametrize(
    "data",
    [b"\x92\x00\x81\xa7message\xda\x01\x00" + orjson.dumps(event())[:-9], gzip.compress(b"x"), b'x"data":{"a":"b"'],
    ids=["a part of an event", "compressed", "a part of an object"],
)
def test_damaged_bytes_that_may_hold_a_secret_are_not_shipped(data: bytes) -> None:
    found = valid(SMALL.damaged(data, "cut short", ARRIVED))
    assert f"({len(data):,} bytes)" == found["message"]
    assert ("cut short", "message.unreadable") == (found["audit"]["parseError"], found["audit"]["redacted"])


def test_many_damaged_bytes_are_cut_and_it_is_said() -> None:
    found = valid(SMALL.damaged(bytes(100_000), "cut short", ARRIVED))
    assert "the first 5,997 of 100,000 bytes" == found["audit"]["truncated"]
    assert bytes(5_997) == base64.b64decode(found["message"])


def test_what_is_empty_is_absent() -> None:
    judge = Judge("prod-eu", "", 1_000_000)
    found = valid(judge.line(b'{"kind":"Event","apiVersion":"audit.k8s.io/v1"}', "", ARRIVED), 1_000_000)
    assert {"cluster": "prod-eu", "verdict": "pending"} == found["audit"]


def test_the_same_event_from_two_nodes_names_each() -> None:
    """What is remembered is remembered by node."""
    line = orjson.dumps(event())
    assert ["cp-1", "cp-2", "cp-1"] == [judged(line, node)["audit"]["node"] for node in ("cp-1", "cp-2", "cp-1")]


def test_legacy_text_arrives_as_the_event_that_json_would_have_been() -> None:
    """The second line of two says all that the first one did."""
    judge = Judge("prod-eu", "production", 1_000_000)
    lines = [judge.record({"message": line}, "cp-1", ARRIVED) for line in (STAGE_4, REQUEST_2, RESPONSE_2)]
    exec_, pending, denied = (valid(line, 1_000_000) for line in lines)
    assert "2026-11-24T10:42:37.041507Z" == exec_["timestamp"]
    assert {
        "cluster": "prod-eu",
        "environment": "production",
        "node": "cp-1",
        "actor": "jane",
        "actorKind": "human",
        "action": "exec",
        "target": "pods/exec/shop/web-0",
        "verdict": "pending",
        "sourceIP": "10.0.0.7",
        "sourceClass": "private",
        "client": "kubectl/v1.30.1",
        "command": "ls",
    } == exec_["audit"]
    assert ["pending", "denied_authz"] == [found["audit"]["verdict"] for found in (pending, denied)]
    assert ["RequestReceived", "ResponseComplete"] == [found["stage"] for found in (pending, denied)]
    assert ["secrets/shop"] * 2 == [found["audit"]["target"] for found in (pending, denied)]


def test_a_response_alone_names_no_actor() -> None:
    found = judged(RESPONSE_2)
    assert {"cluster": "prod-eu", "environment": "production", "verdict": "denied_authz"} == found["audit"]
    assert "c939d2a7-1c37-4ef1-b2f7-4ba9b1e43b53" == found["auditID"]


def test_what_the_agent_sent_beside_legacy_text_is_kept_as_agent() -> None:
    found = valid(JUDGE.record({"message": STAGE_3, "source": "stdout"}, "", ARRIVED), 1_000_000)
    assert ({"source": "stdout"}, "create") == (found["agent"], found["audit"]["action"])


def test_legacy_text_that_is_cut_off_is_shipped_with_the_reason() -> None:
    found = judged(STAGE_3[:100])
    assert STAGE_3[:100].decode() == found["message"]
    assert 'legacy text: expected key="value" at character 43 after AUDIT:' == found["audit"]["parseError"]


def test_whoever_is_configured_has_a_label() -> None:
    judge = Judge("prod-eu", "", 1_000_000, known=[Identity(label="jenkins", users=("alice",))])
    users = [{"username": "alice"}, {"username": "bob"}]
    lines = [judge.line(orjson.dumps(event(user=user)), "", ARRIVED) for user in users]
    assert ["jenkins", "other"] == [orjson.loads(line)["audit"]["actorLabel"] for line in lines]
    assert "actorLabel" not in judged(orjson.dumps(event()))["audit"]
