"""An event loop whose clock jumps: an hour of waiting is over at once, and waiting for nothing is an error, not a hang."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST = 200_000.0  # seconds; what is not over after two days never will be


class Stuck(Exception):  # noqa: N818 - what happened
    """Everything waits, and nothing is left that could end it."""


class _Jumping(selectors.SelectSelector):
    """A selector that never waits: the time that it was to wait has passed."""

    now = 0.0
    stuck = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self.stuck and (timeout is None or self.now > LONGEST):
            self.stuck = True  # said once: the tasks that are left are cancelled in peace
            raise Stuck(f"nothing ends any more after {self.now:g} s")
        self.now += timeout or 0
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop that begins at second 0; not for threads, whose work takes real time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-6  # a sleep of 0.1 s is over after 0.1 s, whatever was lost in adding up

    def time(self) -> float:
        """Return the seconds that have passed, those of waiting alone."""
        return self._jumping.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time; raises Stuck where it would wait for ever."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
