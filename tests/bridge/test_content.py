"""What is compressed comes out whole, and never larger than the limit; what cannot be read is kept."""

import gzip
import time
from typing import Any

import msgpack
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bridge.content import Damage, decompress
from bridge.entries import Entry, entries
from bridge.messages import Chunk, Mode

LIMIT = 2**20


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


def read(body: bytes, mode: Mode = Mode.PACKED, limit: int = LIMIT) -> list[Entry | Damage]:
    return list(entries(Chunk(mode, "kube.audit.cp-1", body), limit))


def numbered(count: int) -> list[tuple[int, dict[str, int]]]:
    return [(1, {"n": n}) for n in range(count)]


def zstd(data: bytes, *, with_size: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=with_size).compress(data)


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
