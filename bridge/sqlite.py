"""Our own SQLite files: opened, checked and locked in one way, with errors that say what to do.

A commit that returned is on the disk: write-ahead log, `synchronous=FULL`, and the directory synced when a file is made. What
was being written when the process or the machine died is not there when the file is opened again, whole or in part.
The file says whose it is (`application_id`) and in which version (`user_version`), so a stranger's is never written to.
How many rows are in it and what they weigh is kept beside them, in the same transactions.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from bridge.errors import ConfigError, FullDiskError, StoreError

BUSY_SECONDS = 5.0  # how long another process's lock is waited for; a command's transaction takes milliseconds
LOG_BYTES = 8 * 2**20  # what the write-ahead log keeps on the disk once it is written back
SLACK_BYTES = 16 * 2**20  # what an emptied file may keep, for the next rows to use

# What SQLite's result codes mean to whoever has to act: what we got, and the cure. https://sqlite.org/rescode.html
_MEANING = {
    sqlite3.SQLITE_BUSY: ("one that another process has locked", "stop that process, or name another file"),
    sqlite3.SQLITE_FULL: ("a full disk", "make room"),
    sqlite3.SQLITE_IOERR: ("a disk that fails, or a quota that is used up", "check the disk"),
    sqlite3.SQLITE_READONLY: ("one that may not be written", "check its permissions"),
    sqlite3.SQLITE_CANTOPEN: ("one that cannot be opened", "check that it is there, and its permissions"),
    sqlite3.SQLITE_CORRUPT: ("a damaged one", "move it away; `sqlite3 FILE .recover` reads what is whole"),
    sqlite3.SQLITE_NOTADB: ("a file that is not SQLite's", "move it away, or name another file"),
}
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)  # a quota that is used up is the latter


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds: in words, the setting that names it, and its table `rows`, which needs a column `size`."""

    what: str
    key: str
    application_id: int
    version: int
    columns: str

    @property
    def schema(self) -> tuple[str, ...]:
        """The statements that make an empty file ours. Ids grow for ever: one that was deleted is never given again."""
        counting = "CREATE TRIGGER on_{0} AFTER {0} ON rows BEGIN UPDATE totals SET count = count {1} 1, bytes = bytes {1} {2}.size; END"
        return (
            f"CREATE TABLE rows (id INTEGER PRIMARY KEY AUTOINCREMENT, {self.columns})",
            "CREATE TABLE totals (count INTEGER NOT NULL, bytes INTEGER NOT NULL)",
            "INSERT INTO totals VALUES (0, 0)",
            counting.format("insert", "+", "new"),
            counting.format("delete", "-", "old"),
            f"PRAGMA application_id = {self.application_id}",
            f"PRAGMA user_version = {self.version}",
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows there are, and the sum of their sizes in bytes."""

    count: int
    bytes: int


class Database:
    """An open file. Safe to call from several threads, which wait for one another.

    `create` makes the file where it is not there yet; `alone` keeps every other process out while it is open. Raises
    ConfigError where the file cannot be used at all, and StoreError where an operation fails later.
    """

    def __init__(self, path: str, form: Format, *, create: bool = True, alone: bool = False) -> None:
        self.path = path
        self._form = form
        self._lock = threading.Lock()
        if create:
            self._make()
        try:
            self._connection = self._connect()
            self.written = self._prepared(alone)
            """What was in the file after our own last transaction; known without waiting for the disk."""
        except sqlite3.DatabaseError as error:
            raise ConfigError(self._explained(error)) from None

    def read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds. Raises StoreError."""
        with self._lock, self._translated():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write what the block writes, durably, or, where it or the disk fails, nothing. Raises StoreError."""
        with self._lock, self._translated():
            with _atomically(self._connection):
                yield self._connection
                written = self._count()
            self.written = written

    def totals(self) -> Totals:
        """Return what is in the file now, whoever wrote it."""
        with self._lock, self._translated():
            return self._count()

    def full(self) -> FullDiskError:
        """Return the error that a full disk is."""
        return FullDiskError(self._sentence(*_MEANING[sqlite3.SQLITE_FULL]))

    def need_room(self, size: int, most: int) -> None:
        """Raise StoreError, inside a transaction, where `size` more bytes would pass the bound of `most` bytes."""
        used = self._count().bytes
        if used + size > most:
            key = f"{self._form.key.partition('.')[0]}.max_bytes"
            raise StoreError(
                f"{self.path} ({key}): expected room for {size:,} bytes, got {used:,} of {most:,} bytes in use - raise the bound"
            )

    def shrink(self, slack: int = SLACK_BYTES) -> None:
        """Give the space of deleted rows back to the file system where no row is left; otherwise it is used again.

        Up to `slack` bytes may stay. It is only housekeeping: where it fails, nothing is lost, and the next time will do.
        """
        if self.written.count:
            return
        with suppress(StoreError), self._lock, self._translated():
            if self._pragma("freelist_count") * self._pragma("page_size") > slack:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def write_back(self, *, truncate: bool = False) -> None:
        """Put what stands in the write-ahead log into its place, so that the log's room can be used again.

        With `truncate` that room is given back to the file system. Raises StoreError.
        """
        with self._lock, self._translated():
            self._connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'RESTART'})").fetchall()

    def close(self) -> None:
        """Close the file; a further operation is a bug."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make(self) -> None:
        """Make an empty file that only we may read, and make sure that a crash does not take its name away again."""
        directory = Path(self.path).parent
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _sync_directory(directory)
        except FileExistsError:
            return
        except OSError as error:
            cure = f"make the directory {directory}" if isinstance(error, FileNotFoundError) else "check the path"
            raise ConfigError(
                f"{self.path} ({self._form.key}): expected a file that can be written,"
                f" got: {(error.strerror or str(error)).lower()} - {cure}"
            ) from None

    def _connect(self) -> sqlite3.Connection:
        address = f"file:{quote(self.path)}?mode=rw"
        return sqlite3.connect(address, BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)

    def _prepared(self, alone: bool) -> Totals:
        """Set what a connection has to know, and make an empty file ours. What fails here leaves nothing open."""
        connection = self._connection
        with ExitStack() as stack:
            stack.callback(connection.close)
            if alone:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._is_ours()  # or it is not written to
            for setting in ("journal_mode = WAL", "synchronous = FULL", f"journal_size_limit = {LOG_BYTES}"):
                connection.execute(f"PRAGMA {setting}").fetchall()
            connection.execute("PRAGMA temp_store = MEMORY")  # there may be no other directory that can be written
            connection.execute("PRAGMA secure_delete = FAST")  # or, in some builds, to delete is to write as much anew
            with _atomically(connection):
                for statement in () if self._is_ours() else self._form.schema:
                    connection.execute(statement)
            totals = self._count()
            stack.pop_all()
        return totals

    def _is_ours(self) -> bool:
        """Whether the file holds what it should; false where it is empty. Raises ConfigError for a stranger's."""
        found, version = self._pragma("application_id"), self._pragma("user_version")
        if found == self._form.application_id:
            if version > self._form.version:
                want, got = f"version {self._form.version} of the format, or older", f"version {version}"
                raise ConfigError(
                    f"{self.path} ({self._form.key}): expected {want}, got {got} - use the audit-bridge that wrote it"
                )
            return True
        if found or self._connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise ConfigError(self._sentence("another program's database", "name another file"))
        return False

    def _count(self) -> Totals:
        return Totals(*self._connection.execute("SELECT count, bytes FROM totals").fetchone())

    def _pragma(self, name: str) -> int:
        value: int = self._connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # ours, for example the use of a closed file
        except sqlite3.DatabaseError as error:
            raise (FullDiskError if _code(error) in _NO_ROOM else StoreError)(self._explained(error)) from None

    def _explained(self, error: sqlite3.DatabaseError) -> str:
        return self._sentence(*_MEANING.get(_code(error), (f"SQLite's error: {error}", "check the file and its disk")))

    def _sentence(self, got: str, cure: str) -> str:
        return f"{self.path} ({self._form.key}): expected {self._form.what}, got {got} - {cure}"


def _code(error: sqlite3.DatabaseError) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF  # the upper bits tell variants apart


@contextmanager
def _atomically(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        raise


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
