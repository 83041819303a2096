"""Held back: while Loggly refuses everything, one event probes and all batches wait.

Whoever found out closes the gate, probes from time to time, and opens it; nobody else does. Whoever comes to the closed gate
waits, and what waits may be asked for. A new token, or another reason to believe that things have changed, wakes the probe.
"""

import asyncio
from dataclasses import dataclass

from bridge.batch import Batch


@dataclass(frozen=True, slots=True)
class Held:
    """Why everything waits, and since when (seconds since 1970).

    `witnesses` tells whether another batch may show that the request as such is right: the first one wakes the probe.
    """

    why: str
    since: float
    witnesses: bool = False


class Hold:
    """The gate; open until somebody closes it."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._woken = asyncio.Event()
        self._offers: dict[Batch, None] = {}
        self.held: Held | None = None

    @property
    def is_open(self) -> bool:
        """Whether batches may be sent."""
        return self.held is None

    @property
    def offers(self) -> list[Batch]:
        """What waits at the gate with an event that may be asked for, the longest waiting first."""
        return [batch for batch in self._offers if batch.count]

    def close(self, held: Held) -> None:
        """Let nobody pass; the caller has to probe, and to open again.

        A call of `wake` before is kept: a new token may have come while the old one was being refused.
        """
        self.held = held
        self._open.clear()

    def open(self) -> None:
        """Let everybody pass."""
        self.held = None
        self._woken.clear()
        self._open.set()

    def wake(self) -> None:
        """Let the next probe come at once."""
        self._woken.set()

    async def passed(self, *offers: Batch) -> None:
        """Wait until the gate is open; meanwhile one event of what is offered may be sent alone, and be gone."""
        while self.held is not None:  # it may have been closed again before our turn came
            if self.held.witnesses and not self._offers:
                self.wake()
            self._offers |= dict.fromkeys(offers)
            try:
                await self._open.wait()
            finally:
                for batch in offers:
                    self._offers.pop(batch, None)

    async def pause(self, seconds: float) -> None:
        """Wait before the next probe; shorter where somebody wakes it."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
        self._woken.clear()
