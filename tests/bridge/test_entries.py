"""Every event of a chunk comes out once and in order, whatever stands between them, and what is damaged is kept."""

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.content import Damage
from bridge.entries import Entry, entries, nanoseconds
from bridge.messages import Chunk, Mode
from tests.support.events import PACKABLE

LIMIT = 2**20
START, END = (msgpack.packb([msgpack.ExtType(0, (2**32 - n).to_bytes(4) + bytes(4)), {}]) for n in (1, 2))


def event_time(seconds: int, nanos: int = 0) -> msgpack.ExtType:
    return msgpack.ExtType(0, seconds.to_bytes(4) + nanos.to_bytes(4))


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


def read(body: bytes, mode: Mode = Mode.PACKED, limit: int = LIMIT) -> list[Entry | Damage]:
    return list(entries(Chunk(mode, "kube.audit.cp-1", body), limit))


def numbered(count: int) -> list[tuple[int, dict[str, int]]]:
    return [(1, {"n": n}) for n in range(count)]


# Every form of the wire


STAMPS = {
    "integer": 1_769_862_896,
    "float": 1_769_862_896.5,
    "EventTime": event_time(1_769_862_896, 5),
    "timestamp": msgpack.Timestamp(1_769_862_896, 5),
    "nil": None,
    "with metadata": [event_time(1_769_862_896, 5), {"trace": "x"}],
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_every_mode_and_form_of_time(mode: Mode, stamp: Any) -> None:
    record = {"message": b"raw", "log": "text"}
    assert [(stamp, record)] == read(packed([stamp, record]), mode)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (1_769_862_896, 1_769_862_896_000_000_000),
        (1_769_862_896.5, 1_769_862_896_500_000_000),
        (event_time(1_769_862_896, 123_456_789), 1_769_862_896_123_456_789),
        (event_time(2**32 - 1, 0), (2**32 - 1) * 10**9),
        ([event_time(5, 6), {"meta": 1}], 5_000_000_006),
        ([1_769_862_896, {}], 1_769_862_896_000_000_000),
        (msgpack.Timestamp(5, 6), 5_000_000_006),
        (1_769_862_896_123, 1_769_862_896_123_000_000),  # fluent-logger-node's milliseconds
        (253_402_300_799_999, 253_402_300_799_999_000_000),
        (2**32 - 1, (2**32 - 1) * 10**9),
        (2**32, 2**32 * 10**6),
        (253_402_300_800_000, None),
        (1_769_862_896_123_456_789, None),  # nanoseconds
        (msgpack.Timestamp(2**40, 0), None),
        (msgpack.Timestamp(-1, 0), None),
        (0, None),
        (-1, None),
        (None, None),
        (True, None),
        ("1769862896", None),
        ([], None),
        ({}, None),
        (float("nan"), None),
        (float("inf"), None),
        (msgpack.ExtType(0, b"1234"), None),
        (msgpack.ExtType(1, b"12345678"), None),
    ],
)
def test_a_stamp_in_nanoseconds(stamp: Any, expected: int | None) -> None:
    assert expected == nanoseconds(stamp)


@given(st.integers(1, 2**32 - 2), st.integers(0, 999_999))
def test_a_float_keeps_its_microseconds(seconds: int, microseconds: int) -> None:
    found = nanoseconds(seconds + microseconds / 10**6)
    assert found is not None
    assert abs(found - (seconds * 10**9 + microseconds * 1_000)) <= 1_000


def test_a_stamp_as_ext8_is_an_event_time() -> None:
    """Some clients write the extension with its length, not as fixext8."""
    body = b"\x92\xc7\x08\0" + (1_769_862_896).to_bytes(4) + (5).to_bytes(4) + b"\x80"
    ((stamp, record),) = read(body)  # type: ignore[misc]
    assert (1_769_862_896_000_000_005, {}) == (nanoseconds(stamp), record)


def test_group_markers_are_no_events() -> None:
    """Fluent Bit writes them around the events of a group, with metadata in the stamp or without."""
    with_metadata = packed([[msgpack.ExtType(0, b"\xff\xff\xff\xff\0\0\0\0"), {"schema": "otlp"}], {}])
    assert numbered(2) == read(START + packed([1, {"n": 0}]) + END + with_metadata + packed([1, {"n": 1}]) + END)


