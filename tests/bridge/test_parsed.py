"""A body is cut into pieces of whole events, and ordinary ones are decoded whole and as the typed view."""

from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.entries import unpacked
from bridge.parsed import groups, ordinary_events
from bridge.raw import AT_ONCE
from tests.support.events import PACKABLE, event

STAMP = msgpack.ExtType(0, bytes(8))


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_pieces_are_whole_and_all(count: int) -> None:
    body = packed(*([1, {"n": number}] for number in range(count)))
    pieces = list(groups(body))
    assert (count, body) == (sum(number for number, _ in pieces), b"".join(piece for _, piece in pieces))
    assert all(number == len(list(unpacked(piece))) for number, piece in pieces)


@given(st.lists(PACKABLE, max_size=4), st.binary(max_size=6) | st.just(b"\x91" * 2_000))
def test_nothing_of_any_body_is_left_out(values: list[Any], rest: bytes) -> None:
    body = packed(*([1, value] for value in values)) + rest
    assert body == b"".join(piece for _, piece in groups(body))


@pytest.mark.parametrize("cut", range(1, 12))
def test_an_event_that_is_cut_is_a_piece_of_none(cut: int) -> None:
    whole = packed([1, {"n": 1}])
    body = whole + packed([1, {"message": "more"}])[:cut]
    assert [(1, whole), (0, body[len(whole) :])] == [(count, bytes(piece)) for count, piece in groups(body)]


@pytest.mark.parametrize("stamp", [STAMP, 5, 5.5, None, [STAMP, {"meta": 1}]])
def test_ordinary_events_come_whole_and_typed(stamp: Any) -> None:
    record = event(auditID="a")
    events, records = ordinary_events(memoryview(packed([stamp, record])), 1)
    assert ([record], [record["verb"]]) == (records, [one.verb for one in events])


NUMBERED: dict[Any, Any] = {**event(), 5: 1}


@pytest.mark.parametrize(
    "other",
    [
        {**event(), "audit": {}},
        {**event(), "kind": "Pod"},
        NUMBERED,
        {key: value for key, value in event().items() if key != "stageTimestamp"},
        {"message": b"x"},
        [],
        None,
    ],
)
def test_one_that_is_no_ordinary_event_is_refused(other: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        ordinary_events(memoryview(packed([STAMP, event()], [STAMP, other])), 2)
