"""Chunks in Message mode whose connection ended without their ack: what is sent again takes the place of one of them.

A chunk of that mode is one event, and its id may be a hash of it (Fluent Bit's are), so two events that are alike have one id.
Joining them by it would lose one. But a sender that got no ack sends its chunk again: as many as were left without an
ack are taken in again, and what comes beyond that is new. Bounded in time and in number; what is forgotten is delivered
twice at worst.
"""

from collections import deque
from dataclasses import dataclass

from bridge.receipts import Receipt
from bridge.recent import REMEMBERED_CHUNKS, REMEMBERED_SECONDS, Key


@dataclass(slots=True, eq=False)
class _Left:
    at: float
    key: Key
    receipt: Receipt


class Orphans:
    """Receipts without a connection, by chunk; the clock is the caller's, in seconds."""

    def __init__(self) -> None:
        self._waiting: dict[Key, list[_Left]] = {}
        self._all: deque[_Left] = deque()  # the oldest first; adopted ones stay until their time

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def leave(self, key: Key, receipt: Receipt, now: float) -> None:
        """Keep the receipt of a chunk whose connection has ended without its ack."""
        left = _Left(now, key, receipt)
        self._waiting.setdefault(key, []).append(left)
        self._all.append(left)
        self._forget(now)

    def adopt(self, key: Key, now: float) -> Receipt | None:
        """Return the receipt whose place this chunk takes, None where it is a new one."""
        self._forget(now)
        while waiting := self._waiting.get(key):
            left = waiting[0]
            self._take(left)
            if not left.receipt.hopeless:
                return left.receipt
        return None

    def _forget(self, now: float) -> None:
        while self._all and (self._all[0].at < now - REMEMBERED_SECONDS or len(self._all) > REMEMBERED_CHUNKS):
            self._take(self._all.popleft())

    def _take(self, left: _Left) -> None:
        waiting = self._waiting.get(left.key, [])
        if left in waiting:
            waiting.remove(left)
            if not waiting:
                del self._waiting[left.key]
