"""Reading an event: three versions of the API, decided field by field, and a reason for whatever is none."""

from collections.abc import Callable
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given

from audit.errors import NotAnEvent
from audit.event import Annotations, Event, ObjectRef, User, from_line, from_record
from tests.support.events import EVENTS, event

READERS: list[Callable[[dict[str, Any]], Event]] = [lambda record: from_line(orjson.dumps(record)), from_record]


@pytest.fixture(params=READERS, ids=["line", "record"])
def read(request: pytest.FixtureRequest) -> Callable[[dict[str, Any]], Event]:
    reader: Callable[[dict[str, Any]], Event] = request.param
    return reader


def test_the_fields_that_anything_looks_at(read: Callable[[dict[str, Any]], Event]) -> None:
    found = read(event(impersonatedUser={"username": "bob"}))
    assert ("ResponseComplete", "get") == (found.stage, found.verb)
    assert "/api/v1/namespaces/shop/secrets/db" == found.request_uri
    assert (User("alice"), User("bob")) == (found.user, found.impersonated_user)
    assert ("203.0.113.9", "10.0.0.7") == found.source_ips
    assert ObjectRef("secrets", "shop", "db", api_version="v1") == found.object_ref
    assert Annotations("allow", "RBAC: allowed") == found.annotations
    assert "2026-01-31T12:34:56.123456Z" == found.stage_timestamp


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_all_versions_of_the_api_are_events(version: str, read: Callable[[dict[str, Any]], Event]) -> None:
    assert f"audit.k8s.io/{version}" == read(event(apiVersion=f"audit.k8s.io/{version}")).api_version


NULLABLE = ["user", "impersonatedUser", "sourceIPs", "objectRef", "responseStatus", "annotations"]
NULLABLE += ["stageTimestamp", "metadata", "timestamp"]


def test_null_is_as_good_as_none(read: Callable[[dict[str, Any]], Event]) -> None:
    record = {"kind": "Event", "apiVersion": "audit.k8s.io/v1"}
    found = read({**record, **dict.fromkeys(NULLABLE)})
    found.timestamp = msgspec.UNSET
    assert read(record) == found


def test_whether_our_own_keys_are_there_matters_even_where_they_are_null(
    read: Callable[[dict[str, Any]], Event],
) -> None:
    assert (msgspec.UNSET, msgspec.UNSET) == ((found := read(event())).timestamp, found.audit)
    found = read({**event(), "timestamp": None, "audit": None})
    assert (None, None) == (found.timestamp, found.audit)


@given(EVENTS)
def test_a_line_and_a_record_read_the_same(original: dict[str, Any]) -> None:
    assert from_line(orjson.dumps(original)) == from_record(original)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({}, "no kind Event of audit.k8s.io"),
        (event(kind="EventList"), "no kind Event of audit.k8s.io"),
        (event(apiVersion="events.k8s.io/v1"), "no kind Event of audit.k8s.io"),
        (event(user=[]), "not the shape of an audit event: Expected `object | null`, got `array` - at `$.user`"),
        (
            event(user={"username": 7}),
            "not the shape of an audit event: Expected `str`, got `int` - at `$.user.username`",
        ),
        (
            event(responseStatus={"code": "200"}),
            "not the shape of an audit event: Expected `int`, got `str` - at `$.responseStatus.code`",
        ),
    ],
)
def test_why_a_map_is_no_event(record: dict[str, Any], why: str, read: Callable[[dict[str, Any]], Event]) -> None:
    with pytest.raises(NotAnEvent) as caught:
        read(record)
    assert why == str(caught.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not JSON: Input data was truncated"),
        (b"secret text", "not JSON: JSON is malformed: invalid character (byte 0)"),
        (b'{"kind":"secret', "not JSON: Input data was truncated"),
        (b'{"kind":NaN}', "not JSON: JSON is malformed: invalid character (byte 8)"),
        (b'{"kind":"Event"}{}', "not JSON: JSON is malformed: trailing characters (byte 17)"),
        (b'{"x":' + b"[" * 5_000, "JSON nested too deeply"),
        (b'{"kind":"\xff"}', "not UTF-8"),
        (b'"text"', "not the shape of an audit event: Expected `object`, got `str`"),
    ],
)
def test_why_a_line_is_no_event(line: bytes, why: str) -> None:
    """The reason never quotes the line, which may hold anything."""
    with pytest.raises(NotAnEvent) as caught:
        from_line(line)
    assert why == str(caught.value)
