"""All logs that the bridge reads itself (`files`): a task for each, those of a pattern as they come and go, and their positions."""

import asyncio
import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

from audit.settings import File, Settings
from bridge import blocks, cri, memory
from bridge.delivery import Delivery
from bridge.following import Follower
from bridge.gaps import Gap
from bridge.logs import ALWAYS
from bridge.metrics import NO_EVENT, Metrics
from bridge.position import Position
from bridge.positions import Keeper, Positions
from bridge.status import Log
from bridge.tail import Manner, Tail

log = logging.getLogger("bridge.files")

LOOK_FOR_MORE_SECONDS = 2.0
NODE_VARIABLE = "NODE_NAME"
CUTTERS = {"raw": blocks.raw, "cri": cri.lines}


class Tails:
    """The tasks. Raises ConfigError where the file of positions cannot be used; made in the event loop."""

    def __init__(self, settings: Settings, delivery: Delivery, metrics: Metrics, positions: Positions) -> None:
        self._settings = settings
        self._delivery = delivery
        self._metrics = metrics
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="files")
        self._keeper = Keeper(positions, self._in_thread)
        self._tails: dict[Tail, asyncio.Task[None]] = {}
        self._gaps: dict[str, int] = {}
        self._looking = asyncio.ensure_future(self._look_for_more())

    def rows(self) -> tuple[Log, ...]:
        """Return what is read now; from any thread."""
        return tuple(
            Log(tail.path, tail.position.offset, tail.lag_bytes, self._gaps.get(tail.path, 0), tail.problem)
            for tail in sorted(self._tails.copy(), key=lambda tail: tail.path)
        )

    async def stop(self) -> None:
        """Read no more; what was read is on its way afterwards."""
        self._looking.cancel()
        for tail in self._tails:
            tail.stop()
        await asyncio.gather(self._looking, *self._tails.values(), return_exceptions=True)

    async def close(self) -> None:
        """Keep the last positions; after delivery has been drained."""
        await self._keeper.close()
        self._threads.shutdown()

    async def _look_for_more(self) -> None:
        """Read every file that is named; those of a pattern once they are there, until they are gone."""
        while True:
            for file in self._settings.files:
                paths = _matching(file.path) if file.is_pattern else [file.path]
                self._begin(file, paths)
                if file.is_pattern:
                    await self._end_gone(file, paths)
            await asyncio.sleep(LOOK_FOR_MORE_SECONDS)

    def _begin(self, file: File, paths: Iterable[str]) -> None:
        known = {tail.path for tail in self._tails}
        is_first = not any(fnmatch(path, file.path) for path in self._keeper.known())
        for path in sorted(paths):
            if path not in known:
                self._start(file, path, is_first)

    def _start(self, file: File, path: str, is_first: bool) -> None:
        """Read a log from where it was left, from where `from` says, or, where others of its pattern are known, whole."""
        position = self._keeper.get(path) or (None if is_first else Position())
        follower = Follower(path, position, at_end=file.from_ == "end", cut=CUTTERS[file.format], gap=self._missed)
        manner = Manner(
            judge=self._delivery.judge,
            sieve=self._delivery.sieve,
            node=file.node or os.environ.get(NODE_VARIABLE, "") or os.uname().nodename,
            tags=self._settings.loggly.tags,
            skip_others=file.format == "cri" and file.others == "skip",
            taken=self._metrics.events_received.labels("file").inc,
            skipped=self._metrics.events_filtered.labels(NO_EVENT).inc,
        )
        moved = partial(self._keeper.put, path)
        tail = Tail(path, follower, manner, self._delivery, moved=moved, in_thread=self._in_thread)
        tail.position = position or tail.position
        self._metrics.watch_file(path, lambda: tail.position.offset, lambda: tail.lag_bytes)
        self._tails[tail] = asyncio.get_running_loop().create_task(self._run(tail))
        where = f"from byte {position.offset}" if position and position.inode else f"from the {file.from_}"
        log.info("reading %s %s", path, where)

    async def _run(self, tail: Tail) -> None:
        """Run a task again that ended by a bug; a position only moves past what is delivered, so nothing is lost by that."""
        try:
            await tail.run()
        except Exception:
            log.exception("a bug in the bridge; %s is not read on until it is started again", tail.path)
            tail.problem = "a bug in the bridge: see its log, and restart it"

    async def _end_gone(self, file: File, paths: Iterable[str]) -> None:
        """Forget the logs of a pattern that are gone, once all of them is delivered."""
        gone = [tail for tail in self._tails if fnmatch(tail.path, file.path) and tail.path not in paths]
        for tail in gone:
            if tail.lag_bytes == 0:
                tail.stop()
                await self._tails.pop(tail)
                self._keeper.forget(tail.path)
                self._metrics.unwatch_file(tail.path)

    def _missed(self, gap: Gap) -> None:
        self._gaps[gap.path] = self._gaps.get(gap.path, 0) + 1
        self._metrics.file_gaps.labels(gap.path).inc()
        log.error("%s", gap, extra=ALWAYS)

    async def _in_thread(self, function: Any, /, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


def _matching(pattern: str) -> list[str]:
    """Return the files that a pattern's last part matches, links that lead nowhere too; none where the directory is not there."""
    folder, _, name = pattern.rpartition("/")
    return [str(path) for path in Path(folder).glob(name)]


def opened(settings: Settings, delivery: Delivery, metrics: Metrics) -> Tails | None:
    """Begin to read the logs of the configuration; None where it names none. Raises ConfigError."""
    if not settings.files or settings.state.path is None:
        return None
    memory.stay_small()
    return Tails(settings, delivery, metrics, Positions(settings.state.path))
