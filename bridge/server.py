"""The Forward port: it takes connections, answers UDP heartbeats beside them, and stops in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from bridge.connection import udp_answer
from bridge.session import Port, Session

BACKLOG = 1024
FAREWELL_SECONDS = 1.0  # for clients without acks to notice that we leave


class UdpHeartbeats(asyncio.DatagramProtocol):
    """Answers the heartbeats of Fluentd's `heartbeat_type udp`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a heartbeat, ignore anything else."""
        if answer := udp_answer(data):
            self._transport.sendto(answer, addr)


@dataclass(frozen=True, slots=True)
class Listening:
    """The open port."""

    server: asyncio.Server
    heartbeats: asyncio.DatagramTransport
    port: Port
    address: tuple[str, int]

    async def stop(self, drain: Callable[[], Awaitable[bool]]) -> bool:
        """Stop in order: no new clients, no more reading, deliver, ack, close. False where something was left."""
        self.server.close()
        self.heartbeats.close()
        await self._part()
        done = await drain()
        while any(session.ack_is_due for session in self.port.sessions):  # noqa: ASYNC110 - each turn writes one
            await asyncio.sleep(0)
        for session in list(self.port.sessions):
            session.close()
        await asyncio.sleep(0)
        return done

    async def _part(self) -> None:
        """Stop reading: at once from those that keep what is not acked, a little later from those that keep nothing."""
        left = {session for session in self.port.sessions if session.leave()}
        until = asyncio.get_running_loop().time() + FAREWELL_SECONDS
        while left & self.port.sessions and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - no more than a second
            await asyncio.sleep(FAREWELL_SECONDS / 100)
        for session in left & self.port.sessions:
            session.stop_reading()


async def listen(port: Port) -> Listening:
    """Open the Forward port, TCP or TLS, and the same port for UDP heartbeats; raises OSError."""
    loop = asyncio.get_running_loop()
    forward = port.settings.forward
    server = await loop.create_server(lambda: Session(port), forward.host, forward.port, backlog=BACKLOG)
    address = server.sockets[0].getsockname()[:2]
    try:
        heartbeats, _ = await loop.create_datagram_endpoint(UdpHeartbeats, local_addr=address)
    except OSError:
        server.close()
        raise
    return Listening(server, heartbeats, port, address)
