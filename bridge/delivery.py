"""From chunks to Loggly: judges lines, gathers batches, uploads several at once, and settles receipts.

Runs on one event loop; only the uploads themselves run in threads. Bytes that are taken in and not delivered are counted, and
`room` waits while they are too many: whoever takes chunks in waits there before it reads more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from audit.judge import Judge
from audit.settings import Settings
from audit.times import to_seconds
from bridge import intake
from bridge.batch import Batch, Batches, Bounds
from bridge.loggly import Loggly
from bridge.messages import Chunk
from bridge.metrics import Metrics
from bridge.receipts import Receipt
from bridge.retry import Outcome, Verdict, pauses, verdict

log = logging.getLogger("bridge.delivery")

SLICE = 1_000  # lines judged before other connections get their turn
_TIMESTAMP = b'"timestamp":"'
_TIMESTAMP_LENGTH = 27


class Delivery:
    """Takes chunks and says, by their receipts, when Loggly has them."""

    def __init__(self, settings: Settings, loggly: Loggly, metrics: Metrics, random: Callable[[], float]) -> None:
        self._settings = settings
        self._loggly = loggly
        self._metrics = metrics
        self._random = random
        self._judge = Judge(settings.cluster, settings.environment, settings.limits.event_bytes)
        batch = settings.batch
        self._batches = Batches(Bounds(batch.max_bytes, batch.max_events, batch.max_age))
        self._slots = asyncio.Semaphore(settings.loggly.connections)
        self._threads = ThreadPoolExecutor(settings.loggly.connections, thread_name_prefix="upload")
        self._tasks: set[asyncio.Task[None]] = set()
        self._receipts: dict[Receipt, None] = {}  # undelivered, the oldest first
        self._unacked = 0
        self._room = asyncio.Event()
        self._room.set()
        self._timer: asyncio.TimerHandle | None = None
        metrics.watch_oldest(self.oldest_seconds)

    @property
    def unacked_bytes(self) -> int:
        """Return how many bytes are taken in and not delivered."""
        return self._unacked

    @property
    def full(self) -> bool:
        """Whether more bytes wait for Loggly than may."""
        return self._unacked >= self._settings.limits.unacked_bytes

    async def room(self) -> None:
        """Wait until bytes may be taken in."""
        await self._room.wait()

    async def take(self, chunk: Chunk, receipt: Receipt) -> None:
        """Judge a chunk's events and put them on their way; the receipt says when they have arrived."""
        self._receipts[receipt] = None
        self._metrics.chunks_received.inc()
        lines = intake.lines(chunk, self._judge, self._settings.limits.decompressed_bytes, time.time_ns())
        while ready := list(islice(lines, SLICE)):
            self._add(ready, receipt)
            if len(ready) == SLICE:
                await asyncio.sleep(0)
        receipt.complete()
        if receipt.done:
            self._receipts.pop(receipt, None)

    def flush(self) -> None:
        """Send what is gathered, for nobody will send more until then."""
        self._upload(self._batches.flush())

    async def drain(self, within: float) -> bool:
        """Send everything and wait for it; false where it took longer than `within` seconds."""
        self.flush()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        left = len(self._tasks)
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        return left == 0

    def oldest_seconds(self) -> float:
        """Return the age of the oldest chunk that is not delivered, 0 where there is none."""
        oldest = next(iter(self._receipts), None)
        return time.monotonic() - oldest.begun if oldest else 0.0

    def _add(self, lines: list[bytes], receipt: Receipt) -> None:
        self._metrics.events_received.labels("forward").inc(len(lines))
        self._count(sum(map(len, lines)) + len(lines))
        self._upload(self._batches.add(self._settings.loggly.tags, lines, receipt, time.monotonic()))
        self._set_timer()

    def _count(self, size: int) -> None:
        self._unacked += size
        self._metrics.unacked_bytes.set(self._unacked)
        if self.full:
            self._room.clear()
        else:
            self._room.set()

    def _set_timer(self) -> None:
        due = self._batches.next_due()
        if due is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(due - time.monotonic(), 0), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._upload(self._batches.due(time.monotonic()))
        self._set_timer()

    def _upload(self, batches: list[Batch]) -> None:
        for batch in batches:
            self._start(self._deliver(batch))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, batch: Batch) -> None:
        """Upload until Loggly has the batch."""
        retry = self._settings.retry
        waits = pauses(retry.initial, retry.maximum, self._random)
        while verdict(outcome := await self._attempt(batch)) is not Verdict.DELIVERED:
            wait = next(waits)
            log.warning("Loggly: %s; %d events wait, next attempt in %.1f s", outcome, len(batch.lines), wait)
            await asyncio.sleep(wait)
        self._delivered(batch)

    async def _attempt(self, batch: Batch) -> Outcome:
        async with self._slots:
            loop = asyncio.get_running_loop()
            outcome = await loop.run_in_executor(self._threads, self._loggly.post, batch.tags, batch.body())
        self._metrics.requests.labels(outcome.code).inc()
        return outcome

    def _delivered(self, batch: Batch) -> None:
        now = time.time()
        self._metrics.events_delivered.inc(len(batch.lines))
        self._metrics.last_delivery.set(now)
        if (newest := newest_seconds(batch)) is not None:
            self._metrics.delivery_lag.observe(max(now - newest, 0.0))
        batch.settle()
        for receipt, _ in batch.parts:
            if receipt.done:
                self._receipts.pop(receipt, None)
        self._count(-batch.size)


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
