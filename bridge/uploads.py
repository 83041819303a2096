"""A batch to its end: taken by Loggly, or set aside on disk; nothing else ends it.

What Loggly refuses (400, 413) is halved, down to single events; one that is too large is cut. An event is set aside only after
this, in this order: it was refused alone; Loggly took another one, sent after that; it was refused alone again. So whatever
goes wrong with all requests at once, from whenever to whenever, sets nothing aside.

Held means: one loud alarm, all batches wait, and a single event probes from time to time. It begins where Loggly refuses us,
and where it refuses one event after the other and takes none. The event that probes is one of the batch that found out, or,
where content may be at fault, one of another batch: that can show that the request as such is right. Where there is none,
for a sender that sends one event and waits for its ack sends no other, it is a line of our own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from audit import shape
from bridge.batch import Batch
from bridge.hold import Held, Hold
from bridge.logs import ALWAYS
from bridge.retry import Outcome, Verdict, asked_pause, pauses, verdict

log = logging.getLogger("bridge.loggly")

AFTER_A_BUG = 5.0  # seconds
REFUSALS_IN_A_ROW = 8  # single events, none taken since; if one from far away is refused too, the request is suspected
SMALLEST_CUT = 10_000  # bytes; an event cut to this and still refused is not refused for its size


class Aside(Protocol):
    """Where refused events go; false where there is no room, or no such place."""

    async def __call__(self, line: bytes, tags: tuple[str, ...], outcome: Outcome) -> bool:
        """Keep one event durably."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds: the first ceiling and the last one of retries, and between two probes."""

    initial: float
    maximum: float
    probe: float


@dataclass(slots=True)
class _Work:
    """What is left of a batch: every line that is not settled is in one of the lists. `outcome` is the last refusal."""

    untried: list[Batch]  # the next one last
    refused: list[Batch] = field(default_factory=list)  # single events
    outcome: Outcome | None = None

    @property
    def offers(self) -> list[Batch]:
        """What may be asked for an event."""
        return [part for part in [*self.untried, *self.refused] if part.count]

    def prefer_a_far_one(self) -> None:
        """Let the next one be a single event, of the end of the batch."""
        far = self.untried[0]
        self.untried.append(far.only(0))
        far.drop(0)
        if not far.count:
            del self.untried[0]


