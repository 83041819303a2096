"""Whatever wrote a line, its events come out in one form, and what is none comes out with the reason."""

import json
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from audit.event import from_line
from audit.reader import Read, Reader, Unread, events
from tests.support.events import EVENTS, event, sample_lines
from tests.support.legacy import FAILED_LOGIN, REQUEST_2, RESPONSE_2, STAGE_3

JSON_LINE = orjson.dumps(event())
LIST = orjson.dumps(
    {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [{"verb": "get"}, {"verb": "list"}, 5]}
)


def one(line: bytes) -> Read | Unread:
    (found,) = Reader().line(line)
    return found


def verbs(*lines: bytes) -> list[str]:
    return [found.view.verb if isinstance(found, Read) else f"{found.number}: {found.why}" for found in events(lines)]


def test_json_is_read_as_it_is() -> None:
    assert Read(from_line(JSON_LINE), JSON_LINE) == one(JSON_LINE)


def test_every_line_of_a_real_log_is_read() -> None:
    lines = sample_lines()
    assert [Read(from_line(line), line) for line in lines] == list(events(lines))


def test_a_list_is_its_events() -> None:
    assert ["get", "list", "1: not the shape of an audit event: Expected `object`, got `int`"] == verbs(LIST)


def test_an_event_that_only_names_a_list_is_an_event() -> None:
    line = orjson.dumps(event(requestObject={"kind": "EventList"}))
    assert Read(from_line(line), line) == one(line)


def test_legacy_text_is_read_as_json() -> None:
    """The two lines of the oldest are joined."""
    found = [read for read in events([REQUEST_2, STAGE_3, RESPONSE_2]) if isinstance(read, Read)]
    assert [from_line(read.raw) for read in found] == [read.view for read in found]
    assert ["deletecollection", "create", "deletecollection"] == [read.view.verb for read in found]
    assert [None, 201, 403] == [orjson.loads(read.raw).get("responseStatus", {}).get("code") for read in found]


def test_lines_are_joined_across_files_by_one_reader() -> None:
    reader = Reader()
    assert ["RequestReceived", "ResponseComplete"] == [
        found.view.stage
        for line in (REQUEST_2, RESPONSE_2)
        for found in events([line], reader)
        if isinstance(found, Read) and found.view.verb
    ]


def test_a_line_inside_an_agents_record_is_read() -> None:
    for line in (JSON_LINE, FAILED_LOGIN):
        for key in ("message", "log"):
            assert one(line) == one(orjson.dumps({key: line.decode() + "\n", "stream": "stderr"}))


def test_indented_json_is_one_event() -> None:
    indented = json.dumps(event(), indent=2).encode()
    found = list(events([*indented.split(b"\n"), JSON_LINE, *indented.splitlines()]))
    assert [from_line(JSON_LINE)] * 3 == [read.view for read in found if isinstance(read, Read)]


def test_what_only_begins_as_indented_json_is_line_by_line() -> None:
    malformed = "not JSON: JSON is malformed: invalid character (byte 0)"
    assert [
        "1: not JSON: Input data was truncated",
        "get",
        f"3: {malformed}",
        "4: not JSON: Input data was truncated",
        "5: not the shape of an audit event: Expected `object`, got `str`",
    ] == verbs(b"{", JSON_LINE, b"x", b"{", b'  "a": 1')


def test_empty_lines_are_nothing() -> None:
    assert [] == verbs(b"", b"\n", b" \r\n", b"\0\0")


def test_what_is_no_event_is_given_back_with_the_reason() -> None:
    found = list(events([b"I1124 klog line", b'{"kind":"Policy"}', b'{"message":"hello"}', STAGE_3[:100]], first=7))
    assert [
        Unread(b"I1124 klog line", 7, "not JSON: JSON is malformed: invalid character (byte 0)"),
        Unread(b'{"kind":"Policy"}', 8, "no kind Event of audit.k8s.io"),
        Unread(b'{"message":"hello"}', 9, "not JSON: JSON is malformed: invalid character (byte 0)"),
        Unread(STAGE_3[:100], 10, 'legacy text: expected key="value" at character 43 after AUDIT:'),
    ] == found


WRAPPED = st.recursive(
    EVENTS | st.sampled_from([STAGE_3.decode(), "x", 5]),
    lambda inner: (
        st.lists(inner, max_size=2).map(
            lambda items: {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": items}
        )
        | inner.map(lambda value: {"message": value if isinstance(value, str) else orjson.dumps(value).decode()})
    ),
    max_leaves=4,
)


@given(st.lists(WRAPPED.map(orjson.dumps) | st.binary(max_size=30) | st.sampled_from([STAGE_3, b"{", b"}", LIST[:50]])))
def test_any_lines_are_events_or_given_back(lines: list[bytes]) -> None:
    """Each event's JSON says what its view says."""
    for found in events(lines):
        if isinstance(found, Read):
            assert found.view == from_line(found.raw)
            assert b"\n" not in found.raw
        else:
            assert found.why


def test_a_list_in_a_list_in_a_list_is_not_followed() -> None:
    nested: dict[str, Any] = event()
    for _ in range(100):
        nested = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [nested]}
    assert ["1: no kind Event of audit.k8s.io"] == verbs(orjson.dumps(nested))
