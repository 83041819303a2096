"""The webhook's port: what all of its clients share, how a batch becomes events on their way, and when that is answered.

200 is said when every event of a batch is delivered or in the spool, and never before. A batch that comes again, because its
answer did not come in time, joins the first.
"""

import asyncio
import hashlib
import logging
import time
from dataclasses import dataclass, field

from audit.errors import NotAnEvent
from audit.listeners import Webhook
from audit.settings import Settings
from bridge import event_lists
from bridge.delivery import Delivery
from bridge.metrics import Metrics
from bridge.partials import Partials
from bridge.receipts import Receipt
from bridge.recent import Key, Recent
from bridge.webhook_answers import Answer
from bridge.webhook_connection import Request
from bridge.webhook_guard import Guard
from bridge.webhook_session import WebhookSession

log = logging.getLogger("bridge.webhook")

BACKLOG = 1024
SLICE = 1_024  # events judged before others get their turn
AGAIN = {"Retry-After": "3"}
"""Seconds. A client of Kubernetes that is told to comes ten times more within one attempt, which lasts 30 s."""
FULL = "too many bytes wait for Loggly (limits.unacked_bytes)"
LATE = "neither Loggly nor the spool has taken the batch within %g s (webhook.answer_deadline)"
STOPPING = "the bridge stops - the batch is to be sent again"


@dataclass(slots=True)
class WebhookPort:
    """The open port, once `listen` has returned."""

    settings: Settings
    webhook: Webhook
    delivery: Delivery
    metrics: Metrics
    guard: Guard
    sessions: set[WebhookSession] = field(default_factory=set)
    recent: Recent = field(default_factory=Recent)
    partials: Partials[WebhookSession] = field(init=False)
    _server: asyncio.Server | None = None
    _waiting: set[asyncio.Future[bool]] = field(default_factory=set)
    _stopping: bool = False

    def __post_init__(self) -> None:
        self.partials = Partials(self.settings.limits.unacked_bytes // 2)

    async def listen(self) -> tuple[str, int]:
        """Open the port and return where; raises OSError."""
        loop = asyncio.get_running_loop()
        webhook = self.webhook
        server = await loop.create_server(lambda: WebhookSession(self), webhook.host, webhook.port, backlog=BACKLOG)
        self._server = server
        host, port = server.sockets[0].getsockname()[:2]
        return host, port

    @property
    def is_open(self) -> bool:
        """Whether clients are taken."""
        return self._server is not None and self._server.is_serving()

    @property
    def refusal(self) -> Answer | None:
        """Why no request is taken now, None where one is."""
        if self._stopping:
            return Answer(503, STOPPING)
        if self.delivery.spooler and (why := self.delivery.spooler.full):
            return Answer(429, why, AGAIN)
        if self.delivery.room.full:
            return Answer(429, FULL, AGAIN)
        return None

    def use(self, guard: Guard) -> None:
        """Ask for other tokens and certificates from now on; connections that stand end after what they are about."""
        self.guard = guard
        for session in list(self.sessions):
            session.retire()

    def held_by(self, session: WebhookSession, size: int, *, anew: bool = False) -> None:
        """Count what a session has read and not passed on; too much in all stops all but the first."""
        self.partials.update(session, size, anew=anew)
        stop, go_on = self.partials.changes()
        for other in stop:
            other.pause()
        for other in go_on:
            other.resume()

    async def take(self, request: Request, session: WebhookSession) -> Answer:
        """Put a batch on its way, and return what to say of it once it is safe, or cannot be in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.webhook.answer_deadline
        key = ("", "webhook", hashlib.sha256(request.body).hexdigest())
        receipt = self.recent.find(key, loop.time())
        if receipt:
            self.metrics.duplicates_joined.inc()
            log.info("%s: a batch sent again joins the first one", session.peer)
        else:
            receipt = self._new(key)
            if refusal := await self._judge(request, receipt, session, until):
                self.recent.forget(key)
                self.delivery.give_up(receipt)
                return refusal
        self.held_by(session, 0)
        if await self._safe(receipt, until):
            return Answer(200)
        return Answer(503, STOPPING) if self._stopping else Answer(503, LATE % self.webhook.answer_deadline, AGAIN)

    async def part(self) -> None:
        """Take no clients and no requests any more; those that have come whole wait for their answers."""
        self._stopping = True
        if self._server:
            self._server.close()
        for session in list(self.sessions):
            if session.working:
                session.retire()
            else:
                session.close()

    async def close(self) -> None:
        """Answer what is left, after delivery has been drained, and close."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(False)
        working = [session.working for session in self.sessions if session.working]
        if working:
            await asyncio.wait(working, timeout=1)
        for session in list(self.sessions):
            session.close()
        await asyncio.sleep(0)

    def _new(self, key: Key) -> Receipt:
        loop = asyncio.get_running_loop()
        receipt = Receipt(loop.time())
        self.recent.add(key, receipt)
        receipt.on_done(lambda: self.recent.delivered(key, loop.time()))
        return receipt

    async def _judge(self, request: Request, receipt: Receipt, session: WebhookSession, until: float) -> Answer | None:
        """Wait for room, and put a batch's events on their way; return why not, None where all of them are."""
        size = 0 if self.delivery.spooler else len(request.body)  # it is in the room only until it is on the disk
        try:
            async with asyncio.timeout_at(until):
                await self.delivery.room.admission(size)
        except TimeoutError:
            return Answer(429, FULL, AGAIN)
        try:
            await self._put(request, receipt)
        except NotAnEvent as error:
            return Answer(400, f"expected an EventList of audit.k8s.io, got {error}")
        except Exception:
            log.exception("%s: a batch is not taken after a bug in the bridge", session.peer)
            return Answer(500, "a bug in the bridge: see its log")
        return None

    async def _put(self, request: Request, receipt: Receipt) -> None:
        delivery, node = self.delivery, event_lists.node_of(request.path) or self.webhook.node
        ready: list[bytes] = []
        for some in event_lists.lines(request.body, delivery.sieve, delivery.judge, node, time.time_ns()):
            ready += some
            if len(ready) >= SLICE:
                self._pass_on(ready, receipt)
                ready = []
                await asyncio.sleep(0)
        self._pass_on(ready, receipt)
        delivery.complete(receipt)

    def _pass_on(self, ready: list[bytes], receipt: Receipt) -> None:
        self.metrics.events_received.labels("webhook").inc(len(ready))
        if ready:
            self.delivery.store(ready, receipt)

    async def _safe(self, receipt: Receipt, until: float) -> bool:
        """Wait until all of a batch is safe; false where that takes too long, or we stop before."""
        loop = asyncio.get_running_loop()
        safe: asyncio.Future[bool] = loop.create_future()
        self._waiting.add(safe)

        def settle(*, is_safe: bool) -> None:
            if not safe.done():
                safe.set_result(is_safe)

        receipt.on_done(lambda: settle(is_safe=True))
        timer = loop.call_at(until, lambda: settle(is_safe=False))
        try:
            return await safe
        finally:
            timer.cancel()
            self._waiting.discard(safe)
