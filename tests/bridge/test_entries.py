"""Every event of a chunk comes out once and in order, whatever stands between them, and what is damaged is kept."""

import gzip
import time
from typing import Any

import msgpack
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bridge.entries import Damage, Entry, decompress, entries, nanoseconds
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


def zstd(data: bytes, *, with_size: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=with_size).compress(data)


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


# Compression


@pytest.mark.parametrize("size", [1, 1_000])
@pytest.mark.parametrize("with_size", [True, False])
def test_zstd_of_one_and_of_many_frames(size: int, with_size: bool) -> None:
    body = b"".join(zstd(packed(list(entry)), with_size=with_size) for entry in numbered(size))
    assert numbered(size) == read(body)


@pytest.mark.parametrize("size", [1, 1_000])
def test_gzip_of_one_and_of_many_members(size: int) -> None:
    body = b"".join(gzip.compress(packed(list(entry))) for entry in numbered(size))
    assert numbered(size) == read(body)


def test_members_may_end_inside_an_event() -> None:
    body = packed(*map(list, numbered(100)))
    assert numbered(100) == read(b"".join(gzip.compress(body[at : at + 7]) for at in range(0, len(body), 7)))


def test_a_member_larger_than_one_step_is_whole() -> None:
    record = {"x": bytes(range(256)) * 2_000}
    assert [(1, record)] == read(gzip.compress(packed([1, record]))) == read(zstd(packed([1, record])))


def test_many_members_take_time_that_grows_as_they_do() -> None:
    """No member copies all that stands behind it: twenty thousand small ones are read in about a second."""
    member = gzip.compress(packed([1, {"message": bytes(range(256)) * 3}]))
    begun = time.process_time()
    assert 20_000 == len(read(member * 20_000, limit=2**26))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("compressed", ["gzip", "zstd", "text", "nonsense", ""])
def test_the_magic_number_counts_not_the_option(compressed: str) -> None:
    for body in (gzip.compress(packed([1, {"n": 0}])), zstd(packed([1, {"n": 0}])), packed([1, {"n": 0}])):
        assert numbered(1) == list(entries(Chunk(Mode.PACKED, "t", body, compressed=compressed), LIMIT))


@pytest.mark.parametrize("mode", [Mode.MESSAGE, Mode.FORWARD])
def test_only_a_packed_body_may_be_compressed(mode: Mode) -> None:
    body = gzip.compress(packed([1, {}]))
    assert all(isinstance(entry, Damage) for entry in read(body, mode))


@pytest.mark.parametrize(
    ("junk", "why"),
    [
        (b"junk", "gzip data that cannot be read: Error -3 while decompressing data: incorrect header check"),
        (b"\x1f", "gzip data that is cut short"),
        (b"\x1f\x8b\x08", "gzip data that is cut short"),
    ],
)
def test_junk_behind_gzip_is_damage_and_what_came_before_is_not_lost(junk: bytes, why: str) -> None:
    body = gzip.compress(packed([1, {"n": 0}])) + junk
    assert [*numbered(1), Damage(why, body)] == read(body)


def test_junk_behind_zstd_is_damage_and_what_came_before_is_not_lost() -> None:
    body = zstd(packed([1, {"n": 0}])) + b"junk"
    assert [
        *numbered(1),
        Damage("zstd data that cannot be read: zstd decompressor error: Unknown frame descriptor", body),
    ] == read(body)


@pytest.mark.parametrize(
    "compress", [gzip.compress, zstd, lambda data: zstd(data, with_size=False)], ids=["gzip", "zstd", "streamed"]
)
def test_compressed_data_cut_at_every_byte(compress: Any) -> None:
    """What was read before the cut comes out, and the rest is one piece of damage that names the cut."""
    members = [compress(packed(list(entry))) for entry in numbered(4)]
    body = b"".join(members)
    ends = [sum(map(len, members[:count])) for count in range(5)]
    for cut in range(4 if compress is not gzip.compress else 2, len(body)):
        whole = sum(end <= cut for end in ends[1:])
        found = read(body[:cut])
        assert numbered(whole) == found[:whole]
        if cut in ends:
            assert len(found) == whole
        else:
            damage = found[-1]
            assert isinstance(damage, Damage)
            assert (True, body[:cut]) == (damage.why.endswith("data that is cut short"), damage.data)


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(bytes(2**24)),
        gzip.compress(bytes(2**16)) * 300,
        zstd(bytes(2**24)),
        zstd(bytes(2**24), with_size=False),
        zstd(bytes(2**10)) * 1_025,
    ],
    ids=["gzip", "gzip members", "zstd", "zstd streamed", "zstd frames"],
)
def test_a_bomb_is_damage_and_never_unfolds(bomb: bytes) -> None:
    found = decompress(bomb, LIMIT)
    assert (b"", Damage("more than 1,048,576 bytes when decompressed (limits.decompressed_bytes)", bomb)) == found


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_exactly_the_limit_is_allowed(compress: Any) -> None:
    assert (bytes(LIMIT), None) == decompress(compress(bytes(LIMIT)), LIMIT)
    assert decompress(compress(bytes(LIMIT + 1)), LIMIT)[1] is not None


@given(
    st.binary(max_size=80),
    st.sampled_from([b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd\x24", b""]),
)
def test_no_bytes_raise(noise: bytes, magic: bytes) -> None:
    list(read(magic + noise))


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


def test_checksums_are_checked() -> None:
    body = bytearray(gzip.compress(packed([1, {"n": 0}])))
    body[-5] ^= 1
    damage = read(bytes(body))[-1]
    assert (
        Damage("gzip data that cannot be read: Error -3 while decompressing data: incorrect data check", bytes(body))
        == damage
    )


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_body_that_is_not_what_its_option_says_is_damage_as_a_whole(kind: str) -> None:
    """A faulty compressor wrote it; taken for events it would come out in shreds."""
    body = b"\x07" + bytes(range(200))
    chunk = Chunk(Mode.PACKED, "t", body, compressed=kind)
    assert [Damage(f"no {kind} data, though the option says so", body)] == list(entries(chunk, 10_000))


@pytest.mark.parametrize("kind", ["gzip", "zstd", "text", "lz4"])
def test_a_plain_body_is_plain_whatever_its_option_says(kind: str) -> None:
    body = msgpack.packb([1, {"a": 1}])
    assert [(1, {"a": 1})] == list(entries(Chunk(Mode.PACKED, "t", body, compressed=kind), 10_000))
    assert [] == list(entries(Chunk(Mode.PACKED, "t", b"", compressed=kind), 10_000))
