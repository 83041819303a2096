"""Events that Loggly refuses one by one, on disk, with why: nothing is thrown away, a person decides.

Each is there as it was sent, so that it can be read, and sent again once what was wrong is put right. Other processes may
read and remove dead letters while the bridge runs.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audit.times import from_nanoseconds
from bridge.batch import Tags
from bridge.errors import StoreError
from bridge.sqlite import Database, Format

FORMAT = Format(
    what="the dead letters",
    key="dead_letter.path",
    application_id=0x6B616264,  # "kabd"
    version=1,
    columns="time TEXT NOT NULL, reason TEXT NOT NULL, answer TEXT NOT NULL, tags TEXT NOT NULL,"
    " size INTEGER NOT NULL, line BLOB NOT NULL",
)
_INSERT = "INSERT INTO rows (time, reason, answer, tags, size, line) VALUES (?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT id, time, reason, answer, tags, line FROM rows WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Letter:
    """One event that was refused. `time` is when, ISO 8601 in UTC; `answer` is Loggly's; `line` is what was sent."""

    id: int
    time: str
    reason: str
    answer: str
    tags: Tags
    line: bytes


class DeadLetters:
    """A file of refused events, at most `max_bytes` of them. Safe to call from several threads. Raises ConfigError.

    `clock` gives nanoseconds since 1970. Only the bridge makes the file; whoever only looks opens with `create=False`.
    """

    def __init__(
        self, path: str, max_bytes: int, clock: Callable[[], int] = time.time_ns, *, create: bool = True
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._database = Database(path, FORMAT, create=create)
        self.refusal = ""
        """Why the last `add` stored nothing; empty where it did."""

    @property
    def bytes_used(self) -> int:
        """The size of all events with their reasons and answers: what the bound is for. Raises StoreError."""
        return self._database.totals().bytes

    @property
    def count(self) -> int:
        """How many there are, also after another process has removed some. Raises StoreError."""
        return self._database.totals().count

    def add(self, line: bytes, tags: Tags, reason: str, answer: str) -> bool:
        """Keep an event; true once it is on the disk.

        False where there is no room, below the bound or on the disk: then nothing is stored, and `refusal` says why.
        """
        moment = from_nanoseconds(self._clock()) or ""
        size = len(line) + len(reason.encode()) + len(answer.encode())
        try:
            with self._database.transaction() as connection:
                self._database.need_room(size, self._max_bytes)
                connection.execute(_INSERT, (moment, reason, answer, ",".join(tags), size, line))
        except StoreError as error:
            self.refusal = str(error)
            return False
        self.refusal = ""
        return True

    def ids(self) -> list[int]:
        """Return the ids of all, the oldest first. Raises StoreError."""
        return [number for (number,) in self._database.read("SELECT id FROM rows ORDER BY id")]

    def list(self) -> Iterator[Letter]:
        """Yield all, the oldest first, one at a time in memory. Raises StoreError."""
        for number in self.ids():
            if letter := self.get(number):  # it may have been removed meanwhile
                yield letter

    def get(self, number: int) -> Letter | None:
        """Return one by its id, None where it is not there. Raises StoreError."""
        for found, moment, reason, answer, tags, line in self._database.read(_SELECT, number):
            return Letter(found, moment, reason, answer, tuple(tags.split(",")) if tags else (), line)
        return None

    def answered(self, number: int, answer: str) -> None:
        """Keep the answer to a further attempt instead of the one before. Raises StoreError."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE rows SET answer = ? WHERE id = ?", (answer, number))

    def remove(self, number: int) -> bool:
        """Forget one; false where it was not there. Raises StoreError: then it is still there."""
        with self._database.transaction() as connection:
            removed = connection.execute("DELETE FROM rows WHERE id = ?", (number,)).rowcount
        self._database.shrink()
        return removed > 0

    def close(self) -> None:
        """Close the file."""
        self._database.close()
