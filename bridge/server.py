"""The Forward port: one session for each connection, TCP or TLS, and UDP heartbeats beside it.

A session reads only while nothing it has read is still to be judged, so a slow Loggly stops the sockets, not the
memory. Acks go out in the order in which chunks came, one write each, for clients read one ack with one call. A
connection whose peer breaks the protocol is not read any more; what came before is still delivered and acked.
"""

import asyncio
import logging
import secrets as randomness
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from audit.settings import Settings
from bridge import handshake
from bridge.connection import Connection, Role, udp_answer
from bridge.delivery import Delivery
from bridge.errors import RemoteProtocolError
from bridge.handshake import Secrets
from bridge.messages import Chunk, Hello, Message, Ping
from bridge.metrics import Metrics
from bridge.receipts import Receipt
from bridge.senders import Senders

log = logging.getLogger("bridge.forward")

UNREAD_ACK_BYTES = 64 * 1024  # a client that does not read its acks by then never will


@dataclass(slots=True)
class Port:
    """What all sessions of the port share."""

    settings: Settings
    delivery: Delivery
    metrics: Metrics
    secrets: Secrets | None = None
    senders: Senders = field(default_factory=Senders)
    sessions: "set[Session]" = field(default_factory=set)

    def flush_if_all_wait(self) -> None:
        """Send what is gathered once nobody is left who would add to it."""
        if self.senders.all_wait:
            self.delivery.flush()


@dataclass(slots=True, eq=False)
class Owed:
    """An ack that is due when its receipt is done, and the timer that gives it up."""

    ack: bytes
    receipt: Receipt
    deadline: asyncio.TimerHandle


