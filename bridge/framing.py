"""Where one request ends and the next begins: bytes in, whole requests out.

Rules of this file: a request is an array whose elements are found one after the other, never decoded. Text and binary
elements (the tag, a packed body of megabytes) are jumped over by their length; everything else is skipped by msgpack's C
code, which resumes where it stopped. So the cost is linear however the bytes are cut, and what is found, and every error
with its position, does not depend on the cut. At most `limit` bytes of one request are ever looked at.
"""

import re
from dataclasses import dataclass

import msgpack

from bridge.errors import RemoteProtocolError

MOST_ELEMENTS = 6  # PING, the longest; Forward specification v1.5
HTTP_METHODS = b"GPHDOCT"  # first letters of GET, POST, PUT, PATCH, HEAD, DELETE, OPTIONS, CONNECT, TRACE
OPEN_JSON = b"[{"

# Bytes that hold the length of a text or binary value, by its first byte.
_LENGTH_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
# Bytes that a value of fixed size takes, by its first byte, of those that are more than one byte long.
_FIXED = {0xCA: 5, 0xCB: 9, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9}
_FIXED |= {0xD4: 3, 0xD5: 4, 0xD6: 6, 0xD7: 10, 0xD8: 18, 0xDC: 3, 0xDD: 5, 0xDE: 3, 0xDF: 5}
_EXT_LENGTH_BYTES = {0xC7: 1, 0xC8: 2, 0xC9: 4}

_IN_TEXT = re.compile(rb'["\\]')
_OUTSIDE = re.compile(rb'["\[\]{}]')


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole request: its bytes, where it began in the connection, and where each element of its array ends.

    `starts` has one more entry than there are elements: element i is `data[starts[i]:starts[i + 1]]`. A nil and a map
    have no elements.
    """

    data: bytes | bytearray
    at: int
    starts: tuple[int, ...] = ()

    def element(self, number: int) -> bytes:
        """Return the bytes of one element of the array."""
        return bytes(self.data[self.starts[number] : self.starts[number + 1]])


class _Stream:
    """Bytes of a connection that are no whole request yet; a request has at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = bytearray()
        self._at = 0  # of the buffer's first byte, in the connection

    @property
    def pending(self) -> int:
        """Bytes of a request that has not ended yet."""
        return len(self._buffer)

    @property
    def at(self) -> int:
        """Where the unfinished request began, or the next one will."""
        return self._at

    def feed(self, data: bytes) -> None:
        """Take what the socket gave."""
        self._buffer += data


class Framer(_Stream):
    """Cuts a stream of MessagePack into requests of at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._count: int | None = None  # elements of the array that the buffer begins with
        self._starts: list[int] = []
        self._skipper: msgpack.Unpacker | None = None
        self._fed = 0

    def next(self) -> Frame | None:
        """Return the next whole request, or None until more bytes come; raises RemoteProtocolError."""
        if not self._buffer or (self._count is None and not self._open()):
            return None
        while len(self._starts) <= (self._count or 0):
            end = self._end_of(self._starts[-1])
            if (end or len(self._buffer)) > self.limit:
                raise RemoteProtocolError(f"a request of more than {self.limit:,} bytes; send smaller chunks", self._at)
            if end is None:
                return None
            self._starts.append(end)
        return self._cut()

    def _open(self) -> bool:
        """Read the first byte; false while the array's length is still to come."""
        first = self._buffer[0]
        if first == 0xC0:
            self._count, self._starts = 0, [1]
        elif first == 0x81:
            self._count, self._starts = 1, [0]
        elif first & 0xF0 == 0x90:
            self._count, self._starts = first & 0x0F, [1]
        elif first in (0xDC, 0xDD):
            header = _FIXED[first]
            if len(self._buffer) < header:
                return False
            self._count, self._starts = int.from_bytes(self._buffer[1:header]), [header]
        else:
            raise RemoteProtocolError(f"expected a Forward request, an array or nil, {got(first)}", self._at)
        if self._count > MOST_ELEMENTS:
            raise RemoteProtocolError(f"expected an array of 2 to 4 elements, got {self._count:,}", self._at)
        return True

    def _end_of(self, start: int) -> int | None:
        """Return where the element that starts at `start` ends, once that is known."""
        buffer = self._buffer
        if len(buffer) <= start:
            return None
        first = buffer[start]
        if self._skipper is None:
            if first & 0xE0 == 0xA0:
                end = start + 1 + (first & 0x1F)
                return end if len(buffer) >= end or end > self.limit else None
            if width := _LENGTH_BYTES.get(first):
                body = start + 1 + width
                if len(buffer) < body:
                    return None
                end = body + int.from_bytes(buffer[start + 1 : body])
                return end if len(buffer) >= end or end > self.limit else None
            self._skipper = msgpack.Unpacker(max_buffer_size=self.limit, strict_map_key=False)
            self._fed = start
        return self._skip(start)

    def _skip(self, start: int) -> int | None:
        assert self._skipper is not None  # noqa: S101 - the caller has just made sure
        self._skipper.feed(self._buffer[self._fed : self.limit])
        self._fed = max(self._fed, min(len(self._buffer), self.limit))
        try:
            self._skipper.skip()
        except msgpack.OutOfData:
            return None
        except msgpack.StackError:
            raise RemoteProtocolError("values nested deeper than 1,024 levels", self._at + start) from None
        except msgpack.FormatError:
            raise RemoteProtocolError(
                "0xc1, a byte that MessagePack never uses", self._at + self._first_bad_byte(start)
            ) from None
        end = start + int(self._skipper.tell())
        self._skipper = None
        return end

    def _first_bad_byte(self, position: int) -> int:
        """Walk value by value to the byte that no value begins with; only after the C code has found that there is one."""
        while (first := self._buffer[position]) != 0xC1:
            position += _size(self._buffer, position, first)
        return position

    def _cut(self) -> Frame:
        """Part the request from what stands behind it by moving the smaller of the two: most requests have megabytes."""
        starts, end = self._starts, self._starts[-1]
        request: bytes | bytearray
        with memoryview(self._buffer) as whole:  # a slice of the buffer itself would be copied twice
            if end > len(whole) - end:
                request, rest = self._buffer, bytearray(whole[end:])
            else:
                request, rest = bytes(whole[:end]), self._buffer
        if request is self._buffer:
            del request[end:]
        else:
            del rest[:end]
        self._buffer = rest
        frame = Frame(request, self._at, tuple(starts))
        self._at += end
        self._count, self._starts = None, []
        return frame


