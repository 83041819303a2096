"""The fast way into a chunk: events that are a raw line each, and nothing else.

Nearly all events come so, and what one client sends looks alike, so nothing here is done for one event at a time, and no text
is decoded: a line is bytes, whether it came as text or as binary.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import msgpack

from bridge.entries import Extension
from bridge.messages import Body

MESSAGE, LOG = b"message", b"log"  # Fluentd's and Docker's name for the line
FED_BYTES = 2**18  # of a body that the unpacker has at once, for it copies them
AT_ONCE = 64  # events that are unpacked, and lines that are judged, together: what a processor's cache holds


class RawLines(NamedTuple):
    """Some events as unpacked, [stamp, record] each, and their lines. `last` says that nothing comes after them."""

    events: list[Any]
    lines: list[bytes]
    last: bool = False


def raw_lines(body: Body) -> Iterator[RawLines]:
    """Yield events from the first on, and end before the first that is not a raw line alone; `unpacked` goes on there."""
    count = 1  # one tells nearly always what all are, and another kind is not unpacked in vain
    unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, ext_hook=Extension, max_buffer_size=len(body) + 1)
    view = memoryview(body)
    try:
        for start in range(0, len(body), FED_BYTES):
            unpacker.feed(view[start : start + FED_BYTES])
            while values := list(islice(unpacker, count)):
                yield RawLines(values, _lines(values))
                count = AT_ONCE
        unpacker.feed(b"\xc0")  # comes out as nil unless an unfinished event swallows it
        if unpacker.unpack() is None:
            yield RawLines([], [], last=True)
    except (ValueError, TypeError, KeyError, RecursionError, msgpack.OutOfData):
        return  # another kind of event, or damage: `unpacked` tells which


def _lines(values: list[Any]) -> list[bytes]:
    """Return the line of each event; raises what taking anything else apart in this way raises."""
    records = [record for _, record in values]
    key = MESSAGE if MESSAGE in records[0] else LOG
    lines = [record[key] for record in records]
    if sum(map(len, records)) != len(records) or set(map(type, lines)) != {bytes}:
        raise TypeError("more than a line")
    return lines