class Session(asyncio.Protocol):
    """One client."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        with_key = port.secrets is not None
        self._connection = Connection(Role(server=True, with_key=with_key), port.settings.limits.chunk_bytes)
        self._hello: Hello | None = None
        self._inbox: deque[Chunk] = deque()
        self._owed: deque[Owed] = deque()
        self._working: asyncio.Task[None] | None = None
        self._writing = False
        self._ended = False  # nothing more is read: the peer's end of stream, an error, or shutdown
        self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self.peer = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, unless there are too many already."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same interface
        name = self._transport.get_extra_info("peername") or ("?",)
        self.peer = ":".join(str(part) for part in name[:2])
        limit = self._port.settings.limits.connections
        if len(self._port.sessions) >= limit:
            log.warning("%s: refused, %d connections are open (limits.connections)", self.peer, limit)
            self._ended = True
            self._transport.abort()
            return
        self._port.sessions.add(self)
        self._port.metrics.connections.set(len(self._port.sessions))
        log.debug("%s: connected", self.peer)
        self._greet()

    def _greet(self) -> None:
        forward = self._port.settings.forward
        if self._port.secrets is None:
            self._timer = self._loop.call_later(forward.idle_timeout, self._check_idle)
            return
        auth = randomness.token_bytes(handshake.NONCE_BYTES) if self._port.secrets.users else b""
        self._hello = Hello(randomness.token_bytes(handshake.NONCE_BYTES), auth)
        self._transport.write(self._connection.send(self._hello))
        self._timer = self._loop.call_later(forward.handshake_timeout, self._give_up_handshake)

    def data_received(self, data: bytes) -> None:
        """Take what came; chunks wait in the inbox for their turn."""
        if self._ended:
            return
        self._heard = self._loop.time()
        try:
            for message in self._connection.receive(data):
                self._on(message)
        except RemoteProtocolError as error:
            self._end(str(error))
        if self._inbox and self._working is None:
            self._transport.pause_reading()
            self._working = self._loop.create_task(self._work())

    def eof_received(self) -> bool:
        """Take the client's half-close: it may still wait for acks."""
        try:
            self._connection.eof()
        except RemoteProtocolError as error:
            log.warning("%s: %s", self.peer, error)
        self._ended = True
        self._close_if_over()
        return not self._transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; what it sent goes on to Loggly."""
        log.debug("%s: closed%s", self.peer, f" ({exc})" if exc else "")
        self._ended = True
        if self._timer:
            self._timer.cancel()
        for owed in self._owed:
            owed.deadline.cancel()
        self._owed.clear()
        self._port.sessions.discard(self)
        self._port.metrics.connections.set(len(self._port.sessions))
        self._port.senders.gone(self)
        self._port.flush_if_all_wait()

    def pause_reading_for_good(self) -> None:
        """Take no more from this client, for the bridge is stopping; acks still go out."""
        if not self._ended:
            self._ended = True
            self._transport.pause_reading()
        self._close_if_over()

    @property
    def acks_due(self) -> bool:
        """Whether an ack is about to be written."""
        return bool(self._owed) and self._owed[0].receipt.done and not self._transport.is_closing()

    def close(self) -> None:
        """Close, without the acks of what is not delivered."""
        self._transport.close()

    def _on(self, message: Message) -> None:
        match message:
            case Chunk():
                self._inbox.append(message)
            case Ping():
                self._answer(message)
            case _:
                log.debug("%s: heartbeat", self.peer)

    def _answer(self, ping: Ping) -> None:
        assert self._port.secrets is not None  # noqa: S101 - only then is a Ping expected
        assert self._hello is not None  # noqa: S101 - as above
        pong = handshake.judge(ping, self._hello, self._port.settings.forward.hostname, self._port.secrets)
        self._transport.write(self._connection.send(pong))
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(self._port.settings.forward.idle_timeout, self._check_idle)
        if not pong.accepted:
            log.warning("%s: refused: %s (host %r, user %r)", self.peer, pong.reason, ping.hostname, ping.username)
            self._ended = True
            self._transport.close()

    async def _work(self) -> None:
        """Judge the chunks that wait, one after the other, then read on."""
        while self._inbox:
            await self._port.delivery.room()
            chunk = self._inbox.popleft()
            if chunk.ack is not None:
                self._port.senders.asked(self)
            try:
                receipt = await self._port.delivery.take(chunk)
            except Exception:
                log.exception("%s: closed without an ack after a bug in the bridge", self.peer)
                self._transport.abort()
                return
            if chunk.ack is not None:
                self._owe(chunk.ack, receipt)
        self._working = None
        self._port.flush_if_all_wait()
        if not self._ended:
            self._transport.resume_reading()
        self._close_if_over()

    def _owe(self, ack: bytes, receipt: Receipt) -> None:
        if self._transport.is_closing():
            self._port.senders.gone(self)
            return
        deadline = self._loop.call_later(self._port.settings.forward.ack_deadline, self._expire, receipt)
        self._owed.append(Owed(ack, receipt, deadline))
        receipt.on_done(self._write_acks)

    def _write_acks(self) -> None:
        if not self._writing and self._owed and self._owed[0].receipt.done:
            self._writing = True
            self._loop.call_soon(self._write_ack)

    def _write_ack(self) -> None:
        """Write one ack; the next one goes out in another turn of the loop, so that the two are two writes."""
        self._writing = False
        if not self._owed or self._transport.is_closing():
            return
        owed = self._owed.popleft()
        owed.deadline.cancel()
        self._transport.write(owed.ack)
        self._heard = self._loop.time()
        self._port.senders.answered(self)
        if self._transport.get_write_buffer_size() > UNREAD_ACK_BYTES:
            log.warning("%s: closed, it does not read its acks", self.peer)
            self._transport.abort()
            return
        self._write_acks()
        self._close_if_over()

    def _expire(self, receipt: Receipt) -> None:
        if not receipt.done:
            deadline = self._port.settings.forward.ack_deadline
            log.warning("%s: closed without an ack, Loggly has not taken its chunk within %g s", self.peer, deadline)
            self._transport.abort()

    def _end(self, why: str) -> None:
        log.warning("%s: closed, %s", self.peer, why)
        self._ended = True
        self._close_if_over()

    def _close_if_over(self) -> None:
        """Close once nothing more comes and nothing is owed."""
        if self._ended and not self._inbox and self._working is None and not self._owed:
            self._transport.close()

    def _give_up_handshake(self) -> None:
        log.warning("%s: closed, no handshake within %g s", self.peer, self._port.settings.forward.handshake_timeout)
        self._transport.abort()

    def _check_idle(self) -> None:
        """Close a connection on which nothing happens; look again later otherwise."""
        timeout = self._port.settings.forward.idle_timeout
        quiet = self._loop.time() - self._heard
        if quiet >= timeout and not self._owed and self._working is None:
            log.info("%s: closed, idle for %g s", self.peer, timeout)
            self._transport.close()
            return
        self._timer = self._loop.call_later(max(timeout - quiet, 1.0), self._check_idle)


class UdpHeartbeats(asyncio.DatagramProtocol):
    """Answers the heartbeats of Fluentd's `heartbeat_type udp`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a heartbeat, ignore anything else."""
        if answer := udp_answer(data):
            self._transport.sendto(answer, addr)


@dataclass(slots=True)
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
        for session in list(self.port.sessions):
            session.pause_reading_for_good()
        done = await drain()
        while any(session.acks_due for session in self.port.sessions):  # noqa: ASYNC110 - each turn writes one
            await asyncio.sleep(0)
        for session in list(self.port.sessions):
            session.close()
        await asyncio.sleep(0)
        return done


async def listen(port: Port, context: ssl.SSLContext | None) -> Listening:
    """Open the Forward port, TCP or TLS, and the same port for UDP heartbeats; raises OSError."""
    loop = asyncio.get_running_loop()
    forward = port.settings.forward
    timeout = forward.handshake_timeout if context else None
    server = await loop.create_server(
        lambda: Session(port), forward.host, forward.port, ssl=context, ssl_handshake_timeout=timeout, backlog=1024
    )
    address = server.sockets[0].getsockname()[:2]
    try:
        heartbeats, _ = await loop.create_datagram_endpoint(UdpHeartbeats, local_addr=address)
    except OSError:
        server.close()
        raise
    return Listening(server, heartbeats, port, address)
