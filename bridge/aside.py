"""Dead letters, as the event loop sees them: writing waits for the disk in a thread of its own."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from audit.settings import DeadLetter
from bridge.batch import Tags
from bridge.dead_letters import DeadLetters
from bridge.errors import StoreError
from bridge.metrics import Metrics
from bridge.retry import Outcome
from bridge.status import Store

log = logging.getLogger("bridge.dead_letters")


class DeadLetterBox:
    """Keeps refused events where the settings name a file; raises ConfigError where that cannot be used."""

    def __init__(self, settings: DeadLetter, metrics: Metrics) -> None:
        self._letters = DeadLetters(settings.path, settings.max_bytes) if settings.path else None
        self._max_bytes = settings.max_bytes
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dead-letters")
        if self._letters:
            metrics.watch_dead_letters(lambda: self.count)

    @property
    def count(self) -> int:
        """How many events are kept; waits for the disk. 0 where it cannot be read, which `store` tells."""
        found = self.store()
        return found.count if found else 0

    def store(self) -> Store | None:
        """Say how full the file is, None where there is none; waits for the disk."""
        letters = self._letters
        if letters is None:
            return None
        try:
            return Store(letters.count, letters.bytes_used, self._max_bytes, letters.refusal)
        except StoreError as error:
            return Store(0, 0, self._max_bytes, str(error))

    async def put(self, line: bytes, tags: Tags, outcome: Outcome) -> bool:
        """Keep an event that Loggly refuses; true once it is on the disk, false where there is no room or no file."""
        if self._letters is None:
            log.error("Loggly refuses an event, and there is no place for it: set dead_letter.path")
            return False
        loop = asyncio.get_running_loop()
        kept = await loop.run_in_executor(self._thread, self._letters.add, line, tags, outcome.code, str(outcome))
        if kept:
            self._metrics.events_dead_lettered.labels(outcome.code).inc()
        else:
            log.error("%s", self._letters.refusal)
        return kept

    def close(self) -> None:
        """Wait for the disk and close the file."""
        self._thread.shutdown()
        if self._letters:
            self._letters.close()
