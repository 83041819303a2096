"""The spool, as the event loop sees it: lines of senders that keep nothing are on disk first, and delivered from there.

One thread writes all that has gathered with one sync of the disk. One task reads rows in their order and sends them on as
far as there is room, so memory does not follow the backlog; while Loggly is away it leaves room for what is still to be
written. A row is deleted when Loggly has its lines; what is there at
the start was there before a crash, and goes first.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Protocol

from bridge.batch import Tags
from bridge.errors import StoreError
from bridge.receipts import Receipt
from bridge.room import Room
from bridge.spool import Row, Spool

log = logging.getLogger("bridge.spool")

READ_BYTES = 4 * 2**20  # rows read at once
ROW_BYTES = 2**20
RETRY_SECONDS = 1.0  # until a full spool is tried again


class Onward(Protocol):
    """Where rows go: lines, their tags, and the receipt that says when they have arrived."""

    def __call__(self, lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        """Put lines on their way."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A row that is not on the disk yet; its receipt is that of the sender who waits for it, if one does."""

    lines: list[bytes]
    tags: Tags
    size: int
    receipt: Receipt | None


class Spooler:
    """Between the intake and delivery; `room` counts what waits for the disk too."""

    def __init__(self, spool: Spool, room: Room, onward: Onward, clock: Callable[[], float]) -> None:
        self._spool = spool
        self._room = room
        self._onward = onward
        self._clock = clock
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[_Waiting] = []
        self._delivered: list[int] = []
        self._on_their_way = 0  # bytes of rows that were sent on and have not arrived
        self._arrived = asyncio.Event()
        self._written, self._to_write, self._to_read = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._to_read.set()
        self._writing = asyncio.ensure_future(self._write())
        self._reading = asyncio.ensure_future(self._read())

    @property
    def full(self) -> str:
        """Why nothing more can be written for now, empty where it can."""
        return self._spool.refusal if self._waiting else ""

    def put(self, lines: list[bytes], tags: Tags, receipt: Receipt | None = None) -> None:
        """Write lines with the next syncs; they count as taken in until they are on the disk, and as settled from then on."""
        for row in rows_of(lines):
            size = sum(map(len, row)) + len(row)
            self._room.add(size)
            self._waiting.append(_Waiting(row, tags, size, receipt))
            if receipt:
                receipt.expect(len(row))
        self._written.clear()
        self._to_write.set()

    async def quiesce(self, within: float) -> bool:
        """Write what waits and read no more rows; false where writing took longer than `within` seconds."""
        self._reading.cancel()
        try:
            if self._waiting:
                await asyncio.wait_for(self._written.wait(), within)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Delete what is delivered, and close the file; what is not delivered stays in it."""
        for task in (self._reading, self._writing):
            task.cancel()
        await asyncio.gather(self._reading, self._writing, return_exceptions=True)
        await self._forget_delivered()
        self._disk.shutdown()
        self._spool.close()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            while self._waiting and await self._write_some():
                self._to_read.set()
            if self._waiting:
                log.error("%s; nothing more is read until there is room", self._spool.refusal)
                loop.call_later(RETRY_SECONDS, self._to_write.set)
            else:
                self._written.set()
            await self._forget_delivered()

    async def _write_some(self) -> bool:
        """Write with one sync what the spool takes at once; where it has no room for all of that, the first alone."""
        loop = asyncio.get_running_loop()
        for rows in (self._first(self._spool.at_once), self._first(0)):
            values = [(row.lines, row.tags) for row in rows]
            if await loop.run_in_executor(self._disk, self._spool.put_many, values) is not None:
                del self._waiting[: len(rows)]
                self._room.free(sum(row.size for row in rows))
                for row in rows:
                    if row.receipt:
                        row.receipt.settle(len(row.lines))
                return True
        return False

    def _first(self, size: int) -> "list[_Waiting]":
        """Return of what waits as much as fits into so many bytes, one row at least."""
        sizes = accumulate(row.size for row in self._waiting)
        return self._waiting[: max(1, sum(1 for _ in takewhile(size.__ge__, sizes)))]

    async def _read(self) -> None:
        """Send rows on in their order; those that are on their way already are not read again."""
        loop, after = asyncio.get_running_loop(), 0
        while True:
            await self._to_read.wait()
            self._to_read.clear()
            try:
                rows = await loop.run_in_executor(self._disk, self._spool.take, after, READ_BYTES)
            except StoreError as error:
                log.error("%s", error)  # noqa: TRY400 - a sentence, no traceback
                loop.call_later(RETRY_SECONDS, self._to_read.set)
                continue
            for row in rows:
                await self._turn()
                after = row.id
                self._send(row)
            if rows:
                self._to_read.set()

    async def _turn(self) -> None:
        """Wait until rows take no more than half of the room: what comes meanwhile needs the other half to be written.

        One row may always be on its way, for a full spool only becomes emptier by that, whatever waits to be written.
        """
        while self._on_their_way and (self._room.full or self._on_their_way > self._room.limit // 2):
            self._arrived.clear()
            await self._arrived.wait()

    def _send(self, row: Row) -> None:
        receipt = Receipt(self._clock())
        self._on_their_way += row.size
        receipt.on_done(lambda: self._mark(row))
        self._onward(row.lines, receipt, row.tags)  # completes the receipt

    def _mark(self, row: Row) -> None:
        self._on_their_way -= row.size
        self._arrived.set()
        self._delivered.append(row.id)
        self._to_write.set()

    async def _forget_delivered(self) -> None:
        ids = list(self._delivered)
        if not ids:
            return
        deleted: bool = await asyncio.get_running_loop().run_in_executor(self._disk, self._spool.delete, ids)
        if deleted:
            del self._delivered[: len(ids)]


def rows_of(lines: list[bytes]) -> Iterator[list[bytes]]:
    """Cut lines into rows of at most `ROW_BYTES`, one line at least, so that every row fits into the spool's reserve."""
    row: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > ROW_BYTES and row:
            yield row
            row, size = [], len(line) + 1
        row.append(line)
    if row:
        yield row
