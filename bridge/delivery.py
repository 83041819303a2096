"""From chunks to Loggly: judges lines, gathers batches, uploads several at once, and settles receipts.

Runs on one event loop; only the requests themselves, and writing to disk, run in threads. What becomes of a batch is
`uploads`' business, how much may be on its way `room`'s.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import orjson

from audit.detecting import AlertLine
from audit.rules import Pack
from audit.settings import Settings
from audit.times import from_nanoseconds, to_seconds
from bridge import intake, others
from bridge.activity import Activity
from bridge.answers import Answers
from bridge.batch import Batch, Batches, Bounds, Tags
from bridge.loggly import Loggly
from bridge.messages import Chunk
from bridge.metrics import Metrics
from bridge.origins import Origin, Origins
from bridge.others import Others
from bridge.receipts import Receipt
from bridge.retry import Outcome
from bridge.room import Room
from bridge.severity import by_severity
from bridge.sieve import Sieve
from bridge.uploads import Aside, Pauses, Uploads

if TYPE_CHECKING:
    from prometheus_client import Counter

    from bridge.spooling import Spooler

log = logging.getLogger("bridge.delivery")

ACKED_AGE = 0.1  # seconds that lines gather at most while a sender waits for their ack
EAGER = 2  # batches on their way beyond which more is gathered first: a request costs as much as hundreds of events
A_TURN = 0.01  # seconds, in which what waited for room is judged
OWN_WORDS = "kube-audit-bridge asks with this line whether Loggly takes any, for it refuses an event"
SLICE = 1_000  # lines judged before other connections get their turn
_TIMESTAMP = b'"timestamp":"'
_TIMESTAMP_LENGTH = 27


class Delivery:
    """Takes chunks and says, by their receipts, when Loggly has them."""

    def __init__(
        self, settings: Settings, loggly: Loggly, aside: Aside, metrics: Metrics, random: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._loggly = loggly
        self._metrics = metrics
        self._origins, self._others = Origins(settings), Others(settings.others)
        self.judge = self._origins.own.judge
        for origin in self._origins.all:
            metrics.cluster_events.labels(origin.cluster)
        batch, retry = settings.batch, settings.retry
        self.sieve = Sieve(lambda reason, events: metrics.events_filtered.labels(reason).inc(events))
        self.answers = Answers()
        self.activity = Activity(time.monotonic)
        self._batches = Batches(Bounds(batch.max_bytes, batch.max_events, batch.max_age, min(batch.max_age, ACKED_AGE)))
        pauses = Pauses(retry.initial, retry.maximum, retry.probe)
        taken = metrics.events_delivered.inc
        slots = asyncio.Semaphore(settings.loggly.connections)
        self.uploads = Uploads(
            self._attempt, aside, pauses, random, time.time, slots, on_taken=taken, own=self._own_line
        )
        self.room = Room(settings.limits.unacked_bytes, metrics.unacked_bytes.set)
        self.pack = Pack()
        self._matched: dict[str, Counter] = {}  # by rule; a look at the labels for each match would be dearer
        self.on_alert: Callable[[AlertLine], object] = lambda _: None
        # What senders that ask for no ack send goes to disk first, where this is set.
        self.spooler: Spooler | None = None
        self._threads = ThreadPoolExecutor(settings.loggly.connections, thread_name_prefix="upload")
        self._tasks: set[asyncio.Task[None]] = set()
        self._receipts: dict[Receipt, None] = {}  # undelivered, the oldest first
        self._on_their_way = 0  # batches
        self._flushing = False  # once there are fewer
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        metrics.watch_oldest(self.oldest_seconds)
        metrics.watch_held(lambda: not self.uploads.hold.is_open)

    def use_rules(self, pack: Pack) -> None:
        """Ask these detection rules of every event from now on."""
        self.pack = pack
        self._origins.use_rules(pack)
        label = self._metrics.rule_matches.labels
        self._matched = {one.name: label(one.name, one.about.severity) for one in pack.told()}

    async def admission(self, chunk: Chunk) -> None:
        """Wait until a chunk may be taken in; what goes over the disk needs no room of its size, for it may wait there."""
        await self.room.admission(0 if self.spooler and chunk.ack is None else len(chunk.body))

    async def take(self, chunk: Chunk, receipt: Receipt, user: str = "") -> None:
        """Judge a chunk's events and put them on their way; the receipt says when they have arrived.

        `user` is who sent it, where that had to be proved.
        """
        self._metrics.chunks_received.inc()
        ready: list[bytes] = []
        origin = self._origins.of(user)
        lines, tags = self._judged(chunk, origin)
        count = self._metrics.cluster_events.labels(origin.cluster).inc
        for some in lines:
            ready += some
            count(len(some))
            if len(ready) >= SLICE:
                self._pass_on(ready, chunk, receipt, tags)
                ready = []
                await asyncio.sleep(0)
        if ready:
            self._pass_on(ready, chunk, receipt, tags)
        self.complete(receipt)

    def _judged(self, chunk: Chunk, origin: Origin) -> tuple[Iterator[list[bytes]], Tags]:
        """Return a chunk's lines as they become known, and their tags: an audit log's, or another log's."""
        other = self._others.tags(chunk.tag)
        limit, now = self._settings.limits.decompressed_bytes, time.time_ns()
        if other is not None:
            return others.lines(chunk, origin.judge, limit, now), other
        return intake.lines(chunk, self.sieve, origin.judge, limit, now), origin.tags

    def _pass_on(self, ready: list[bytes], chunk: Chunk, receipt: Receipt, tags: Tags) -> None:
        """Put lines on their way, over the disk where their sender keeps nothing."""
        self._metrics.events_received.labels("forward").inc(len(ready))
        if self.spooler and chunk.ack is None:
            for under, some in by_severity(ready, tags, self._settings.rules.tagged, self._count):
                self.spooler.put(some, under)
        else:
            self.send(ready, receipt, tags, waits=chunk.ack is not None)

    def forward(self, lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        """Put lines on their way that are all of their receipt."""
        self.send(lines, receipt, tags)
        self.complete(receipt)

    def send(self, lines: list[bytes], receipt: Receipt, tags: Tags, *, waits: bool = False) -> None:
        """Put lines that are judged already on their way; sooner where their sender waits for an ack."""
        self._receipts[receipt] = None
        self.room.add(sum(map(len, lines)) + len(lines))
        self.activity.saw(lines)
        for under, some in by_severity(lines, tags, self._settings.rules.tagged, self._count):
            self._upload(self._batches.add(under, some, receipt, time.monotonic(), waits=waits))
        self._set_timer()

    def store(self, lines: list[bytes], receipt: Receipt) -> None:
        """Put lines on their way that the spool makes safe: the receipt counts them until they are there; without one, delivered."""
        tags = self._settings.loggly.tags
        if self.spooler is None:
            self.send(lines, receipt, tags, waits=True)
            return
        for under, some in by_severity(lines, tags, self._settings.rules.tagged, self._count):
            self.spooler.put(some, under, receipt)

    def _count(self, line: AlertLine) -> None:
        for name in line.found.names:
            self._matched[name].inc()
        self.on_alert(line)

    def complete(self, receipt: Receipt) -> None:
        """Say that no more lines come under this receipt."""
        receipt.on_done(lambda: self._receipts.pop(receipt, None) and None)
        receipt.complete()
        self.room.pass_on()

    def give_up(self, receipt: Receipt) -> None:
        """Forget a chunk that could not be read to its end: its sender keeps it."""
        receipt.hopeless = True
        self._receipts.pop(receipt, None)
        self.room.pass_on()

    def flush(self) -> None:
        """Send what is gathered, for nobody will send more until then; once little is on its way, for it gathers more meanwhile."""
        self._flushing = self._on_their_way >= EAGER
        if not self._flushing:
            self._upload(self._batches.flush())

    async def drain(self, within: float) -> bool:
        """Send everything and wait for it; false where it took longer than `within` seconds.

        What is in the spool is safe there, and stays there where it was not delivered.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + within
        if self.spooler:
            await self.spooler.quiesce(0)
        while self._busy and (left := until - clock()) > 0:
            self.flush()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(A_TURN)
        delivered = not self._busy
        written = await self.spooler.quiesce(max(until - clock(), 0)) if self.spooler else True
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self.spooler:
            await self.spooler.close()
        return written and delivered

    @property
    def _busy(self) -> bool:
        """Whether anything was taken in, or waits for its turn, and is not delivered."""
        return bool(self._tasks or self._receipts or self.room.waiting)

    def oldest_seconds(self) -> float:
        """Return the age of the oldest chunk that is not delivered, 0 where there is none; from any thread."""
        oldest = next(iter(list(self._receipts)), None)  # the list is made at once, while the loop may add to the dict
        return time.monotonic() - oldest.begun if oldest else 0.0

    def _set_timer(self) -> None:
        due = self._batches.next_due()
        if due is None or (self._timer and self._timer_due <= due):
            return
        if self._timer:
            self._timer.cancel()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(max(due - time.monotonic(), 0), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._upload(self._batches.due(time.monotonic()))
        self._set_timer()

    def _upload(self, batches: list[Batch]) -> None:
        for batch in batches:
            self._on_their_way += 1
            task = asyncio.get_running_loop().create_task(self._deliver(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, batch: Batch) -> None:
        size, newest = batch.size, newest_seconds(batch)
        try:
            await self.uploads.deliver(batch)
        finally:
            self._on_their_way -= 1
        now = time.time()
        self._metrics.last_delivery.set(now)
        if newest is not None:
            self.answers.lag = max(now - newest, 0.0)
            self._metrics.delivery_lag.observe(self.answers.lag)
        self.room.free(size)
        if self._flushing:
            self.flush()

    def _own_line(self) -> bytes:
        """Return an event of our own, which asks whether Loggly takes any."""
        audit = {"cluster": self._settings.cluster, "environment": self._settings.environment}
        known = {key: value for key, value in audit.items() if value}
        return orjson.dumps({"message": OWN_WORDS, "timestamp": from_nanoseconds(time.time_ns()), "audit": known})

    async def _attempt(self, batch: Batch) -> Outcome:
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self._threads, self._loggly.post, batch.tags, batch.body())
        self._metrics.requests.labels(outcome.code).inc()
        self.answers.heard(outcome, time.time())
        if outcome.foreign:
            self._metrics.foreign_answers.inc()
            log.warning("a 200 whose body is not Loggly's, taken as a delivery: is a proxy in between?")
        return outcome


def newest_seconds(batch: Batch) -> float | None:
    """Return the time of a batch's last event, in seconds since 1970."""
    line = batch.lines[-1]
    start = line.rfind(_TIMESTAMP)
    if start < 0:
        return None
    start += len(_TIMESTAMP)
    try:
        return to_seconds(line[start : start + _TIMESTAMP_LENGTH].decode())
    except ValueError:
        return None