def test_other_signals_hold_no_events() -> None:
    assert [] == list(entries(Chunk(Mode.PACKED, "t", b"\xc1 metrics", signal=1), LIMIT))


def test_an_empty_chunk_holds_no_events() -> None:
    assert [] == read(b"")


def test_text_that_is_not_utf_8_is_replaced_and_binary_stays() -> None:
    assert [(1, {"text": "a\ufffd", "binary": b"a\xff", b"key": 1, 5: 2})] == read(
        b"\x92\x01\x84\xa4text\xa2a\xff\xa6binary\xc4\x02a\xff\xc4\x03key\x01\x05\x02"
    )


# Damage among events


GOOD = st.tuples(
    st.none() | st.integers(1, 2**32 - 1) | st.floats(1, 2**31), PACKABLE.filter(lambda value: "nan" not in repr(value))
)
BAD = st.sampled_from(
    [
        (packed(5), "an entry that is not [time, record]"),
        (packed(None), "an entry that is not [time, record]"),
        (packed([]), "an entry that is not [time, record]"),
        (packed([1]), "an entry that is not [time, record]"),
        (packed([1, {}, {}]), "an entry that is not [time, record]"),
        (packed({"message": "x"}), "an entry that is not [time, record]"),
        (b"\x92\x01\x81\x90\x01", "a map key that is itself a list or a map"),
        (b"\x92\x01\x81\x81\x01\x02\x01", "a map key that is itself a list or a map"),
        (b"\x92\x01\xc7\x03\xff\0\0\0", "a value that cannot be read (ValueError)"),
    ]
)


@given(st.lists(GOOD.map(list) | BAD, max_size=8))
def test_every_good_event_comes_out_in_order_and_every_bad_one_as_damage(items: list[Any]) -> None:
    expected: list[Any] = []
    body = b""
    for item in items:
        data = item[0] if isinstance(item, tuple) else packed(item)
        body += data
        expected.append(
            Damage(item[1], data) if isinstance(item, tuple) else tuple(msgpack.unpackb(data, strict_map_key=False))
        )
    assert expected == read(body)


@given(st.lists(GOOD.map(list), min_size=1, max_size=4), st.data())
def test_events_cut_at_any_byte(events: list[Any], data: st.DataObject) -> None:
    """Whole events come out; what is left of the one that was cut is kept, so that nothing is lost."""
    body = packed(*events)
    cut = data.draw(st.integers(0, len(body)))
    found = read(body[:cut])
    whole = [entry for entry in found if not isinstance(entry, Damage)]
    damage = [entry for entry in found if isinstance(entry, Damage)]
    assert [tuple(event) for event in events[: len(whole)]] == whole
    kept = packed(*events[: len(whole)])
    assert ([] if len(kept) == cut else [Damage("an event that is cut short", body[len(kept) : cut])]) == damage


def test_events_cut_at_every_byte() -> None:
    body = packed(*map(list, numbered(3)))
    each = len(body) // 3
    for cut in range(len(body)):
        left = [Damage("an event that is cut short", body[cut // each * each : cut])] if cut % each else []
        assert [*numbered(cut // each), *left] == read(body[:cut])


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (b"\xc1", "0xc1, a byte that MessagePack never uses"),
        (b"\x92\x01\xc1", "0xc1, a byte that MessagePack never uses"),
        (b"\x91" * 2_000, "values nested deeper than 1,024 levels"),
    ],
)
def test_where_no_end_is_found_all_that_follows_is_kept(rest: bytes, why: str) -> None:
    behind = packed([1, {"n": 1}])
    assert [*numbered(1), Damage(why, rest + behind)] == read(packed([1, {"n": 0}]) + rest + behind)


def test_events_come_one_by_one() -> None:
    """A large chunk is never unpacked as a whole."""
    reader = entries(Chunk(Mode.PACKED, "t", packed([1, {"n": 0}]) + b"\xc1"), LIMIT)
    assert (1, {"n": 0}) == next(reader)
