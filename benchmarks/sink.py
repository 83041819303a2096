"""The cheapest receiver that still is HTTP: it reads a body by its length, counts lines, answers as Loggly does.

Started as `python -m benchmarks.sink DELAY_MS`; prints its port, then serves until it is ended. A GET tells what came.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import cast

import uvloop

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"response" : "ok"}'
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH = b"content-length:"
_NEWLINE = b"\n"[0]


@dataclass(slots=True)
class Came:
    """What has come so far, in whole requests; `broken` ones count as nothing, `last` is the monotonic clock's time of the last."""

    events: int = 0
    requests: int = 0
    bytes: int = 0
    last: float = 0.0
    broken: int = 0

    def since(self, before: "Came") -> "Came":
        """Return what has come after `before`."""
        return Came(self.events - before.events, self.requests - before.requests, self.bytes - before.bytes, self.last)


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, delay: float, came: Came) -> None:
        self._delay = delay
        self._came = came
        self._head = bytearray()
        self._left = self._size = 0
        self._lines = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._left:
            self._head += data
            head, end, body = bytes(self._head).partition(b"\r\n\r\n")
            if not end:
                return
            self._head.clear()
            if head.startswith(b"GET"):
                self._tell()
                return
            start = head.lower().index(_LENGTH) + len(_LENGTH)
            self._left = self._size = int(head[start:].split(b"\r\n")[0])
            self._lines = 0
            if b"100-continue" in head:
                self._transport.write(GO_ON)
            data = body
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class's signature
        self._came.broken += bool(self._left)

    def _take(self, data: bytes) -> None:
        """Count lines: newlines, and one more where the body does not end with one."""
        self._lines += data.count(b"\n")
        self._left -= len(data)
        if data and not self._left:
            came = self._came
            came.events += self._lines + (data[-1] != _NEWLINE)
            came.requests += 1
            came.bytes += self._size
            came.last = time.monotonic()
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, ANSWER)

    def _tell(self) -> None:
        body = json.dumps(asdict(self._came)).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


async def serve(delay: float) -> None:
    """Serve for ever on a free port."""
    came = Came()
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay, came), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1]) / 1000))