class JsonFramer(_Stream):
    """Cuts a stream of JSON texts, back to back or with white space between, into texts of at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._position = 0
        self._depth = 0
        self._in_text = False

    def next(self) -> Frame | None:
        """Return the next whole text, or None until more bytes come; raises RemoteProtocolError."""
        if self._depth == 0:
            self._drop(len(self._buffer) - len(self._buffer.lstrip(b" \t\r\n")))
            if not self._buffer:
                return None
            if self._buffer[0] not in OPEN_JSON:
                raise RemoteProtocolError(f"expected a JSON array, {got(self._buffer[0])}", self._at)
        end = self._scan()
        if (end or len(self._buffer)) > self.limit:
            raise RemoteProtocolError(f"a request of more than {self.limit:,} bytes; send smaller chunks", self._at)
        if end is None:
            return None
        frame = Frame(bytes(self._buffer[:end]), self._at)
        self._drop(end)
        self._position = 0
        return frame

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._at += count

    def _scan(self) -> int | None:
        """Go on counting brackets outside of strings; return where the text ends."""
        while match := (_IN_TEXT if self._in_text else _OUTSIDE).search(self._buffer, self._position):
            found, self._position = match[0], match.end()
            if found == b'"':
                self._in_text = not self._in_text
            elif found == b"\\":
                if self._position == len(self._buffer):
                    self._position -= 1  # what it escapes is still to come
                    return None
                self._position += 1
            else:
                self._depth += 1 if found in OPEN_JSON else -1
                if self._depth == 0:
                    return self._position
        self._position = len(self._buffer)
        return None


def got(first: int) -> str:
    """Describe a first byte that cannot begin a request, and what its sender probably is."""
    if first == 0x16:
        return "got 0x16, as a TLS client sends: this port speaks plain TCP"
    if first in HTTP_METHODS:
        return f"got {chr(first)!r}, as an HTTP client sends: this port speaks Fluentd's Forward protocol"
    if first in OPEN_JSON:
        return f"got {chr(first)!r}, as a client that sends JSON: with a shared key only MessagePack is spoken"
    return f"got 0x{first:02x}"


def _size(buffer: bytearray, position: int, first: int) -> int:
    """Return how many bytes to go on to the next value: a container's elements count as values of their own."""
    if first & 0xE0 == 0xA0:
        return 1 + (first & 0x1F)
    if width := _LENGTH_BYTES.get(first):
        return 1 + width + int.from_bytes(buffer[position + 1 : position + 1 + width])
    if width := _EXT_LENGTH_BYTES.get(first):
        return 2 + width + int.from_bytes(buffer[position + 1 : position + 1 + width])
    return _FIXED.get(first, 1)
