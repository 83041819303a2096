"""The fast way takes raw lines and nothing else, and leaves off where something else begins."""

from typing import Any

import msgpack
import pytest

from bridge.entries import Extension
from bridge.raw import AT_ONCE, FED_BYTES, raw_lines

STAMP = msgpack.ExtType(0, bytes(8))


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


def events(count: int, key: str = "message") -> list[Any]:
    return [[STAMP, {key: b"line %d" % number}] for number in range(count)]


def taken(body: bytes) -> tuple[int, bool]:
    """Return how many events were taken, and whether they are all."""
    found = list(raw_lines(body))
    return sum(len(some.lines) for some in found), bool(found) and found[-1].last


@pytest.mark.parametrize("key", ["message", "log"])
@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_raw_lines_are_taken_whole(key: str, count: int) -> None:
    body = packed(*events(count, key))
    found = list(raw_lines(memoryview(body)))
    assert [b"line %d" % number for number in range(count)] == [line for some in found for line in some.lines]
    assert [Extension(0, bytes(8))] * count == [stamp for some in found for stamp, _ in some.events]
    assert (count, True) == taken(body)


def test_a_body_of_many_pieces_is_taken_whole() -> None:
    """The unpacker is fed some of it at a time; events that lie across the pieces are whole."""
    lines = [bytes([number % 251 + 1]) * (3_000 + number) for number in range(4 * FED_BYTES // 3_000)]
    body = packed(*([STAMP, {"message": line}] for line in lines))
    assert lines == [line for some in raw_lines(body) for line in some.lines]
    assert (len(lines), True) == taken(body)
    huge = [STAMP, {"message": b"x" * 3 * FED_BYTES}]
    assert (3, True) == taken(packed(huge, huge, huge))


def test_text_and_binary_are_the_same_bytes() -> None:
    found = list(
        raw_lines(packed([1, {"message": "caf\xe9"}], [2, {"message": b"\xff"}]) + b"\x92\x03\x81\xa7message\xa1\xff")
    )
    assert ["caf\xe9".encode(), b"\xff", b"\xff"] == [line for some in found for line in some.lines]
    assert [1, 2, 3] == [stamp for some in found for stamp, _ in some.events]


@pytest.mark.parametrize(
    "other",
    [
        packed([STAMP, {"message": b"x", "stream": "stdout"}]),
        packed([STAMP, {"message": 5}]),
        packed([STAMP, {"message": ["x"]}]),
        packed([STAMP, {}]),
        packed([STAMP, ["message"]]),
        packed([STAMP, b"message"]),
        packed([STAMP, None]),
        packed([STAMP]),
        packed({"message": b"x", "b": b"y"}),
        packed(b"ab"),
        packed(5),
        b"\xc1",
        b"\x92\x01\x81\x90\x01",
        b"\x91" * 2_000,
    ],
)
def test_it_leaves_off_before_the_first_other(other: bytes) -> None:
    """Those before it that were unpacked together with it are left too: `unpacked` knows where to go on."""
    whole = packed(*events(1 + AT_ONCE))
    assert (1 + AT_ONCE, False) == taken(whole + other)
    assert (1 + AT_ONCE, False) == taken(whole + packed(*events(5)) + other + packed(*events(5)))
    assert (0, False) == taken(other)


def test_an_event_that_is_cut_is_left() -> None:
    body = packed(*events(3))
    each = len(body) // 3
    for cut in range(len(body)):
        assert (cut // each, cut % each == 0) == taken(body[:cut])
