"""A gate between two programs: it passes on what they say, and refuses, cuts or leads elsewhere when it is told to.

It counts bytes and closes with a reset, as a load balancer or a dying machine does. All gates of a process share one thread.
"""

import asyncio
import socket
import struct
import threading
from typing import Any, Self, cast

RESET = struct.pack("ii", 1, 0)  # linger for 0 seconds: close() sends RST instead of FIN
Address = tuple[str, int]


class Gate:
    """Listens on a port of its own, and connects each client to the next of `targets` that answers."""

    def __init__(self, *targets: Address) -> None:
        self.targets = targets
        self.cut_after_bytes: int | None = None
        """How many of a client's bytes pass before its connection is reset; None: all of them."""
        self.cuts_left = 0
        self._next = 0
        self._pairs: set[_Pair] = set()
        self.port = 0
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = _call(asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**20))
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Refuse connections, and reset those that stand."""
        _call(self._close())

    def cut(self, after_bytes: int, times: int) -> None:
        """Reset so many connections from now on, each once it has sent so many bytes more."""
        _call(self._cut(after_bytes, times))

    async def _cut(self, after_bytes: int, times: int) -> None:
        self.cut_after_bytes, self.cuts_left = after_bytes, times
        for pair in self._pairs:
            pair.passed = 0

    async def _close(self) -> None:
        self._server.close()
        for pair in list(self._pairs):
            pair.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = _Pair(self, writer)
        self._pairs.add(pair)
        try:
            await pair.run(reader)
        except (OSError, asyncio.CancelledError):
            pair.reset()
        finally:
            self._pairs.discard(pair)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to one target after the other; raises OSError where none answers."""
        for _ in self.targets:
            self._next += 1
            try:
                return await asyncio.open_connection(*self.targets[self._next % len(self.targets)])
            except OSError:
                continue
        raise ConnectionRefusedError


class _Pair:
    """One client and its connection onward."""

    def __init__(self, gate: Gate, client: asyncio.StreamWriter) -> None:
        self._gate = gate
        self._writers = [client]
        self.passed = 0

    async def run(self, from_client: asyncio.StreamReader) -> None:
        from_server, to_server = await self._gate.connect()
        self._writers.append(to_server)
        (to_client, _) = self._writers
        there = asyncio.ensure_future(self._pass_on(from_client, to_server, counted=True))
        back = asyncio.ensure_future(self._pass_on(from_server, to_client, counted=False))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            if there.done():
                await there
                to_server.write_eof()
                await back
        finally:
            there.cancel()
            back.cancel()
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        """End both connections at once."""
        for writer in self._writers:
            connection = cast("socket.socket | None", writer.get_extra_info("socket"))
            if connection is not None and not writer.transport.is_closing():
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        while data := await reader.read(65536):
            limit = self._gate.cut_after_bytes
            if counted and limit is not None and self._gate.cuts_left > 0:
                if self.passed + len(data) > limit:
                    self._gate.cuts_left -= 1
                    writer.write(data[: max(limit - self.passed, 0)])
                    await writer.drain()
                    raise ConnectionResetError
                self.passed += len(data)
            writer.write(data)
            await writer.drain()


class _Loop:
    """The thread of all gates, started with the first."""

    loop: asyncio.AbstractEventLoop | None = None
    lock = threading.Lock()


def _call(work: Any) -> Any:
    """Run a coroutine in the gates' thread."""
    with _Loop.lock:
        if _Loop.loop is None:
            _Loop.loop = asyncio.new_event_loop()
            threading.Thread(target=_Loop.loop.run_forever, daemon=True, name="gates").start()
    return asyncio.run_coroutine_threadsafe(work, _Loop.loop).result(10)
