"""How much may be on its way: bytes taken in and not delivered, bounded, with a fair queue before the door.

Whoever wants to take a chunk in waits for `admission`. Those who wait are let in one at a time, in the order in which they
came, so that a client that sends much does not keep out one that sends little.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Room:
    """Counts bytes; `changed` hears of every count."""

    def __init__(self, limit: int, changed: Callable[[int], object]) -> None:
        self.limit = limit
        self._changed = changed
        self._queue: deque[tuple[asyncio.Future[None], int]] = deque()
        self.used = 0

    @property
    def full(self) -> bool:
        """Whether no more may be taken in."""
        return self.used >= self.limit

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    def fits(self, size: int) -> bool:
        """Whether so many bytes more may be taken in; half the room is enough for what is larger than that."""
        return not self.full and self.used + min(size, self.limit // 2) <= self.limit

    async def admission(self, size: int = 0) -> None:
        """Wait for one's turn, until about so many bytes fit; more may come of them than that."""
        if self.fits(size) and not self._queue:
            return
        turn = asyncio.get_running_loop().create_future(), size
        self._queue.append(turn)
        self.pass_on()
        try:
            await turn[0]
        except asyncio.CancelledError:
            if turn in self._queue:
                self._queue.remove(turn)
            self.pass_on()  # the turn may have been ours already
            raise

    def add(self, size: int) -> None:
        """Count bytes that were taken in."""
        self.used += size
        self._changed(self.used)

    def free(self, size: int) -> None:
        """Count bytes that are delivered, and let the next one in."""
        self.used -= size
        self._changed(self.used)
        self.pass_on()

    def pass_on(self) -> None:
        """Let the next one in where there is room, after one's own chunk has been counted."""
        while self._queue and self.fits(self._queue[0][1]):
            turn, _ = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
