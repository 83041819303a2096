"""The events inside a chunk: decompressed, unpacked, and never more than the limit.

Forward protocol specification v1 and v1.5. Compression is chosen by its magic number, for neither can begin an event.
What is damaged is given as `Damage`, with its bytes, among the events that are not: a resend would be damaged too, so
nothing is gained by refusing the chunk, and nothing may be lost by skipping over it.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgpack
import zstandard

from bridge.errors import ContentError
from bridge.messages import Chunk, Mode

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
COMPRESSIONS = ("gzip", "zstd")
ENTRY_BEGINNINGS = (b"", b"\x92", b"\xdc", b"\xdd")  # of a body that is plain whatever the option says: an array of two
GROUP_MARKERS = (b"\xff\xff\xff\xff\0\0\0\0", b"\xff\xff\xff\xfe\0\0\0\0")  # Fluent Bit: start and end of a group
MILLISECONDS_ABOVE = 2**32 - 1  # no second that large is meant: fluent-logger-node sends milliseconds
LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999; what counts in microseconds or nanoseconds is above it
EVENT_TIME = 0
NANOSECONDS = 10**9

# Compressed bytes given to a decompressor at once. Small, for what is left behind the end of a member is copied, and for
# neither is told how much it may return: 4 KiB of gzip hold up to 4 MiB, and 4 bytes of zstd a block of 128 KiB.
_GZIP_STEP = 2**12
_ZSTD_STEP = 2**10


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
    if body is chunk.body and chunk.compressed in COMPRESSIONS and body[:1] not in ENTRY_BEGINNINGS:
        body, damage = b"", Damage(f"no {chunk.compressed} data, though the option says so", body)
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
    """Return a stamp as nanoseconds since 1970, None for the time of arrival (nil, zero, or what is no time we know)."""
    if isinstance(stamp, list) and stamp:
        stamp = stamp[0]
    if isinstance(stamp, tuple):
        code, data = stamp
        known = code == EVENT_TIME and len(data) == 8
        return int.from_bytes(data[:4]) * NANOSECONDS + int.from_bytes(data[4:]) if known else None
    if isinstance(stamp, msgpack.Timestamp):
        exact: int = stamp.to_unix_nano()
        return exact if 0 < exact <= LAST_MILLISECOND * 10**6 else None
    if isinstance(stamp, bool) or not isinstance(stamp, int | float) or not 0 < stamp <= LAST_MILLISECOND:
        return None
    microseconds = stamp * 10**3 if stamp > MILLISECONDS_ABOVE else stamp * 10**6
    return round(microseconds) * 10**3  # a float of today's seconds tells a quarter of a microsecond, not less


def decompress(body: bytes, limit: int) -> tuple[bytes, Damage | None]:
    """Return what every member of gzip or frame of zstd holds, up to what is damaged; plain bytes as they are.

    Beyond `limit` nothing is kept but the compressed bytes, as damage.
    """
    pieces: list[bytes] = []
    if body.startswith(GZIP):
        read = _decompressed(body, "gzip", lambda: zlib.decompressobj(31), _GZIP_STEP)
    elif body.startswith(ZSTD):
        read = _decompressed(body, "zstd", zstandard.ZstdDecompressor().decompressobj, _ZSTD_STEP)
    else:
        return body, None
    try:
        total = 0
        for piece in read:
            total += len(piece)
            if total > limit:
                return b"", Damage(f"more than {limit:,} bytes when decompressed (limits.decompressed_bytes)", body)
            pieces.append(piece)
    except ContentError as error:
        return b"".join(pieces), Damage(str(error), body)
    return b"".join(pieces), None


def _decompressed(body: bytes, kind: str, begin: Callable[[], Any], step: int) -> Iterator[bytes]:
    """Yield what every member or frame holds, in pieces; raises ContentError where it cannot be read further."""
    position = 0
    while position < len(body):
        member = begin()
        try:
            while not member.eof:
                if position >= len(body):
                    raise ContentError(f"{kind} data that is cut short")
                yield member.decompress(body[position : position + step])
                position += step
        except (zlib.error, zstandard.ZstdError) as error:
            raise ContentError(f"{kind} data that cannot be read: {error}") from None
        position = min(position, len(body)) - len(member.unused_data)


def _unpacker(body: bytes) -> msgpack.Unpacker:
    """Return an unpacker over the whole body: text as text with bad bytes replaced, binary as bytes, any key."""
    size = len(body) + 1
    unpacker = msgpack.Unpacker(
        strict_map_key=False, unicode_errors="replace", ext_hook=_extension, max_buffer_size=size
    )
    unpacker.feed(body)
    return unpacker


def _extension(*pair: Any) -> tuple[int, bytes]:
    """Return an extension value as (code, data): a class of its own for every stamp would cost as much as the stamp's event."""
    return pair


def _entry(value: Any) -> Entry | None:
    """Return a value of the body as an entry; raises ContentError. None for the markers that Fluent Bit puts around a group."""
    if not isinstance(value, list) or len(value) != 2:
        raise ContentError("an entry that is not [time, record]")
    stamp, record = value
    time = stamp[0] if isinstance(stamp, list) and stamp else stamp
    if type(time) is tuple and time[1] in GROUP_MARKERS:
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
        return _entry(msgpack.unpackb(data, strict_map_key=False, unicode_errors="replace", ext_hook=_extension))
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
