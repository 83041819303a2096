"""Tells sinks of detections, beside the way to Loggly and never in it: `take` only counts, everything else happens in tasks of its own.

What is given up is logged and counted, with the reason: `old`, an event beyond `max_age`; `refused`, content that the receiver does not take;
`gave_up`, tried for too long; `stopping`, the bridge ends; `removed`, the sink is gone from the configuration; `bug`, one of ours.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec

from audit.detecting import AlertLine
from audit.rules import Pack, Told
from bridge.allowance import Allowance
from bridge.grouping import Groups
from bridge.metrics import Metrics
from bridge.notice_bodies import MOST, body, path
from bridge.notices import Notice, Sighting, sighting
from bridge.posting import post
from bridge.retry import Answer, Outcome, answer, asked_pause, pauses
from bridge.sinks import Ready, told

log = logging.getLogger("bridge.notify")

AFTER_A_BUG = 5.0  # seconds
STOP_SECONDS = 3.0
"""What is left of Kubernetes's grace period when everything else is done."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the world gives: clocks (seconds; `now` since 1970, `clock` never back), randomness, and the retries' ceilings."""

    now: Callable[[], float]
    clock: Callable[[], float]
    random: Callable[[], float]
    initial: float
    maximum: float


class Worker:
    """One sink: what waits for it, and the task that sends it."""

    def __init__(self, ready: Ready, account: str, means: Means, metrics: Metrics) -> None:
        self.ready = ready
        self.rules: Mapping[str, Told] = {}
        self.groups = Groups()
        self._account, self._means, self._metrics = account, means, metrics
        self._allowance = Allowance(ready.sink.per_minute, means.clock())
        self._changed = asyncio.Event()
        self._stopping = False
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="notify")
        self._in_hand: Sequence[Notice] = ()
        metrics.watch_sink(ready.sink.name, lambda: self.groups.waiting)
        self.task = asyncio.get_running_loop().create_task(self._run())

    def use(self, ready: Ready) -> None:
        """Send as another configuration says, and at once."""
        if ready.sink.per_minute != self.ready.sink.per_minute:
            self._allowance = Allowance(ready.sink.per_minute, self._means.clock())
        self.ready = ready
        self._changed.set()

    def take(self, names: Sequence[str], seen: Sighting) -> None:
        """Count an event for those of the rules that the sink is told of."""
        for name in names:
            rule = self.rules.get(name)
            if rule is None:
                continue
            if self._means.now() - seen.time > self.ready.sink.max_age:
                self._metrics.notifications_dropped.labels(self.ready.sink.name, "old").inc()
            elif self.groups.take(self.ready.sink, rule, seen, self._means.clock()):
                self._changed.set()

    async def stop(self, within: float) -> None:
        """Send what there is, once, and end."""
        self._stopping = True
        self.groups.hurry(self._means.clock())
        self._changed.set()
        await asyncio.wait([self.task], timeout=within)
        await self.end("stopping")

    async def end(self, why: str) -> None:
        """End at once, and count what was not sent."""
        self.task.cancel()
        await asyncio.wait([self.task])
        if left := len(self._in_hand) + self.groups.waiting:
            self._given_up(left, why, "it had no time")
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        while not (self._stopping and self.groups.waiting == 0):
            try:
                await self._until_due()
                sink = self.ready.sink
                notices = self.groups.due(sink, self._means.clock(), MOST[sink.type])
                if notices:
                    self._in_hand = notices
                    await self._send(notices)
                    self._in_hand = ()
            except Exception:
                log.exception("a bug in the bridge; notices to %s are lost", self.ready.sink.name)
                self._given_up(len(self._in_hand), "bug", "a bug")
                self._in_hand = ()
                await asyncio.sleep(AFTER_A_BUG)

    async def _until_due(self) -> None:
        """Wait until something may be told."""
        while True:
            self._changed.clear()
            now, due = self._means.clock(), self.groups.next_due()
            allowed = 0.0 if self._stopping else self._allowance.seconds_left(now)
            if self._stopping and due is None:
                return
            if due is not None and due <= now and allowed <= 0:
                return
            await self._pause(None if due is None else max(due - now, allowed))

    async def _pause(self, seconds: float | None) -> None:
        """Wait, or until something has changed."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    async def _send(self, notices: Sequence[Notice]) -> None:
        """Try until the sink takes notices, or they are given up."""
        means, begun = self._means, self._means.clock()
        waits = pauses(means.initial, means.maximum, means.random)
        while True:
            ready = self.ready
            outcome = await self._attempt(ready, notices)
            match answer(outcome):
                case Answer.TAKEN:
                    self._metrics.notifications_sent.labels(ready.sink.name).inc(len(notices))
                    return
                case Answer.REFUSED:
                    self._given_up(len(notices), "refused", str(outcome))
                    return
            wait = max(next(waits), asked_pause(outcome.retry_after, means.now()))
            if self._stopping or means.clock() - begun + wait > ready.sink.give_up:
                self._given_up(len(notices), "stopping" if self._stopping else "gave_up", str(outcome))
                return
            log.warning("%s: %s; %d notices wait, next attempt in %.1f s", ready.sink.name, outcome, len(notices), wait)
            await self._wait_out(wait, ready)

    async def _wait_out(self, seconds: float, ready: Ready) -> None:
        """Wait; less where the sink is another one now, or where the bridge ends. What comes in meanwhile changes nothing."""
        until = self._means.clock() + seconds
        while (left := until - self._means.clock()) > 0 and self.ready is ready and not self._stopping:
            self._changed.clear()
            await self._pause(left)

    async def _attempt(self, ready: Ready, notices: Sequence[Notice]) -> Outcome:
        data = body(ready.sink, notices, self._account, self._means.now())
        self._allowance.take(self._means.clock())
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self._threads, post, ready.address, path(ready.sink), data)
        self._metrics.notification_requests.labels(ready.sink.name, outcome.code).inc()
        return outcome

    def _given_up(self, count: int, reason: str, why: str) -> None:
        name = self.ready.sink.name
        self._metrics.notifications_dropped.labels(name, reason).inc(count)
        log.error("%s: %d notices are given up: %s", name, count, why)


