"""The spool, as the event loop sees it: lines of senders that keep nothing are on disk first, and delivered from there.

One thread writes all that has gathered with one sync of the disk. One task reads rows in their order and sends them on as
far as there is room, so memory does not follow the backlog. A row is deleted when Loggly has its lines; what is there at
the start was there before a crash, and goes first.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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


class Spooler:
    """Between the intake and delivery; `room` counts what waits for the disk too."""

    def __init__(self, spool: Spool, room: Room, onward: Onward, clock: Callable[[], float]) -> None:
        self._spool = spool
        self._room = room
        self._onward = onward
        self._clock = clock
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[tuple[list[bytes], Tags, int]] = []
        self._delivered: list[int] = []
        self._written, self._to_write, self._to_read = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._to_read.set()
        self._writing = asyncio.ensure_future(self._write())
        self._reading = asyncio.ensure_future(self._read())

    def put(self, lines: list[bytes], tags: Tags) -> None:
        """Write lines with the next syncs; they count as taken in until they are on the disk."""
        for row in rows_of(lines):
            size = sum(map(len, row)) + len(row)
            self._room.add(size)
            self._waiting.append((row, tags, size))
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
            if await loop.run_in_executor(self._disk, self._spool.put_many, [row[:2] for row in rows]) is not None:
                del self._waiting[: len(rows)]
                self._room.free(sum(size for _, _, size in rows))
                return True
        return False

    def _first(self, size: int) -> list[tuple[list[bytes], Tags, int]]:
        """Return of what waits as much as fits into so many bytes, one row at least."""
        sizes = accumulate(row[2] for row in self._waiting)
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
                await self._room.admission()
                after = row.id
                self._send(row)
                self._room.pass_on()
            if rows:
                self._to_read.set()

    def _send(self, row: Row) -> None:
        receipt = Receipt(self._clock())
        receipt.on_done(lambda: self._mark(row.id))
        self._onward(row.lines, receipt, row.tags)  # completes the receipt

    def _mark(self, number: int) -> None:
        self._delivered.append(number)
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