@dataclass(slots=True)
class Uploads:
    """What every batch's way has in common; at most `slots` requests at once."""

    attempt: Callable[[Batch], Awaitable[Outcome]]
    aside: Aside
    pauses: Pauses
    random: Callable[[], float]
    now: Callable[[], float]
    slots: asyncio.Semaphore
    hold: Hold = field(default_factory=Hold)
    on_taken: Callable[[int], object] = field(default=lambda _: None)
    own: Callable[[], bytes] | None = None
    """Makes a line that nobody sent and Loggly should take."""
    _begun: int = 0  # requests so far, which numbers them
    _newest_taken: int = -1  # the highest number of those that Loggly took

    async def deliver(self, batch: Batch) -> None:
        """Return once every line of the batch is settled; a bug is logged, and what it left is tried again."""
        work = _Work([batch])
        while work.untried or work.refused:
            try:
                await self._advance(work)
            except Exception:
                log.exception("a bug in the bridge; what is left of the batch is tried again")
                await asyncio.sleep(AFTER_A_BUG)

    async def _advance(self, work: _Work) -> None:
        refusals = len(work.refused)
        if event := self._at_fault(work):
            await self._settle(event)
            work.refused.remove(event)
        elif refusals and (refusals > REFUSALS_IN_A_ROW or not work.untried):
            await self._suspect(work)
        else:
            if refusals == REFUSALS_IN_A_ROW:
                work.prefer_a_far_one()
            await self._try(work)

    async def _try(self, work: _Work) -> None:
        """Upload the next part; what is refused is halved, or one event that is under suspicion now."""
        part = work.untried[-1]
        outcome = await self._upload(part)
        del work.untried[-1]
        if outcome and part.count > 1:
            first, second = part.halves()
            work.untried.extend((second, first))
        elif outcome:
            part.refused = part.refused or self._begun
            work.refused.append(part)
            work.outcome = outcome

    async def _settle(self, event: Batch) -> None:
        """Upload an event that was refused before others were taken; set it aside where it is refused again."""
        if outcome := await self._upload(event):
            await self._set_aside(event, outcome)

    async def _upload(self, part: Batch) -> Outcome | None:
        """Try until Loggly takes the part (None) or refuses its content, cut as small as an event may be."""
        whole: list[bytes] = []
        try:
            while outcome := await self._upload_as_it_is(part):
                smaller = _smaller(part, outcome)
                if smaller is None:
                    break
                whole = whole or part.lines
                part.put([smaller])
        finally:
            if whole and part.count:
                part.put(whole)
        return outcome

    async def _upload_as_it_is(self, part: Batch) -> Outcome | None:
        waits = pauses(self.pauses.initial, self.pauses.maximum, self.random)
        while part.count:
            await self.hold.passed(part)
            async with self.slots:
                if not (self.hold.is_open and part.count):  # closed, or taken as a witness, before our turn came
                    continue
                outcome = await self._send(part)
            match verdict(outcome):
                case Verdict.DELIVERED:
                    self._take(part)
                    if not self.hold.is_open:
                        self.hold.wake()
                case Verdict.SPLIT:
                    return outcome
                case Verdict.HOLD:
                    await self._probe(part, f"Loggly answers {outcome}")
                case Verdict.RETRY:
                    wait = max(next(waits), asked_pause(outcome.retry_after, self.now()))
                    log.warning("Loggly: %s; %d events wait, next attempt in %.1f s", outcome, part.count, wait)
                    await asyncio.sleep(wait)
        return None

    async def _send(self, part: Batch) -> Outcome:
        number, self._begun = self._begun, self._begun + 1
        outcome = await self.attempt(part)
        if verdict(outcome) is Verdict.DELIVERED:
            self._newest_taken = max(self._newest_taken, number)
        return outcome

    def _take(self, part: Batch) -> None:
        self.on_taken(part.count)
        part.settle()

    async def _probe(self, part: Batch, why: str) -> None:
        """Hold everything until Loggly takes, or refuses for its content, an event of the part."""
        if not self.hold.is_open:
            return
        with self._closed(Held(why, self.now())):
            while True:
                await self.hold.pause(self.pauses.probe)
                if await self._ask(part) in {Verdict.DELIVERED, Verdict.SPLIT}:
                    return

    async def _suspect(self, work: _Work) -> None:
        """Hold everything until Loggly has taken an event that was sent after a refusal: so the request is right."""
        while not self._at_fault(work):
            if not self.hold.is_open:
                await self.hold.passed(*work.offers)
                continue
            why = f"Loggly refuses every event: {work.outcome}"
            with self._closed(Held(why, self.now(), witnesses=True)):
                while not self._at_fault(work):
                    await self.hold.pause(self.pauses.probe)
                    if not self._at_fault(work):
                        await self._ask_another(work)

    async def _ask_another(self, work: _Work) -> None:
        """Ask for an event that may show who is at fault: one that was not refused yet, where there is any."""
        offers = [*self.hold.offers, *work.offers]
        if self.own and all(part.refused for part in offers):
            line = self.own()
            async with self.slots:
                await self._send(Batch(work.refused[0].tags, 0.0, [line], len(line) + 1))
        else:
            await self._ask(min(offers, key=lambda part: part.asked))

    def _at_fault(self, work: _Work) -> Batch | None:
        """Return a refused event that another was taken after, or that was taken itself, as a witness; None where none is."""
        return next((event for event in work.refused if self._newest_taken >= event.refused or not event.count), None)

    async def _ask(self, part: Batch) -> Verdict:
        """Send one event of a part alone, another one each time."""
        at = part.asked % part.count
        part.asked += 1
        event = part.only(at)
        async with self.slots:
            answer = verdict(await self._send(event))
        if answer is Verdict.DELIVERED:
            part.drop(at)
            self._take(event)
        elif answer is Verdict.SPLIT and part.count == 1:
            part.refused = part.refused or self._begun
        return answer

    async def _set_aside(self, event: Batch, outcome: Outcome) -> None:
        """Put a refused event into the dead letters; hold everything while they have no room."""
        if not await self._kept(event, outcome):
            await self.hold.passed()
            with self._closed(Held("there is no room for an event that Loggly refuses (dead_letter)", self.now())):
                while not await self._kept(event, outcome):
                    await self.hold.pause(self.pauses.probe)
        log.error("Loggly refuses an event, it is kept as a dead letter: %s", outcome)
        event.settle()

    async def _kept(self, event: Batch, outcome: Outcome) -> bool:
        return await self.aside(event.lines[0], event.tags, outcome)

    @contextmanager
    def _closed(self, held: Held) -> Iterator[None]:
        """Hold everything while the context lasts."""
        probe = self.pauses.probe
        log.error("HELD: %s; all is kept, nothing is acked, one event asks every %g s", held.why, probe, extra=ALWAYS)
        self.hold.close(held)
        try:
            yield
            log.warning("no longer held", extra=ALWAYS)  # not where a shutdown ends it
        finally:
            self.hold.open()


def _smaller(part: Batch, outcome: Outcome) -> bytes | None:
    """Return what to send instead of one event that is too large; None where that is not what it is refused for."""
    if part.count > 1 or outcome.status != 413 or len(part.lines[0]) <= SMALLEST_CUT:
        return None
    return shape.fit(part.lines[0], max(len(part.lines[0]) // 2, SMALLEST_CUT))
