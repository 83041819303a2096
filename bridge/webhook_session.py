"""One client of the webhook's port: its requests one after the other, each answered once its events are safe.

A client that takes its time, or that sends what is refused, holds nothing up: it is told why, and closed.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from bridge.errors import RemoteProtocolError
from bridge.logs import Peer
from bridge.tls import ServerTls
from bridge.webhook_answers import Answer
from bridge.webhook_connection import Head, HttpConnection, Limits, Request

if TYPE_CHECKING:
    from bridge.webhook_port import WebhookPort

log = logging.getLogger("bridge.webhook")

LINGER_SECONDS: Final = 2.0
"""How long what a refused client still sends is read and thrown away: closed at once, it might never read its answer."""


class WebhookSession(asyncio.Protocol):
    """One connection, as the event loop drives it."""

    def __init__(self, port: "WebhookPort") -> None:
        self._port = port
        self._webhook = port.webhook
        self._loop = asyncio.get_running_loop()
        self._guard = port.guard
        self._tls = ServerTls(self._guard.tls) if self._guard.tls else None
        limits = port.settings.limits
        self._http = HttpConnection(self._admit, Limits(limits.chunk_bytes, limits.decompressed_bytes))
        self._working: asyncio.Task[None] | None = None
        self._last = False  # no further request is taken
        self._alone = False  # the client sends nothing more
        self._ended = False  # nothing more is read
        self._timer: asyncio.TimerHandle | None = None
        self.peer = Peer("?")

    @property
    def working(self) -> asyncio.Task[None] | None:
        """What is done for a request that has come whole and has no answer."""
        return self._working

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request, unless there are too many clients already."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same interface
        name = self._transport.get_extra_info("peername") or ("?",)
        self.peer = Peer(":".join(str(part) for part in name[:2]))
        limit = self._port.settings.limits.connections
        if len(self._port.sessions) >= limit:
            log.warning("%s: refused, %d connections are open (limits.connections)", self.peer, limit)
            self._ended = True
            self._transport.abort()
            return
        self._port.sessions.add(self)
        log.debug("%s: connected", self.peer)
        self._arm(self._webhook.request_timeout, self._slow)

    def data_received(self, data: bytes) -> None:
        """Take what came of a request."""
        if self._ended:
            return
        was_idle = self._http.idle
        try:
            plain = self._decrypted(data)
        except RemoteProtocolError as error:
            log.warning("%s: closed, %s", self.peer, error.why)
            self._end()
            return
        if plain:
            if was_idle and self._working is None:
                self._arm(self._webhook.request_timeout, self._slow)
            self._http.receive(plain)
            self._proceed()
        if self._tls and self._tls.ended:
            self.eof_received()

    def eof_received(self) -> bool:
        """Take the client's half-close: it may still wait for its answer."""
        self._last = self._alone = True
        if self._working is None:
            self._end()
        return self._working is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; what it sent goes on to Loggly, and what it sends again joins that."""
        log.debug("%s: closed%s", self.peer, f" ({exc})" if exc else "")
        self._ended = True
        self._disarm()
        self._port.sessions.discard(self)
        self._port.held_by(self, 0)

    def retire(self) -> None:
        """Take no further request: close at once where none has begun, after its answer otherwise."""
        self._last = True
        if self._working is None and self._http.idle:
            self._end()

    def close(self) -> None:
        """Close, with no answer to what has none."""
        if self._working:
            self._working.cancel()
        self._end()

    def pause(self) -> None:
        """Read nothing for now."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on, unless there is another reason not to."""
        if not (self._working or self._transport.is_closing() or self in self._port.partials.stopped):
            self._transport.resume_reading()

    def _decrypted(self, data: bytes) -> bytes:
        """Return what the client says, and let TLS answer for itself."""
        if self._tls is None:
            return data
        try:
            return self._tls.receive(data)
        finally:
            if answer := self._tls.pending():
                self._transport.write(answer)

    def _admit(self, head: Head) -> Answer | None:
        """Return why a request is refused before its body has come."""
        name = self._tls.client_name if self._tls else ""
        return self._port.guard.refusal(head.headers.get("authorization"), name) or self._port.refusal

    def _proceed(self) -> None:
        """Go on with what has come, unless a request waits for its answer: a connection has one at a time."""
        if self._working:
            return
        match self._http.following():
            case Request() as request:
                self._disarm()
                self._working = self._loop.create_task(self._work(request))
                self.pause()
                self._port.held_by(self, len(request.body), anew=True)
            case Answer() as refusal:
                self._answer(refusal, last=True)
                self._port.held_by(self, 0)
            case None:
                if interim := self._http.interim():
                    self._write(interim)
                self._port.held_by(self, self._http.pending)

    async def _work(self, request: Request) -> None:
        answer = await self._port.take(request, self)
        self._working = None
        self._answer(answer, last=self._last or self._guard is not self._port.guard)
        if not self._ended:
            self._proceed()
            self.resume()

    def _answer(self, answer: Answer, *, last: bool) -> None:
        """Write an answer; after the last one nothing is read but what the client is still sending."""
        self._port.metrics.webhook_requests.labels(str(answer.status)).inc()
        if answer.status != 200:
            log.warning("%s: answered with %d, %s", self.peer, answer.status, answer.message)
        if self._transport.is_closing():
            return
        self._write(self._http.send(answer, last=last))
        if not (last or self._http.ends):
            self._arm(self._webhook.idle_timeout, self._idle)
            return
        if self._alone:
            self._end()
            return
        self._ended = True
        if self._tls:
            self._transport.write(self._tls.close())
        else:
            self._transport.write_eof()
        self._transport.resume_reading()
        self._arm(LINGER_SECONDS, self._transport.close)

    def _write(self, data: bytes) -> None:
        self._transport.write(self._tls.send(data) if self._tls else data)

    def _end(self) -> None:
        self._ended = True
        if self._tls and not self._transport.is_closing():
            self._transport.write(self._tls.close())
        self._transport.close()

    def _arm(self, seconds: float, then: Callable[[], object]) -> None:
        self._disarm()
        self._timer = self._loop.call_later(seconds, then)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _slow(self) -> None:
        """Close a client whose request does not end, unless it is we who do not read it."""
        seconds = self._webhook.request_timeout
        if self in self._port.partials.stopped:
            self._arm(seconds, self._slow)
        elif self._http.idle and (self._tls is None or self._tls.established):
            self._arm(max(self._webhook.idle_timeout - seconds, 0.0), self._idle)
        else:
            log.warning("%s: closed, its request has not ended within %g s", self.peer, seconds)
            self._transport.abort()

    def _idle(self) -> None:
        log.debug("%s: closed, idle", self.peer)
        self._end()
