"""Held back: while Loggly refuses everything, one batch probes and all others wait.

The one that found out closes the gate and probes from time to time; whoever passes while it is closed waits. A new token, or
another reason to believe that things have changed, wakes the probe at once.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Held:
    """Why everything waits, and since when (seconds since 1970).

    `witnesses` tells whether another batch may show that the request as such is right: its arrival wakes the probe.
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
        self._waiting: deque[Any] = deque()
        self.held: Held | None = None

    @property
    def is_open(self) -> bool:
        """Whether batches may be sent."""
        return self.held is None

    def close(self, held: Held) -> None:
        """Let nobody pass; the caller has to probe, and to open again."""
        self.held = held
        self._woken.clear()
        self._open.clear()

    def open(self) -> None:
        """Let everybody pass."""
        self.held = None
        self._open.set()

    def wake(self) -> None:
        """Let the next probe come at once."""
        self._woken.set()

    async def passed(self, what: Any) -> None:
        """Wait until the gate is open; `what` waits is what `witness` may take meanwhile."""
        if self.held is None:
            return
        self._waiting.append(what)
        if self.held.witnesses:
            self.wake()
        try:
            await self._open.wait()
        finally:
            self._waiting.remove(what)

    def witness(self) -> Any | None:
        """Return the longest waiting of what waits, None where nothing does."""
        return next((what for what in self._waiting if what is not None), None)

    async def pause(self, seconds: float) -> None:
        """Wait before the next probe; shorter where somebody wakes it."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
        self._woken.clear()
