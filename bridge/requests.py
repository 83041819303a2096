"""One framed request to a `Chunk`, and a `Chunk` back to the bytes of a request.

Forward protocol specification v1: what the second element is decides the mode. Only the envelope is read here; the
events stay bytes. An id is echoed byte for byte in the type in which it came, so its bytes are cut out, not encoded anew.
"""

from typing import Any

import msgpack
import orjson

from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.framing import Frame
from bridge.messages import Ack, Body, Chunk, Mode

_ACK = b"\x81\xa3ack"
_NUMBERS = {0xCA, 0xCB, *range(0xCC, 0xD4)}
_JSON_TIMES = (int, float, type(None))  # exactly: true is no time
_EVENT_OF_TWO = b"\x92"


def read(frame: Frame) -> Chunk:
    """Read a MessagePack request; raises RemoteProtocolError naming the element that is wrong."""
    count = len(frame.starts) - 1
    if not 2 <= count <= 4:
        raise RemoteProtocolError(f"expected an array of 2 to 4 elements, got {count}", frame.at)
    tag = _text_of(frame.element(0))
    if tag is None:
        raise RemoteProtocolError("expected a tag, a text, as the first element", frame.at + frame.starts[0])
    mode = _mode(frame.data[frame.starts[1]])
    if mode is None:
        raise RemoteProtocolError("expected entries or a time as the second element", frame.at + frame.starts[1])
    if mode is Mode.MESSAGE and count == 2:
        raise RemoteProtocolError("a time without a record", frame.at + frame.starts[1])
    if mode is not Mode.MESSAGE and count == 4:
        raise RemoteProtocolError("expected an array of 2 or 3 elements in this mode, got 4", frame.at)
    options_at = 3 if mode is Mode.MESSAGE else 2
    options = _options(frame.element(options_at)) if count > options_at else {}
    return Chunk(mode, tag, _body(mode, frame), **_meaning(options))


def read_json(frame: Frame) -> Chunk:
    """Read a request that came as JSON; its events are packed, so that the rest of the bridge knows one form."""
    try:
        request = orjson.loads(frame.data)
    except orjson.JSONDecodeError as error:
        raise RemoteProtocolError(f"a JSON text that cannot be read: {error.msg}", frame.at) from None
    match request:
        case [str(tag), list(entries), *rest] if len(rest) <= 1:
            mode, body, options = Mode.FORWARD, b"".join(msgpack.packb(entry) for entry in entries), rest
        case [str(tag), time, record, *options] if type(time) in _JSON_TIMES and len(options) <= 1:
            mode, body = Mode.MESSAGE, msgpack.packb([time, record])
        case _:
            raise RemoteProtocolError(
                "expected [tag, time, record] or [tag, entries], with options or without", frame.at
            )
    known = options[0] if options and isinstance(options[0], dict) else {}
    chunk_id = known.get("chunk")
    ack = None if chunk_id is None else orjson.dumps({"ack": chunk_id})
    return Chunk(mode, tag, body, ack, None if chunk_id is None else str(chunk_id))


def encode(chunk: Chunk) -> bytes:
    """Return the request of a sender; one that asks for an ack where `chunk_id` is set."""
    options: dict[str, Any] = {} if chunk.chunk_id is None else {"chunk": chunk.chunk_id}
    if chunk.signal:
        options["fluent_signal"] = chunk.signal
    body = bytes(chunk.body)
    if chunk.mode is Mode.PACKED:
        options["compressed"] = chunk.compressed
        return _array(2, options) + _pack(chunk.tag) + _pack(body) + _tail(options)
    if chunk.mode is Mode.MESSAGE:
        if not body.startswith(_EVENT_OF_TWO):
            raise LocalProtocolError("a Message carries one event, an array of two")
        return _array(3, options) + _pack(chunk.tag) + body[1:] + _tail(options)
    header = bytes(msgpack.Packer().pack_array_header(_values(body)))
    return _array(2, options) + _pack(chunk.tag) + header + body + _tail(options)


def encode_ack(ack: Ack) -> bytes:
    """Return the answer to a chunk, as a receiver writes it."""
    return _ACK + _pack(ack.chunk_id)


