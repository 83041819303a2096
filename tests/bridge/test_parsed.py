"""A body is cut into its entries, and they are written as the lines that they were."""

from itertools import accumulate
from typing import Any

import msgpack
import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.parsed import Piece, lines, pieces
from bridge.raw import AT_ONCE
from tests.support.events import PACKABLE, event

STAMP = msgpack.ExtType(0, bytes(8))


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


def cut(body: bytes) -> tuple[list[list[bytes]], bytes]:
    """Return the entries of each piece that has some, and the rest."""
    found = [([piece.entry(number) for number in range(len(piece.places) - 1)], piece.rest) for piece in pieces(body)]
    return [entries for entries, _ in found if entries], b"".join(rest for _, rest in found)


def records(*values: Any) -> list[bytes]:
    """Return the records of a piece of these entries, which is not at the beginning of its body."""
    ends = accumulate((len(packed(value)) for value in values), initial=3)
    return Piece(b"abc" + packed(*values), list(ends)).records()


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_pieces_are_whole_and_all(count: int) -> None:
    entries = [packed([1, {"n": number}]) for number in range(count)]
    found, rest = cut(b"".join(entries))
    assert (entries, b"") == ([entry for some in found for entry in some], rest)
    assert all(len(some) <= AT_ONCE for some in found)


@given(st.lists(PACKABLE, max_size=4), st.binary(max_size=6) | st.just(b"\x91" * 2_000))
def test_nothing_of_any_body_is_left_out(values: list[Any], rest: bytes) -> None:
    body = packed(*([1, value] for value in values)) + rest
    found, behind = cut(body)
    assert body == b"".join(entry for some in found for entry in some) + behind


@pytest.mark.parametrize("length", range(1, 12))
def test_an_event_that_is_cut_is_no_entry(length: int) -> None:
    whole = packed([1, {"n": 1}])
    rest = packed([1, {"message": "more"}])[:length]
    assert ([[whole]], rest) == cut(whole + rest)


@pytest.mark.parametrize("stamp", [STAMP, 5, 5.5, None, [STAMP, {"meta": 1}], [STAMP, {}]])
def test_events_are_lines_of_a_log_again(stamp: Any) -> None:
    record = event(auditID="a")
    assert [orjson.dumps(record)] * 2 == lines([packed([stamp, record])] * 2)


@pytest.mark.parametrize("stamp", [STAMP, [STAMP, {}]])
def test_what_is_behind_the_time_is_the_record(stamp: Any) -> None:
    events = [event(verb=verb) for verb in ("get", "list")]
    assert [msgpack.packb(one) for one in events] == records(*([stamp, one] for one in events))


@pytest.mark.parametrize("stamp", [5, None, [STAMP, {"meta": 1}], [5, {}]])
def test_behind_another_time_it_is_something_else(stamp: Any) -> None:
    assert msgpack.packb(event()) not in records([stamp, event()])


NUMBERED: dict[Any, Any] = {**event(), 5: 1}


@pytest.mark.parametrize("other", [NUMBERED, {"x": b"bytes"}, {"x": msgpack.Timestamp(1)}, [], None])
def test_what_is_no_line_is_refused(other: Any) -> None:
    with pytest.raises((msgspec.ValidationError, TypeError)):
        lines([packed([STAMP, event()]), packed([STAMP, other])])
