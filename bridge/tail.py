"""One log on its way: blocks are read, judged, sent; the position moves when Loggly has their lines, in their order.

The backlog is the log itself: while there is no room nothing is read, so memory does not follow it.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from audit.errors import NotAnEvent
from audit.event import from_line
from audit.judge import Judge
from bridge.batch import Tags
from bridge.following import EVERY, Block, Follower
from bridge.log_access import sentence
from bridge.position import Position
from bridge.positions import InThread
from bridge.raw import AT_ONCE
from bridge.receipts import Receipt
from bridge.room import Room
from bridge.sieve import Sieve

log = logging.getLogger("bridge.files")

REQUEST_BYTES = 10**6  # of one log: the next is read while this is on its way; larger ones only need more memory
IN_FLIGHT_BYTES = 3 * REQUEST_BYTES // 2  # half of the next one, too
SLICE = 1_024  # lines judged before others get their turn


class Onward(Protocol):
    """Where judged lines go: `bridge.delivery.Delivery`."""

    room: Room

    def send(self, lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        """Put lines on their way."""

    def complete(self, receipt: Receipt) -> None:
        """Say that no more lines come under this receipt."""

    def flush(self) -> None:
        """Send what is gathered."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the lines of a log are judged and sent; `skip_others` leaves out what is no audit event."""

    judge: Judge
    sieve: Sieve
    node: str
    tags: Tags
    skip_others: bool
    taken: Callable[[int], object]
    """Hears how many lines were taken in."""
    skipped: Callable[[int], object]
    """Hears how many were left out."""


@dataclass(frozen=True, slots=True)
class _Sent:
    receipt: Receipt
    after: Position
    size: int


class Tail:
    """A log's task. `moved` hears of positions as they are reached."""

    def __init__(
        self,
        path: str,
        follower: Follower,
        manner: Manner,
        onward: Onward,
        *,
        moved: Callable[[Position], object],
        in_thread: InThread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.problem = ""
        self.position = Position()
        self._follower = follower
        self._manner = manner
        self._onward = onward
        self._moved = moved
        self._in_thread = in_thread
        self._clock = clock
        self._sent: deque[_Sent] = deque()
        self._in_flight = self._gathered = 0
        self._settled, self._stopping = asyncio.Event(), asyncio.Event()
        self._looked = 0.0

    @property
    def lag_bytes(self) -> int:
        """How much of the log is not delivered, as of the last look; from any thread."""
        return self._follower.unread + self._in_flight

    async def run(self) -> None:
        """Read and send until `stop`."""
        try:
            while not self._stopping.is_set():
                try:
                    if not await self._one_more():
                        await self._pause()
                except OSError as error:
                    self._onward.room.pass_on()
                    self._tell(sentence(self.path, error))
                    await self._pause()
        finally:
            self._follower.close()

    def stop(self) -> None:
        """Read no more; what was read is sent to its end, and `run` returns."""
        self._stopping.set()

    async def _one_more(self) -> bool:
        """Take the next block in as soon as there is room; false where there is none."""
        await self._room()
        if self._stopping.is_set():
            return True
        await self._look()
        block = self._follower.at_hand() or await self._in_thread(self._follower.read)
        self._tell("")
        if block is None:
            self._onward.room.pass_on()
            return False
        await self._take(block)
        return True

    async def _room(self) -> None:
        """Wait for room, and look on meanwhile, so that what is rotated away is noticed."""
        while self._in_flight >= IN_FLIGHT_BYTES and not self._stopping.is_set():
            self._settled.clear()
            await self._either(self._settled.wait())
        room = self._onward.room
        if (room.full or room.waiting) and not self._stopping.is_set():
            turn = asyncio.ensure_future(room.admission())
            while not turn.done() and not self._stopping.is_set():
                await self._either(turn)
            if not turn.done():
                turn.cancel()
            elif self._stopping.is_set():
                room.pass_on()

    async def _either(self, awaited: Awaitable[object]) -> None:
        """Wait for something, for the end, or for the time to look again."""
        task = asyncio.ensure_future(awaited)
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait((task, stopping), timeout=EVERY, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task is not awaited:
            task.cancel()
        await self._look()

    async def _look(self) -> None:
        """Look at the log's directory, now and then."""
        if self._clock() - self._looked >= EVERY:
            self._looked = self._clock()
            await self._in_thread(self._follower.look)

    async def _take(self, block: Block) -> None:
        receipt = Receipt(self._clock())
        self._sent.append(_Sent(receipt, block.after, block.size))
        self._in_flight += block.size
        ready: list[bytes] = []
        for start in range(0, len(block.lines), AT_ONCE):
            some = block.lines[start : start + AT_ONCE]
            ready += self._judged(self._manner.sieve.lines(some, some)[1])
            if len(ready) >= SLICE:
                self._send(ready, receipt)
                ready = []
                await asyncio.sleep(0)
        if block.overlong:
            why = f"a line of {block.size:,} bytes, which is too long to be read"
            ready.append(self._manner.judge.damaged(block.overlong, why, time.time_ns()))
        if ready:
            self._send(ready, receipt)
        receipt.on_done(self._settle)
        self._onward.complete(receipt)
        self._gathered += block.size
        if self._gathered >= REQUEST_BYTES:
            self._gathered = 0
            self._onward.flush()
        await asyncio.sleep(0)

    def _send(self, ready: list[bytes], receipt: Receipt) -> None:
        self._manner.taken(len(ready))
        self._onward.send(ready, receipt, self._manner.tags)

    def _settle(self) -> None:
        """Move the position past the blocks that are delivered, up to the first that is not."""
        moved = False
        while self._sent and self._sent[0].receipt.done:
            sent = self._sent.popleft()
            self._in_flight -= sent.size
            self.position = sent.after
            moved = True
        if moved:
            self._settled.set()
            self._moved(self.position)

    def _judged(self, lines: list[bytes]) -> list[bytes]:
        """Judge lines together, and alone those that need more."""
        judged = self._manner.judge.lines(lines, self._manner.node, lambda place: self._alone(lines[place]))
        return list(filter(None, judged))

    def _alone(self, line: bytes) -> bytes | None:
        """Judge one line; None for one that is not shipped."""
        if not line.strip():
            return None
        if self._manner.skip_others and not _is_event(line):
            self._manner.skipped(1)
            return None
        now = time.time_ns()
        try:
            return self._manner.judge.line(line, self._manner.node, now)
        except Exception as error:  # noqa: BLE001 - a line that a bug of ours meets must not hold up the log for ever
            return self._manner.judge.damaged(line, f"bug: {type(error).__name__}", now)

    def _tell(self, problem: str) -> None:
        """Log a problem when it is new, and its end."""
        if problem and problem != self.problem:
            log.error("%s", problem)
        elif self.problem and not problem:
            log.info("%s: can be read now", self.path)
        self.problem = problem

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), EVERY)


def _is_event(line: bytes) -> bool:
    try:
        from_line(line)
    except NotAnEvent:
        return False
    return True
