"""One HTTP exchange as values: the request that came, the answer that goes, and how a body is read."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any

import orjson

from bridge.sandbox.limits import BODY_BYTES

PIECE_BYTES = 64 * 1024
# Read to its end, so that the connection stays usable; what is larger gets its answer and a closed connection.
DRAINED_BYTES = 64 * 1024 * 1024
_LINE_BYTES = 8192


class FramingError(Exception):
    """A body whose length cannot be told; nothing more can be read from the connection."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body: at most one byte more than the limit of it is kept, `size` is what came."""

    data: bytes = b""
    size: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are in lower case, `base` is the address that the client used."""

    method: str
    target: str
    headers: Mapping[str, str]
    base: str = "http://sandbox"
    connection: int = 0
    body: Body = field(default_factory=Body)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. Text is UTF-8."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def text(status: int, sentence: str) -> Answer:
    """Answer with a sentence."""
    return Answer(status, sentence.encode())


def json(value: Any, status: int = 200) -> Answer:
    """Answer with JSON."""
    return Answer(status, orjson.dumps(value), "application/json")


def read_body(stream: BufferedIOBase, headers: Mapping[str, str], pause: Callable[[], None]) -> Body:
    """Read a body by Content-Length or in chunks, calling `pause` between pieces; FramingError if it has no clear end.

    EOFError if the peer leaves in the middle.
    """
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
            raise FramingError("Transfer-Encoding: expected chunked, and no Content-Length beside it")
        return _collect(_chunks(stream), pause)
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"\d{1,15}", length, re.ASCII):
        raise FramingError(f"Content-Length: expected a number of bytes, got {length[:40]!r}")
    if int(length) > DRAINED_BYTES:
        raise FramingError(f"a body of {length} bytes is more than this server reads")
    return _collect(_pieces(stream, int(length)), pause)


def _collect(pieces: Iterator[bytes], pause: Callable[[], None]) -> Body:
    kept = bytearray()
    size = chunks = 0
    for piece in pieces:
        if not piece:  # the end of a chunk
            chunks += 1
            continue
        if size:
            pause()
        size += len(piece)
        kept += piece[: BODY_BYTES + 1 - len(kept)]
        if size > DRAINED_BYTES:
            raise FramingError(f"a body of more than {DRAINED_BYTES} bytes is more than this server reads")
    return Body(bytes(kept), size, chunks)


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while size := _chunk_size(stream):
        yield from _pieces(stream, size)
        if _line(stream):
            raise FramingError("a chunk that is longer than it says")
        yield b""
    while _line(stream):  # trailers, which carry nothing for us
        pass


def _chunk_size(stream: BufferedIOBase) -> int:
    line = _line(stream)
    size = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,12}", size):
        raise FramingError(f"a chunk's size: expected hexadecimal digits, got {line[:40]!r}")
    return int(size, 16)


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LINE_BYTES)
    if not line.endswith(b"\n"):
        if len(line) == _LINE_BYTES:
            raise FramingError(f"a line of more than {_LINE_BYTES} bytes in a chunked body")
        raise EOFError
    return line.rstrip(b"\r\n")


def _pieces(stream: BufferedIOBase, size: int) -> Iterator[bytes]:
    while size:
        piece = stream.read(min(size, PIECE_BYTES))
        if not piece:
            raise EOFError
        size -= len(piece)
        yield piece
