"""The cheapest receiver that still is HTTP: it reads a body by its length, counts lines, answers as Loggly does.

Started as `python -m benchmarks.sink DELAY_MS`; prints its port, then serves until it is ended.
"""

import asyncio
import sys
from typing import cast

import uvloop

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"response" : "ok"}'
_LENGTH = b"content-length:"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._head = bytearray()
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._left:
            self._head += data
            head, end, body = bytes(self._head).partition(b"\r\n\r\n")
            if not end:
                return
            self._head.clear()
            start = head.lower().index(_LENGTH) + len(_LENGTH)
            self._left = int(head[start:].split(b"\r\n")[0])
            data = body
        self._left -= len(data)
        if not self._left:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, ANSWER)


async def serve(delay: float) -> None:
    """Serve for ever on a free port."""
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1]) / 1000))
