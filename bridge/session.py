"""One client of the Forward port: from its first byte to the last ack.

A session reads only while nothing it has read is still to be judged, so a slow Loggly stops the sockets, not the
memory. A client that breaks the protocol is not read any more; what came before is still delivered and acked.
"""

import asyncio
import logging
import secrets as randomness
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import cast

from audit.settings import Settings
from bridge import handshake
from bridge.acks import AckQueue, Writer
from bridge.connection import Connection, Role
from bridge.delivery import Delivery
from bridge.errors import RemoteProtocolError
from bridge.handshake import Secrets
from bridge.logs import Peer
from bridge.messages import Chunk, Hello, Message, Mode, Ping, Pong
from bridge.metrics import Metrics
from bridge.orphans import Orphans
from bridge.partials import Partials
from bridge.receipts import Receipt
from bridge.recent import Recent, key_of, key_of_any
from bridge.senders import Senders
from bridge.tls import ServerTls

log = logging.getLogger("bridge.forward")

JUDGED_TOGETHER = 2  # chunks: a small one need not wait for a large one's end, and more would only be more memory
UNREAD_ACK_BYTES = 64 * 1024  # a client that has not read its acks by then never will


@dataclass(slots=True)
class Port:
    """What all sessions of the port share."""

    settings: Settings
    delivery: Delivery
    metrics: Metrics
    secrets: Secrets | None = None
    tls: ssl.SSLContext | None = None
    senders: Senders = field(default_factory=Senders)
    recent: Recent = field(default_factory=Recent)
    orphans: Orphans = field(default_factory=Orphans)
    sessions: "set[Session]" = field(default_factory=set)
    judging: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(JUDGED_TOGETHER))
    partials: "Partials[Session]" = field(init=False)

    def __post_init__(self) -> None:
        self.partials = Partials(self.settings.limits.unacked_bytes // 2)

    def flush_if_all_wait(self) -> None:
        """Send what is gathered once nobody is left who would add to it."""
        if self.senders.all_wait:
            self.delivery.flush()

    def held_by(self, session: "Session", size: int, *, anew: bool = False) -> None:
        """Count what a session has read and not passed on; too much in all stops all but the first."""
        self.partials.update(session, size, anew=anew)
        stop, go_on = self.partials.changes()
        for other in stop:
            other.pause()
        for other in go_on:
            other.resume()


class Session(asyncio.Protocol):
    """One connection, as the event loop drives it."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._forward = port.settings.forward
        self._loop = asyncio.get_running_loop()
        role = Role(server=True, with_key=port.secrets is not None)
        self._connection = Connection(role, port.settings.limits.chunk_bytes)
        self._tls = ServerTls(port.tls) if port.tls else None
        self._hello: Hello | None = None
        self._proved = False  # that the client knows the shared key, where one is wanted
        self._user = ""  # whom it has proved to be, where that is wanted
        self._inbox: deque[tuple[Chunk, Receipt]] = deque()
        self._acks = AckQueue(Writer(self._write_ack, self._give_up_ack), self._forward.ack_deadline)
        self._working: asyncio.Task[None] | None = None
        self._leaving = False  # the client has been told that we go, and will hear no more of us
        self._ended = False  # nothing more is read: the client's end of stream, an error, or shutdown
        self._heard = self._begun = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self.peer = Peer("?")

    @property
    def ack_is_due(self) -> bool:
        """Whether an ack is about to be written."""
        return self._acks.due and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, unless there are too many already."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same interface
        name = self._transport.get_extra_info("peername") or ("?",)
        self._client = str(name[0])
        self.peer = Peer(":".join(str(part) for part in name[:2]))
        limit = self._port.settings.limits.connections
        if len(self._port.sessions) >= limit:
            log.warning("%s: refused, %d connections are open (limits.connections)", self.peer, limit)
            self._ended = True
            self._transport.abort()
            return
        self._port.sessions.add(self)
        self._port.metrics.connections.set(len(self._port.sessions))
        log.debug("%s: connected", self.peer)
        self._timer = self._loop.call_later(self._forward.handshake_timeout, self._give_up_handshake)
        if self._tls is None:
            self._greet()

    def data_received(self, data: bytes) -> None:
        """Take what came; chunks wait in the inbox for their turn."""
        if self._ended:
            return
        self._heard = self._loop.time()
        if not self._connection.pending:
            self._begun = self._heard
        anew = False
        try:
            for message in self._connection.receive(self._decrypted(data)):
                self._begun, anew = self._heard, True
                if self._leaving and isinstance(message, Chunk) and message.ack is not None:
                    self.stop_reading()  # its first, and we can no longer answer: it will send that again
                    break
                self._on(message)
            if self._tls and self._tls.ended:
                self.eof_received()
        except RemoteProtocolError as error:
            self._refuse(error)
        if self._inbox and self._working is None:
            self._working = self._loop.create_task(self._work())
            self.pause()
        elif self._acks:
            self._port.flush_if_all_wait()
        self._port.held_by(self, self._holding, anew=anew and not self._inbox)

    def eof_received(self) -> bool:
        """Take the client's half-close: it may still wait for acks."""
        try:
            self._connection.eof()
        except RemoteProtocolError as error:
            log.warning("%s: %s", self.peer, error)
        self._ended = True
        self._port.held_by(self, self._holding)
        self._close_if_over()
        return not self._transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; what it sent goes on to Loggly, and what it sends again joins that."""
        log.debug("%s: closed%s", self.peer, f" ({exc})" if exc else "")
        self._ended = True
        if self._timer:
            self._timer.cancel()
        for key, receipt in self._acks.forget():
            self._port.orphans.leave(key, receipt, self._loop.time())
        self._port.sessions.discard(self)
        if self._working is None:
            self._port.held_by(self, 0)
        self._port.metrics.connections.set(len(self._port.sessions))
        self._port.senders.gone(self)
        self._port.flush_if_all_wait()

    def leave(self) -> bool:
        """Take no more from a client that keeps what is not acked; true where the client keeps nothing.

        Such a one is told that we leave, and read on: most look for that before they send, and so send nothing in vain.
        """
        if self._ended or self._tls or self._port.senders.asks(self) or self._transport.is_closing():
            self.stop_reading()
            return False
        self._leaving = True
        self._transport.write_eof()
        return True

    def stop_reading(self) -> None:
        """Take no more from this client; acks still go out."""
        self._ended = True
        self.pause()
        self._close_if_over()

    def pause(self) -> None:
        """Read nothing for now."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on, unless there is another reason not to."""
        if not (self._ended or self._working or self._transport.is_closing() or self in self._port.partials.stopped):
            self._begun = self._loop.time()
            self._transport.resume_reading()

    def close(self) -> None:
        """Close, without the acks of what is not delivered."""
        if self._tls and not self._transport.is_closing():
            self._transport.write(self._tls.close())
        self._transport.close()

    def _greet(self) -> None:
        """Say HELO where a shared key is wanted, or be open at once."""
        if self._port.secrets is None:
            self._open()
            return
        auth = randomness.token_bytes(handshake.NONCE_BYTES) if self._port.secrets.users else b""
        self._hello = Hello(randomness.token_bytes(handshake.NONCE_BYTES), auth)
        self._write(self._connection.send(self._hello))

    def _open(self) -> None:
        """Go from the handshake's time-out to that of an idle connection."""
        self._proved = True
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(self._life_interval, self._check_life)

    def _decrypted(self, data: bytes) -> bytes:
        """Return what the client says, and let TLS answer for itself; greets once its handshake is done."""
        if self._tls is None:
            return data
        was_established = self._tls.established
        try:
            data = self._tls.receive(data)
        finally:
            if answer := self._tls.pending():
                self._transport.write(answer)
        if self._tls.established and not was_established:
            self._greet()
        return data

    def _write(self, data: bytes) -> None:
        self._transport.write(self._tls.send(data) if self._tls else data)

    def _on(self, message: Message) -> None:
        match message:
            case Chunk():
                receipt = self._known(message) or self._new(message)
                if message.ack is not None:
                    self._port.senders.asked(self)
                    key = key_of_any(message, self._client) if message.mode is Mode.MESSAGE else None
                    self._acks.owe(message.ack, receipt, key)
            case Ping():
                self._answer(message)
            case _:
                log.debug("%s: heartbeat", self.peer)

    def _known(self, chunk: Chunk) -> Receipt | None:
        """Return the receipt of the same chunk where it came before."""
        key, now = key_of_any(chunk, self._client), self._loop.time()
        known = self._port.orphans.adopt if chunk.mode is Mode.MESSAGE else self._port.recent.find
        receipt = known(key, now) if key else None
        if receipt:
            self._port.metrics.duplicates_joined.inc()
            log.info("%s: a chunk sent again joins the first one", self.peer)
        return receipt

    def _new(self, chunk: Chunk) -> Receipt:
        """Put a chunk into the inbox."""
        receipt = Receipt(self._loop.time())
        recent, key = self._port.recent, key_of(chunk, self._client)
        if key:
            recent.add(key, receipt)
            receipt.on_done(lambda: recent.delivered(key, self._loop.time()))
        self._inbox.append((chunk, receipt))
        return receipt

    @property
    def _holding(self) -> int:
        """Bytes that were read and are not on their way yet; a request that will never end is none."""
        pending = 0 if self._ended else self._connection.pending
        return pending + sum(len(chunk.body) for chunk, _ in self._inbox)

    def _answer(self, ping: Ping) -> None:
        if self._port.secrets is None or self._hello is None:
            return
        pong = handshake.judge(ping, self._hello, self._forward.hostname, self._port.secrets)
        self._write(self._connection.send(pong))
        if pong.accepted:
            self._user = ping.username if self._port.secrets.users else ""
            self._open()
            return
        log.warning("%s: refused: %s (host %r, user %r)", self.peer, pong.reason, ping.hostname, ping.username)
        self._ended = True
        self.close()

    def _refuse(self, error: RemoteProtocolError) -> None:
        """Stop reading a client that breaks the protocol, and tell it where the protocol has words for that."""
        log.warning("%s: closed, %s", self.peer, error)
        if self._hello is not None and not self._proved:
            self._write(handshake.encode(Pong(False, handshake.INVALID_PING, "", "")))
        self.stop_reading()

    async def _work(self) -> None:
        """Judge the chunks that wait, one after the other, then read on."""
        while self._inbox:
            async with self._port.judging:
                chunk, receipt = self._inbox[0]
                await self._port.delivery.admission(chunk)
                await self._judge(chunk, receipt)
                del chunk
                self._inbox.popleft()
        self._working = None
        self._port.held_by(self, 0 if self._transport.is_closing() else self._holding, anew=True)
        self._port.flush_if_all_wait()
        self.resume()
        self._close_if_over()

    async def _judge(self, chunk: Chunk, receipt: Receipt) -> None:
        try:
            await self._port.delivery.take(chunk, receipt, self._user)
        except Exception:
            log.exception("%s: closed without an ack after a bug in the bridge", self.peer)
            if key := key_of(chunk, self._client):
                self._port.recent.forget(key)
            self._port.delivery.give_up(receipt)
            self._transport.abort()

    def _write_ack(self, ack: bytes) -> None:
        if self._transport.is_closing():
            return
        self._write(ack)
        self._heard = self._loop.time()
        self._port.senders.answered(self)
        if self._transport.get_write_buffer_size() > UNREAD_ACK_BYTES:
            log.warning("%s: closed, it does not read its acks", self.peer)
            self._transport.abort()
        self._close_if_over()

    def _close_if_over(self) -> None:
        """Close once nothing more comes and nothing is owed."""
        if self._ended and not self._inbox and self._working is None and not self._acks:
            self.close()

    def _give_up_ack(self) -> None:
        deadline = self._forward.ack_deadline
        log.warning("%s: closed without an ack, Loggly has not taken its chunk within %g s", self.peer, deadline)
        self._transport.abort()

    def _give_up_handshake(self) -> None:
        log.warning("%s: closed, no handshake within %g s", self.peer, self._forward.handshake_timeout)
        self._transport.abort()

    def _check_life(self) -> None:
        """Close a connection on which nothing happens, or whose request never ends; look again later otherwise."""
        now, forward = self._loop.time(), self._forward
        waits_for_us = bool(self._acks) or self._working is not None or self in self._port.partials.stopped
        if not waits_for_us and self._connection.pending and now - self._begun >= forward.request_timeout:
            log.warning("%s: closed, its request has not ended within %g s", self.peer, forward.request_timeout)
            self._transport.abort()
        elif not waits_for_us and now - self._heard >= forward.idle_timeout:
            log.info("%s: closed, idle for %g s", self.peer, forward.idle_timeout)
            self.close()
        else:
            self._timer = self._loop.call_later(self._life_interval, self._check_life)

    @property
    def _life_interval(self) -> float:
        return min(self._forward.idle_timeout, self._forward.request_timeout) / 4
