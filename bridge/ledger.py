"""What logs say should have arrived, on disk in the order of time: a row an event, whatever order the logs are in.

The file has no name and is gone with the process; about 100 bytes an event. Memory does not follow it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from bridge.errors import StoreError
from bridge.prints import Key

WINDOW_EVENTS = 2_000
WINDOW_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Want:
    """An event that should have arrived: `time` in microseconds since 1970, where it stands in which log, counted from 0 and 1."""

    time: int
    key: Key
    digest: bytes
    file: int
    line: int


class Ledger:
    """Takes what is wanted, and gives it back window by window. An event that a log holds twice is wanted once."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute(
            "CREATE TABLE wanted (time INTEGER, id TEXT, stage TEXT, digest BLOB, file INTEGER, line INTEGER,"
            " PRIMARY KEY (time, id, stage, digest)) WITHOUT ROWID"
        )

    def add(self, wants: Iterable[Want]) -> None:
        """Take some events. Raises StoreError where the disk is full."""
        rows = ((one.time, *one.key, one.digest, one.file, one.line) for one in wants)
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"expected room for the events of the logs, got: {error} - make room in the folder TMPDIR"
            ) from None

    def __len__(self) -> int:
        count: int = self._connection.execute("SELECT count(*) FROM wanted").fetchone()[0]
        return count

    def windows(self, most: int = WINDOW_EVENTS, seconds: int = WINDOW_SECONDS) -> Iterator[list[Want]]:
        """Yield everything in the order of time, some at a time; events of one time are never parted."""
        window: list[Want] = []
        for row in self._connection.execute("SELECT * FROM wanted"):
            want = Want(row[0], Key(row[1], row[2]), *row[3:])
            full = len(window) >= most or (window and want.time - window[0].time > seconds * 1_000_000)
            if full and want.time != window[-1].time:
                yield window
                window = []
            window.append(want)
        if window:
            yield window

    def between(self, since: int, until: int) -> list[Want]:
        """Return a window again by its first and last time."""
        rows = self._connection.execute("SELECT * FROM wanted WHERE time BETWEEN ? AND ?", (since, until))
        return [Want(row[0], Key(row[1], row[2]), *row[3:]) for row in rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
