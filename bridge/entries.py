"""The events inside a chunk: decompressed, unpacked, and never more than the limit.

Forward protocol specification v1 and v1.5. Compression is chosen by its magic number, for neither can begin an event.
What is damaged is given as `Damage`, with its bytes, among the events that are not: a resend would be damaged too, so
nothing is gained by refusing the chunk, and nothing may be lost by skipping over it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgpack
import zstandard

from bridge.errors import ContentError
from bridge.messages import Chunk, Mode

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
GROUP_MARKERS = (b"\xff\xff\xff\xff\0\0\0\0", b"\xff\xff\xff\xfe\0\0\0\0")  # Fluent Bit: start and end of a group
MILLISECONDS_ABOVE = 2**32 - 1  # no second that large is meant: fluent-logger-node sends milliseconds
EVENT_TIME = 0
NANOSECONDS = 10**9

_GZIP_STEP = 2**20
_ZSTD_STEP = 2**10  # a block of 128 KiB can stand in 4 bytes, and its decompressor knows no bound of its own


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that hold no event, and why."""

    why: str
    data: bytes


Entry = tuple[Any, Any]
"""(stamp as unpacked, record); see `nanoseconds`."""


def entries(chunk: Chunk, limit: int) -> Iterator[Entry | Damage]:
    """Yield a chunk's events in their order, each once; `limit` bounds the decompressed bytes."""
    if chunk.signal:  # metrics, traces, profiles: no log events inside
        return
    body, damage = decompress(chunk.body, limit) if chunk.mode is Mode.PACKED else (chunk.body, None)
    yield from _unpack(body)
    if damage is not None:
        yield damage


def _unpack(body: bytes) -> Iterator[Entry | Damage]:
    unpacker = _unpacker(body)
    good = 0
    try:
        for value in unpacker:
            if (entry := _entry(value)) is not None:
                yield entry
            good += 1
        unpacker.feed(b"\xc0")  # comes out as nil unless an unfinished event swallows it
        if unpacker.unpack() is None:
            return
    except (ValueError, TypeError, RecursionError, msgpack.OutOfData, ContentError):
        pass  # found again, and named, one by one
    yield from _one_by_one(body, good)


def nanoseconds(stamp: Any) -> int | None:
    """Return a stamp as nanoseconds since 1970, None for the time of arrival (nil, zero, or what is no time)."""
    if isinstance(stamp, list) and stamp:
        stamp = stamp[0]
    if isinstance(stamp, msgpack.ExtType) and stamp.code == EVENT_TIME and len(stamp.data) == 8:
        return int.from_bytes(stamp.data[:4]) * NANOSECONDS + int.from_bytes(stamp.data[4:])
    if isinstance(stamp, msgpack.Timestamp):
        return int(stamp.to_unix_nano())
    if isinstance(stamp, bool) or not isinstance(stamp, int | float) or not 0 < stamp < 2**62:
        return None
    microseconds = stamp * 10**3 if stamp > MILLISECONDS_ABOVE else stamp * 10**6
    return round(microseconds) * 10**3  # a float of today's seconds tells a quarter of a microsecond, not less


def decompress(body: bytes, limit: int) -> tuple[bytes, Damage | None]:
    """Return what every member of gzip or frame of zstd holds, up to what is damaged; plain bytes as they are.

    Beyond `limit` nothing is kept but the compressed bytes, as damage.
    """
    pieces: list[bytes] = []
    readers = {GZIP: _members, ZSTD: _frames}
    read = readers.get(body[:2]) or readers.get(body[:4])
    if read is None:
        return body, None
    try:
        total = 0
        for piece in read(body):
            total += len(piece)
            if total > limit:
                return b"", Damage(f"more than {limit:,} bytes when decompressed (limits.decompressed_bytes)", body)
            pieces.append(piece)
    except ContentError as error:
        return b"".join(pieces), Damage(str(error), body)
    return b"".join(pieces), None


def _members(body: bytes) -> Iterator[bytes]:
    while body:
        member = zlib.decompressobj(31)
        try:
            while not member.eof:
                piece = member.decompress(body, _GZIP_STEP)
                yield piece
                body = member.unused_data if member.eof else member.unconsumed_tail
                if not (member.eof or body or piece):
                    raise ContentError("gzip data that is cut short")
        except zlib.error as error:
            raise ContentError(f"gzip data that cannot be read: {error}") from None


def _frames(body: bytes) -> Iterator[bytes]:
    position = 0
    decompressor = zstandard.ZstdDecompressor()
    while position < len(body):
        frame = decompressor.decompressobj()
        try:
            while not frame.eof:
                if position >= len(body):
                    raise ContentError("zstd data that is cut short")
                yield frame.decompress(body[position : position + _ZSTD_STEP])
                position += _ZSTD_STEP
        except zstandard.ZstdError as error:
            raise ContentError(f"zstd data that cannot be read: {error}") from None
        position = min(position, len(body)) - len(frame.unused_data)


def _unpacker(body: bytes) -> msgpack.Unpacker:
    """Return an unpacker over the whole body: text as text with bad bytes replaced, binary as bytes, any key."""
    unpacker = msgpack.Unpacker(strict_map_key=False, unicode_errors="replace", max_buffer_size=len(body) + 1)
    unpacker.feed(body)
    return unpacker


def _entry(value: Any) -> Entry | None:
    """Return a value of the body as an entry; raises ContentError. None for the markers that Fluent Bit puts around a group."""
    if not isinstance(value, list) or len(value) != 2:
        raise ContentError("an entry that is not [time, record]")
    stamp, record = value
    time = stamp[0] if isinstance(stamp, list) and stamp else stamp
    if isinstance(time, msgpack.ExtType) and time.data in GROUP_MARKERS:
        return None
    return stamp, record


def _one_by_one(body: bytes, seen: int) -> Iterator[Entry | Damage]:
    """Go on behind the first `seen` events where unpacking stopped: each alone, the rest as damage once no end is found."""
    skipper = _unpacker(body)
    start = index = 0
    while start < len(body):
        try:
            skipper.skip()
        except (msgpack.OutOfData, ValueError) as error:
            yield Damage(_reason(error), body[start:])
            return
        index, end = index + 1, skipper.tell()
        if index > seen and (entry := _alone(body[start:end])) is not None:
            yield entry
        start = end


def _alone(data: bytes) -> Entry | Damage | None:
    try:
        return _entry(msgpack.unpackb(data, strict_map_key=False, unicode_errors="replace"))
    except (ValueError, TypeError, RecursionError, ContentError) as error:
        return Damage(_reason(error), data)


def _reason(error: Exception) -> str:
    match error:
        case ContentError():
            return str(error)
        case msgpack.OutOfData():
            return "an event that is cut short"
        case msgpack.StackError():
            return "values nested deeper than 1,024 levels"
        case msgpack.FormatError():
            return "0xc1, a byte that MessagePack never uses"
        case TypeError():
            return "a map key that is itself a list or a map"
    return f"a value that cannot be read ({type(error).__name__})"
