"""The fast way into a chunk of events that an agent has parsed: some at a time, each as the bytes that it came in.

Those that came before need no more than that. The others are decoded whole, in one go for all of them and with msgspec, which takes
half the time of the unpacker that takes anything, and written as the lines that they once were. What it does not
take goes the careful way, `unpacked`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgpack
import msgspec
import orjson

from bridge.messages import Body
from bridge.raw import AT_ONCE

_Stamp = msgspec.msgpack.Ext | int | float | None | list[Any]
_whole = msgspec.msgpack.Decoder(list[tuple[_Stamp, dict[str, Any]]]).decode
_EVENT_TIME = b"\xd7\x00"
_TIMED, _DESCRIBED = b"\x92" + _EVENT_TIME, b"\x92\x92" + _EVENT_TIME  # [time, ...], [[time, {...}], ...]
_TIMED_LENGTH, _DESCRIBED_LENGTH = len(_TIMED) + 8, len(_DESCRIBED) + 8 + len(b"\x80")


class Piece(NamedTuple):
    """Some whole entries; or what is behind the last of them, which holds none."""

    entries: list[bytes]
    rest: bytes = b""


def pieces(body: Body) -> Iterator[Piece]:
    """Cut a body into its entries."""
    data = bytes(body)
    skipper = msgpack.Unpacker(max_buffer_size=len(data) + 1)
    skipper.feed(data)
    skip, tell = skipper.skip, skipper.tell
    entries: list[bytes] = []
    end = 0
    try:
        while end < len(data):
            skip()
            start, end = end, tell()
            entries.append(data[start:end])
            if len(entries) == AT_ONCE:
                yield Piece(entries)
                entries = []
    except (msgpack.OutOfData, ValueError):  # `unpacked` says why
        pass
    if entries:
        yield Piece(entries)
    if end < len(data):
        yield Piece([], data[end:])


def records(entries: Sequence[bytes]) -> list[bytes]:
    """Return what is behind the time of each entry, where the first has Fluentd's or Fluent Bit's; the entries otherwise.

    They are only compared, so it does not matter where another entry is cut.
    """
    first = entries[0]
    start = 0
    if first.startswith(_TIMED):
        start = _TIMED_LENGTH
    elif first.startswith(_DESCRIBED):
        start = _DESCRIBED_LENGTH
    return [entry[start:] for entry in entries]


def lines(entries: Sequence[bytes]) -> list[bytes]:
    """Return entries as lines of a log; raises what msgspec and orjson raise where one of them is no map that JSON can hold."""
    packed = b"".join((b"\xdc", len(entries).to_bytes(2), *entries))
    return [orjson.dumps(record, option=orjson.OPT_PASSTHROUGH_DATETIME) for _, record in _whole(packed)]
