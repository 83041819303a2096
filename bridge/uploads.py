"""A batch to its end: taken by Loggly, or set aside on disk; nothing else ends it.

The order of what is tried, for a batch that Loggly refuses (400, 413): halves, down to single events; a single event that is too
large is cut; what is still refused alone goes to the dead letters, if anything at all was taken meanwhile. When nothing
was, the request itself is at fault, and everything is held.

Held means: one loud alarm, all batches wait, and a single event probes from time to time. The probe is of the batch that
found out; where Loggly refuses content rather than us, one of another batch, for that can show who is at fault.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from audit import shape
from bridge.batch import Batch
from bridge.hold import Held, Hold
from bridge.retry import Outcome, Verdict, asked_pause, pauses, verdict

log = logging.getLogger("bridge.loggly")

REFUSALS_WITHOUT_ONE_TAKEN = 8  # single events refused in a row before the request is under suspicion
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
class Uploads:
    """What every batch's way has in common."""

    attempt: Callable[[Batch], Awaitable[Outcome]]
    aside: Aside
    pauses: Pauses
    random: Callable[[], float]
    now: Callable[[], float]
    hold: Hold = field(default_factory=Hold)
    on_taken: Callable[[int], object] = field(default=lambda _: None)
    taken: int = 0  # batches, or parts of one, that Loggly took

    async def deliver(self, batch: Batch) -> None:
        """Return once every line of the batch is settled."""
        parts, refused = [batch], list[tuple[Batch, Outcome]]()
        taken_before = self.taken
        while parts:
            part = parts.pop()
            outcome = await self._upload(part)
            if outcome is None:
                continue
            smaller = _smaller(part, outcome)
            parts += smaller
            if not smaller:
                refused.append((part, outcome))
            if len(refused) >= REFUSALS_WITHOUT_ONE_TAKEN and self.taken == taken_before:
                await self._suspect(refused, parts)
        if refused and self.taken == taken_before:
            await self._suspect(refused, [])
        for part, outcome in refused:
            await self._set_aside(part, outcome)

    async def _upload(self, part: Batch) -> Outcome | None:
        """Try until Loggly takes the part (None) or refuses its content."""
        waits = pauses(self.pauses.initial, self.pauses.maximum, self.random)
        while part.lines:
            await self.hold.passed(part)
            if not part.lines:  # taken as a witness meanwhile
                break
            outcome = await self.attempt(part)
            match verdict(outcome):
                case Verdict.DELIVERED:
                    self._take(part)
                case Verdict.SPLIT:
                    return outcome
                case Verdict.HOLD:
                    await self._probe(part, f"Loggly answers {outcome}")
                case Verdict.RETRY:
                    wait = max(next(waits), asked_pause(outcome.retry_after, self.now()))
                    log.warning("Loggly: %s; %d events wait, next attempt in %.1f s", outcome, len(part.lines), wait)
                    await asyncio.sleep(wait)
        return None

    def _take(self, part: Batch) -> None:
        self.taken += 1
        self.on_taken(len(part.lines))
        part.settle()

    async def _probe(self, part: Batch, why: str) -> None:
        """Hold everything until Loggly takes, or refuses for its content, the part's first event."""
        if not self.hold.is_open:
            return
        self._close(Held(why, self.now()))
        try:
            while True:
                await self.hold.pause(self.pauses.probe)
                if await self._ask(part) in {Verdict.DELIVERED, Verdict.SPLIT}:
                    return
        finally:
            self._open()

    async def _suspect(self, refused: list[tuple[Batch, Outcome]], untried: list[Batch]) -> None:
        """Return once Loggly has taken any event: then the refused ones are at fault, and not the request.

        One of the batch's own untried events is asked first; then everything is held, and others are.
        """
        taken = self.taken
        if untried:
            await self._ask(untried[0])
        while self.taken == taken:
            if not self.hold.is_open:
                await self.hold.passed(None)
                continue
            self._close(Held(f"Loggly refuses every event: {refused[-1][1]}", self.now(), witnesses=True))
            try:
                while self.taken == taken:
                    await self.hold.pause(self.pauses.probe)
                    await self._ask(self.hold.witness() or refused[0][0])
            finally:
                self._open()

    async def _ask(self, part: Batch) -> Verdict:
        """Send the first event of a part alone."""
        first = part.first()
        answer = verdict(await self.attempt(first))
        if answer is Verdict.DELIVERED:
            part.drop_first()
            self._take(first)
        return answer

    async def _set_aside(self, part: Batch, outcome: Outcome) -> None:
        """Put a refused event into the dead letters; hold everything while they have no room."""
        closed = False
        while part.lines and not await self.aside(part.lines[0], part.tags, outcome):
            if self.hold.is_open:
                closed = True
                self._close(Held("there is no room for an event that Loggly refuses (dead_letter)", self.now()))
            await self.hold.pause(self.pauses.probe)
        if part.lines:
            log.error("Loggly refuses an event, it is kept as a dead letter: %s", outcome)
            part.settle()
        if closed:
            self._open()

    def _close(self, held: Held) -> None:
        log.error(
            "HELD: %s; everything is kept, nothing is acked, and one event probes every %g s",
            held.why,
            self.pauses.probe,
        )
        self.hold.close(held)

    def _open(self) -> None:
        if not self.hold.is_open:
            log.warning("no longer held: Loggly answers again")
            self.hold.open()


def _smaller(part: Batch, outcome: Outcome) -> list[Batch]:
    """Return what to try instead of a refused part, the last first; nothing where it is one event of a good size."""
    if len(part.lines) > 1:
        return list(reversed(part.halves()))
    if outcome.status == 413 and len(part.lines[0]) > SMALLEST_CUT:
        return [part.replaced(shape.fit(part.lines[0], max(len(part.lines[0]) // 2, SMALLEST_CUT)))]
    return []
