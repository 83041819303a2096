"""The fast way into a chunk of events that an agent has parsed: some at a time, decoded twice.

Once whole, to be written as JSON, and once as the typed view; both in one go for all of them, and with msgspec, which takes half
the time of the unpacker that takes anything. What it does not take, or no ordinary event, goes the careful way, `unpacked`.
"""

from collections.abc import Iterator
from typing import Any

import msgpack
import msgspec

from audit.event import Ordinary
from bridge.messages import Body
from bridge.raw import AT_ONCE

_Stamp = msgspec.msgpack.Ext | int | float | None | list[Any]
_whole = msgspec.msgpack.Decoder(list[tuple[_Stamp, dict[str, Any]]]).decode
_typed = msgspec.msgpack.Decoder(list[tuple[msgspec.Raw, Ordinary]]).decode


def groups(body: Body) -> Iterator[tuple[int, memoryview]]:
    """Cut a body into pieces of some whole events, with their number; what is behind the last whole one is a piece of none."""
    view = memoryview(body)
    skipper = msgpack.Unpacker(max_buffer_size=len(body) + 1)
    skipper.feed(body)
    start = end = count = 0
    try:
        while end < len(body):
            skipper.skip()
            end, count = skipper.tell(), count + 1
            if count == AT_ONCE:
                yield count, view[start:end]
                start, count = end, 0
    except (msgpack.OutOfData, ValueError):  # `unpacked` says why
        pass
    if count:
        yield count, view[start:end]
    if end < len(body):
        yield 0, view[end:]


def ordinary_events(piece: memoryview, count: int) -> tuple[list[Ordinary], list[dict[str, Any]]]:
    """Decode a piece of `groups`; raises what msgspec raises where one of them is no ordinary event."""
    packed = b"".join((b"\xdc", count.to_bytes(2), piece))
    return [event for _, event in _typed(packed)], [record for _, record in _whole(packed)]
