"""Too large an event: what goes first, that it says so, and that the result always fits."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.shape import OURS, base64_text, fit
from tests.support.events import JSON, TEXT, event

LIMIT = 9_999  # what the smallest `event_bytes` leaves
ADDED = {"timestamp": "2026-01-31T12:34:56.123456Z", "audit": {"cluster": "prod-eu", "actor": "alice"}}


def fitted(record: dict[str, Any], limit: int = LIMIT) -> dict[str, Any]:
    data = fit(orjson.dumps({**record, **ADDED}), limit)
    assert len(data) <= limit
    found: dict[str, Any] = orjson.loads(data)
    return found


def audit(truncated: str) -> dict[str, str]:
    return {"cluster": "prod-eu", "actor": "alice", "truncated": truncated}


LARGE = {"data": "x" * LIMIT}


@pytest.mark.parametrize(
    ("bodies", "kept", "truncated"),
    [
        ({"responseObject": LARGE}, {}, "responseObject"),
        ({"requestObject": LARGE}, {}, "requestObject"),
        ({"requestObject": LARGE, "responseObject": LARGE}, {}, "responseObject, requestObject"),
        ({"requestObject": {"a": 1}, "responseObject": LARGE}, {"requestObject": {"a": 1}}, "responseObject"),
        ({"requestObject": LARGE, "responseObject": {"a": 1}}, {}, "responseObject, requestObject"),
    ],
)
def test_bodies_go_first_and_the_answers_before_the_requests(
    bodies: dict[str, Any], kept: dict[str, Any], truncated: str
) -> None:
    assert {**event(), **kept, **ADDED, "audit": audit(truncated)} == fitted(event(**bodies))


@pytest.mark.parametrize("character", ["x", "é", "𝄞", '"', "\0"])
def test_of_a_body_that_is_one_text_the_beginning_is_kept(character: str) -> None:
    """The answer gives way before the request does."""
    text = character * LIMIT
    found = fitted(event(requestObject="small", responseObject=text))
    kept = found["responseObject"]
    assert text.startswith(kept)
    assert 5_000 < len(orjson.dumps(kept))
    assert {**event(), "requestObject": "small", "responseObject": kept, **ADDED} == {**found, "audit": ADDED["audit"]}
    assert audit(f"responseObject over {len(kept):,}") == found["audit"]


def test_of_a_body_that_is_a_list_the_first_entries_are_kept() -> None:
    entries = [f"a[].b={number}" for number in range(1_000)]
    found = fitted(event(requestObject=entries, responseObject=["x" * LIMIT]))
    kept = found["requestObject"]
    assert entries[: len(kept)] == kept
    assert 300 < len(kept)
    assert audit(f"responseObject, requestObject over {len(kept)}") == found["audit"]


@pytest.mark.parametrize(
    ("size", "limit", "length"),
    [(150_000, 120_000, 100_000), (50_000, 20_000, 10_000), (LIMIT, LIMIT, 1_000)],
)
def test_texts_are_cut_no_further_than_needed(size: int, limit: int, length: int) -> None:
    found = fitted({"userAgent": "x" * size}, limit)
    assert f"{'x' * length}... ({size:,} characters)" == found["userAgent"]
    assert audit(f"texts and lists over {length:,}") == found["audit"]


def test_texts_are_cut_at_every_level_and_in_keys() -> None:
    found = fitted({"a": [{"k" * LIMIT: ["v" * LIMIT]}]})
    assert [{"k" * 1_000 + "... (9,999 characters)": ["v" * 1_000 + "... (9,999 characters)"]}] == found["a"]


def test_lists_and_maps_are_cut_too() -> None:
    found = fitted({"a": list(range(5_000)), "b": {str(number): number for number in range(1_500)}})
    assert (list(range(200)), 200) == (found["a"], len(found["b"]))
    assert audit("texts and lists over 200") == found["audit"]


def test_the_largest_fields_go_last_and_what_is_ours_never() -> None:
    found = fitted({"large": [["x" * 50] * 50] * 50, "small": 1, "larger": [["x" * 50] * 50] * 51, **event()})
    assert {**event(), "small": 1, **ADDED, "audit": audit("texts and lists over 50, the largest fields")} == found


def test_of_many_fields_as_many_stay_as_fit() -> None:
    data = fit(orjson.dumps({**{f"k{number:05}": number % 10 for number in range(50_000)}, **ADDED}), LIMIT)
    assert LIMIT - 100 <= len(data) <= LIMIT
    assert OURS == tuple(orjson.loads(data))[-2:]


@pytest.mark.parametrize("character", ["é", "漢", "𝄞", "\0", '"'])
def test_bytes_are_counted_not_characters(character: str) -> None:
    """No character is cut in two, and one that JSON escapes weighs what its escape weighs."""
    found = fitted({"text": character * LIMIT})
    assert {character} == set(found["text"].removesuffix("... (9,999 characters)"))
    assert found["audit"]["truncated"].startswith("texts and lists over ")


BULK = st.integers(0, 3).flatmap(lambda power: st.sampled_from(["x", "\0", "𝄞"]).map(lambda text: text * 20**power * 2))
RECORDS = st.dictionaries(
    st.sampled_from(["responseObject", "requestObject", "userAgent", "user"]) | TEXT,
    JSON | BULK | st.lists(BULK, max_size=9) | st.dictionaries(BULK, BULK, max_size=3),
    max_size=6,
)


@settings(max_examples=60)
@given(RECORDS, BULK, st.sampled_from([LIMIT, 50_000]))
def test_whatever_comes_fits_and_keeps_what_is_ours(record: dict[str, Any], name: str, limit: int) -> None:
    ours: dict[str, Any] = {
        "timestamp": ADDED["timestamp"],
        "audit": dict.fromkeys(["actor", "target", "reason", "node", "cluster"], name),
    }
    data = fit(orjson.dumps({**record, **ours}), limit)
    assert len(data) <= limit
    found = orjson.loads(data)
    assert ADDED["timestamp"] == found["timestamp"]
    assert {*ours["audit"], "truncated"} == found["audit"].keys()


@given(st.binary(max_size=8_000))
def test_bytes_become_base64_that_leaves_room(data: bytes) -> None:
    text, truncated = base64_text(data, LIMIT)
    assert len(text) <= LIMIT - 2_000
    assert data[:5_997] == base64.b64decode(text)
    assert (f"the first 5,997 of {len(data):,} bytes" if len(data) > 5_997 else "") == truncated
