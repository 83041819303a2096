"""The acks that one connection is owed: in the order of its chunks, one write each, none after the deadline.

A client reads one ack with one call (Fluentd: one `recv` of 512 bytes), so two acks are two writes in two turns of the
event loop. Past the deadline nothing is acked any more, for a late ack would meet the next chunk of a reused
connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bridge.receipts import Receipt
from bridge.recent import Key


@dataclass(frozen=True, slots=True)
class Writer:
    """What the queue does to its connection: write an ack, and give up on one that took too long."""

    write: Callable[[bytes], None]
    expired: Callable[[], None]


@dataclass(slots=True, eq=False)
class _Owed:
    ack: bytes
    receipt: Receipt
    deadline: asyncio.TimerHandle
    key: Key | None


class AckQueue:
    """Acks that wait for their receipts; `deadline` in seconds from when each was owed."""

    def __init__(self, writer: Writer, deadline: float) -> None:
        self._writer = writer
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._owed: deque[_Owed] = deque()
        self._writing = False

    def __len__(self) -> int:
        return len(self._owed)

    @property
    def due(self) -> bool:
        """Whether an ack is about to be written."""
        return bool(self._owed) and self._owed[0].receipt.done

    def owe(self, ack: bytes, receipt: Receipt, key: Key | None = None) -> None:
        """Write the ack once the receipt is done and all acks before it are written; `key` is what `forget` calls it."""
        timer = self._loop.call_later(self._deadline, self._expire, receipt)
        self._owed.append(_Owed(ack, receipt, timer, key))
        receipt.on_done(self._schedule)

    def forget(self) -> list[tuple[Key, Receipt]]:
        """Write none of them, for there is nobody left to read them; return those that have a key."""
        forgotten = [(owed.key, owed.receipt) for owed in self._owed if owed.key]
        for owed in self._owed:
            owed.deadline.cancel()
        self._owed.clear()
        return forgotten

    def _schedule(self) -> None:
        if not self._writing and self.due:
            self._writing = True
            self._loop.call_soon(self._write_one)

    def _write_one(self) -> None:
        self._writing = False
        if not self._owed:
            return
        owed = self._owed.popleft()
        owed.deadline.cancel()
        self._writer.write(owed.ack)
        self._schedule()

    def _expire(self, receipt: Receipt) -> None:
        if not receipt.done:
            self._writer.expired()