def read_ack(frame: Frame) -> Ack:
    """Read what should be an ack, as a sender does."""
    chunk_id = _text_of(bytes(frame.data[len(_ACK) :])) if frame.data.startswith(_ACK) else None
    if chunk_id is None:
        raise RemoteProtocolError("expected an ack, a map with the key ack", frame.at)
    return Ack(chunk_id)


def _mode(first: int) -> Mode | None:
    if first & 0xF0 == 0x90 or first in (0xDC, 0xDD):
        return Mode.FORWARD
    if first & 0xE0 == 0xA0 or first in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB):
        return Mode.PACKED
    # Integers, floats, nil and extension values (EventTime is type 0; what another one means, the entry decides).
    if (
        first < 0x80
        or first >= 0xE0
        or first in _NUMBERS
        or first == 0xC0
        or 0xC7 <= first <= 0xC9
        or first in range(0xD4, 0xD9)
    ):
        return Mode.MESSAGE
    return None


def _body(mode: Mode, frame: Frame) -> Body:
    """Return the events back to back: a view, for a body has megabytes."""
    start, end = frame.starts[1], frame.starts[2]
    if mode is Mode.MESSAGE:
        return _EVENT_OF_TWO + frame.data[start : frame.starts[3]]
    first = frame.data[start]
    if mode is Mode.FORWARD:
        start += 1 if first & 0xF0 == 0x90 else 3 if first == 0xDC else 5
    else:
        start += _header(first)
    return memoryview(frame.data).toreadonly()[start:end]


def _header(first: int) -> int:
    """Return how many bytes stand before a text or binary value's own."""
    return 1 if first & 0xE0 == 0xA0 else 1 + {0xC4: 1, 0xD9: 1, 0xC5: 2, 0xDA: 2, 0xC6: 4, 0xDB: 4}[first]


def _text_of(part: bytes) -> str | None:
    """Return a text or binary value as text that keeps its bytes, None for anything else."""
    if not part or _mode(part[0]) is not Mode.PACKED:
        return None
    return part[_header(part[0]) :].decode("utf-8", "surrogateescape")


def _options(part: bytes) -> dict[str, bytes]:
    """Return the options by name, each value still encoded; anything but a map counts as none."""
    unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=len(part))
    unpacker.feed(part)
    options: dict[str, bytes] = {}
    try:
        for _ in range(unpacker.read_map_header()):
            key_at = unpacker.tell()
            unpacker.skip()
            value_at = unpacker.tell()
            unpacker.skip()
            if name := _text_of(part[key_at:value_at]):
                options[name] = part[value_at : unpacker.tell()]
    except ValueError:  # no map at all
        return {}
    return options


def _meaning(options: dict[str, bytes]) -> dict[str, Any]:
    """Return the fields of `Chunk` that options decide; what they do not say in the right type, they do not say."""
    meaning: dict[str, Any] = {}
    if (chunk := options.get("chunk", b"\xc0")) != b"\xc0":
        text = _text_of(chunk)
        meaning |= {"ack": _ACK + chunk, "chunk_id": chunk.hex() if text is None else text}
    if compressed := _text_of(options.get("compressed", b"")):
        meaning["compressed"] = compressed
    signal = options.get("fluent_signal", b"\0")
    if len(signal) == 1 and signal[0] < 0x80:
        meaning["signal"] = signal[0]
    return meaning


def _array(elements: int, options: dict[str, Any]) -> bytes:
    return bytes([0x90 | (elements + bool(options))])


def _pack(value: Any) -> bytes:
    return bytes(msgpack.packb(value, unicode_errors="surrogateescape"))


def _tail(options: dict[str, Any]) -> bytes:
    return _pack(options) if options else b""


def _values(body: bytes) -> int:
    """Count the values that stand back to back."""
    unpacker = msgpack.Unpacker(max_buffer_size=len(body))
    unpacker.feed(body)
    count = 0
    try:
        while True:
            unpacker.skip()
            count += 1
    except msgpack.OutOfData:
        return count
