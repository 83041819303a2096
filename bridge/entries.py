"""The events inside a chunk, whatever they are.

What is damaged is given as `Damage`, with its bytes, among the events that are not: a resend would be damaged too, so
nothing is gained by refusing the chunk, and nothing may be lost by skipping over it.
"""

from collections.abc import Iterator
from typing import Any

import msgpack
import msgspec

from bridge.content import Damage, content
from bridge.errors import ContentError
from bridge.messages import Body, Chunk

GROUP_MARKERS = (b"\xff\xff\xff\xff\0\0\0\0", b"\xff\xff\xff\xfe\0\0\0\0")  # Fluent Bit: start and end of a group
MILLISECONDS_ABOVE = 2**32 - 1  # no second that large is meant: fluent-logger-node sends milliseconds
LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999; what counts in microseconds or nanoseconds is above it
EVENT_TIME = 0
NANOSECONDS = 10**9

Entry = tuple[Any, Any]
"""(stamp as unpacked, record); see `nanoseconds`."""


def entries(chunk: Chunk, limit: int) -> Iterator[Entry | Damage]:
    """Yield a chunk's events in their order, each once; `limit` bounds the decompressed bytes."""
    body, damage = content(chunk, limit)
    yield from unpacked(body)
    if damage is not None:
        yield damage


def unpacked(body: Body, seen: int = 0) -> Iterator[Entry | Damage]:
    """Yield the events of a body in their order, each once, without the first `seen`."""
    unpacker = _unpacker(body)
    good = 0
    try:
        while good < seen:
            unpacker.skip()
            good += 1
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
    if isinstance(stamp, tuple | Extension):
        code, data = stamp if isinstance(stamp, tuple) else (stamp.code, stamp.data)
        known = code == EVENT_TIME and len(data) == 8
        return int.from_bytes(data[:4]) * NANOSECONDS + int.from_bytes(data[4:]) if known else None
    if isinstance(stamp, msgpack.Timestamp):
        exact: int = stamp.to_unix_nano()
        return exact if 0 < exact <= LAST_MILLISECOND * 10**6 else None
    if isinstance(stamp, bool) or not isinstance(stamp, int | float) or not 0 < stamp <= LAST_MILLISECOND:
        return None
    microseconds = stamp * 10**3 if stamp > MILLISECONDS_ABOVE else stamp * 10**6
    return round(microseconds) * 10**3  # a float of today's seconds tells a quarter of a microsecond, not less


def _unpacker(body: Body) -> msgpack.Unpacker:
    """Return an unpacker over the whole body: text as text with bad bytes replaced, binary as bytes, any key."""
    size = len(body) + 1
    unpacker = msgpack.Unpacker(
        strict_map_key=False, unicode_errors="replace", ext_hook=extension, max_buffer_size=size
    )
    unpacker.feed(body)
    return unpacker


def extension(*pair: Any) -> tuple[int, bytes]:
    """Return an extension value as (code, data)."""
    return pair


class Extension(msgspec.Struct, gc=False):
    """The same where nobody else sees it: made in half the time, for every raw line has one."""

    code: int
    data: bytes


def _entry(value: Any) -> Entry | None:
    """Return a value of the body as an entry; raises ContentError. None for the markers that Fluent Bit puts around a group."""
    if not isinstance(value, list) or len(value) != 2:
        raise ContentError("an entry that is not [time, record]")
    stamp, record = value
    time = stamp[0] if isinstance(stamp, list) and stamp else stamp
    if type(time) is tuple and time[1] in GROUP_MARKERS:
        return None
    return stamp, record


def _one_by_one(body: Body, seen: int) -> Iterator[Entry | Damage]:
    """Go on behind the first `seen` events where unpacking stopped: each alone, the rest as damage once no end is found."""
    skipper = _unpacker(body)
    start = index = 0
    while start < len(body):
        try:
            skipper.skip()
        except (msgpack.OutOfData, ValueError) as error:
            yield Damage(_reason(error), bytes(body[start:]))
            return
        index, end = index + 1, skipper.tell()
        if index > seen and (entry := _alone(bytes(body[start:end]))) is not None:
            yield entry
        start = end


def _alone(data: bytes) -> Entry | Damage | None:
    try:
        return _entry(msgpack.unpackb(data, strict_map_key=False, unicode_errors="replace", ext_hook=extension))
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