class Notifier:
    """All sinks. `account` is Loggly's subdomain, empty where nobody knows it."""

    def __init__(self, account: str, means: Means, metrics: Metrics) -> None:
        self._account, self._means, self._metrics = account, means, metrics
        self._workers: dict[str, Worker] = {}
        self._wanted: frozenset[str] = frozenset()
        self._removed: set[asyncio.Task[None]] = set()

    def use(self, sinks: Sequence[Ready], pack: Pack) -> None:
        """Tell these sinks of these rules from now on; what waits for a sink of the same name goes on waiting."""
        for name in self._workers.keys() - {one.sink.name for one in sinks}:
            self._remove(self._workers.pop(name))
        for one in sinks:
            name, worker = one.sink.name, self._workers.get(one.sink.name)
            if worker is None:
                log.info("notices to %s, %s", name, one.sink.type)
                worker = self._workers[name] = Worker(one, self._account, self._means, self._metrics)
            elif not one.same(worker.ready):
                log.info("notices to %s go another way", name)
                worker.use(one)
            worker.rules = told(one.sink, pack)
        self._wanted = frozenset(name for worker in self._workers.values() for name in worker.rules)

    def take(self, line: AlertLine) -> None:
        """Count a line for Loggly; returns at once, and costs next to nothing where no sink is told of its rules."""
        names = line.found.names
        if self._wanted.isdisjoint(names):
            return
        try:
            seen = sighting(line)
        except msgspec.MsgspecError:
            log.exception("a bug in the bridge: an event cannot be told of")
            return
        for worker in self._workers.values():
            worker.take(names, seen)

    async def stop(self, within: float = STOP_SECONDS) -> None:
        """Send what there is, once, and end; to do so again is harmless."""
        workers, self._workers, self._wanted = self._workers, {}, frozenset()
        await asyncio.gather(*(worker.stop(within) for worker in workers.values()), *self._removed)

    def _remove(self, worker: Worker) -> None:
        task = asyncio.get_running_loop().create_task(worker.end("removed"))
        self._removed.add(task)
        task.add_done_callback(self._removed.discard)
