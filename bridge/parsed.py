"""The fast way into a chunk of events that an agent has parsed: some at a time, each as the bytes that it came in.

Those that came before need no more than that. The others are decoded whole, in one go for all of them and with msgspec, which takes
half the time of the unpacker that takes anything, and written as the lines that they once were. What it does not
take goes the careful way, `unpacked`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
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
    """Some whole entries of a body: the first begins at the first place, and each ends at the next one; and what is behind the last of all."""

    body: bytes
    places: list[int]
    rest: bytes = b""

    def entry(self, number: int) -> bytes:
        """Return one entry."""
        return self.body[self.places[number] : self.places[number + 1]]

    def records(self) -> list[bytes]:
        """Return what is behind the time of each entry, where the first has Fluentd's or Fluent Bit's; whole entries otherwise.

        They are only compared, so it does not matter where another entry is cut.
        """
        body, places = self.body, self.places
        first = 0
        if body.startswith(_TIMED, places[0]):
            first = _TIMED_LENGTH
        elif body.startswith(_DESCRIBED, places[0]):
            first = _DESCRIBED_LENGTH
        return [body[start + first : end] for start, end in pairwise(places)]


def pieces(body: Body) -> Iterator[Piece]:
    """Cut a body into its entries, and what is behind them: no entry, or no whole one."""
    data = bytes(body)
    skipper = msgpack.Unpacker(max_buffer_size=len(data) + 1)
    skipper.feed(data)
    skip, tell = skipper.skip, skipper.tell
    places = [0]
    end = 0
    try:
        while end < len(data):
            skip()
            end = tell()
            places.append(end)
            if len(places) > AT_ONCE:
                yield Piece(data, places)
                places = [end]
    except (msgpack.OutOfData, ValueError):  # `unpacked` says why
        pass
    yield Piece(data, places, data[end:])


def lines(entries: Sequence[bytes]) -> list[bytes]:
    """Return entries as lines of a log; raises what msgspec and orjson raise where one of them is no map that JSON can hold."""
    packed = b"".join((b"\xdc", len(entries).to_bytes(2), *entries))
    return [orjson.dumps(record, option=orjson.OPT_PASSTHROUGH_DATETIME) for _, record in _whole(packed)]
