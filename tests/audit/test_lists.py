"""An EventList of any version splits into events that stand for themselves."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import NotAnEvent
from audit.event import from_line
from audit.lists import events, is_list
from tests.support.events import EVENTS, event


def listed(*items: Any, version: str = "v1") -> bytes:
    return orjson.dumps({"kind": "EventList", "apiVersion": f"audit.k8s.io/{version}", "metadata": {}, "items": items})


def bare(whole: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it stands in a list."""
    return {key: value for key, value in whole.items() if key not in {"kind", "apiVersion"}}


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_items_take_kind_and_version_from_their_list(version: str) -> None:
    wholes = [event(apiVersion=f"audit.k8s.io/{version}", verb=verb) for verb in ("get", "list")]
    found = events(listed(*map(bare, wholes), version=version))
    assert wholes == [orjson.loads(item) for item in found]


def test_an_items_own_bytes_stay_as_they_are() -> None:
    data = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[ { "level" : "Metadata", "x":1.10 } ,{}]}'
    assert [
        b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","level" : "Metadata", "x":1.10 }',
        b'{"kind":"Event","apiVersion":"audit.k8s.io/v1"}',
    ] == events(data)


def test_an_item_that_says_what_it_is_is_left_alone() -> None:
    assert [orjson.dumps(event())] == events(listed(event(), version="v1beta1"))
    assert [b'{"apiVersion":"audit.k8s.io/v1","kind":"Event"}'] == events(listed({"kind": "Event"}))


@given(st.lists(EVENTS, max_size=3))
def test_every_item_is_an_event(originals: list[dict[str, Any]]) -> None:
    found = events(listed(*map(bare, originals)))
    assert [bare(original) for original in originals] == [bare(orjson.loads(item)) for item in found]
    assert all(from_line(item) for item in found)


def test_what_is_no_event_in_a_list_is_for_its_reader_to_refuse() -> None:
    assert [b"5", b'"x"', b"[]", b'{"kind":5}'] == events(listed(5, "x", [], {"kind": 5}))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"kind":"EventList","apiVersion":"v1"}', "no kind EventList of audit.k8s.io"),
        (b'{"kind":"Event","apiVersion":"audit.k8s.io/v1"}', "no kind EventList of audit.k8s.io"),
        (b'{"kind":"EventList"', "not JSON: Input data was truncated"),
        (
            b'{"kind":"EventList","items":5}',
            "not the shape of an audit event: Expected `array | null`, got `int` - at `$.items`",
        ),
        (b"\xff", "not JSON: JSON is malformed: invalid character (byte 0)"),
        (b'{"items":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "JSON nested too deeply"),
    ],
)
def test_what_is_no_list_says_why(data: bytes, why: str) -> None:
    with pytest.raises(NotAnEvent) as error:
        events(data)
    assert why == str(error.value)


def test_a_quick_look_tells_a_list() -> None:
    assert [True, True, False] == [is_list(data) for data in (listed(), b'{"a":"EventList"}', orjson.dumps(event()))]


def test_a_list_without_items_has_none() -> None:
    assert [] == events(b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":null}')
