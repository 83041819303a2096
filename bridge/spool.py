"""What senders that keep nothing have sent, on disk until Loggly has it, in order of arrival.

What `put` returned an id for is there after a crash, whole and in its place. Of a put that did not return nothing is there,
or, where the crash came after the commit, all of it. One process at a time has a spool open.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bridge.batch import Tags
from bridge.errors import FullDiskError, StoreError
from bridge.reserve import Reserve
from bridge.sqlite import SLACK_BYTES, Database, Format

FORMAT = Format(
    what="the spool",
    key="spool.path",
    application_id=0x6B616273,  # "kabs"
    version=1,
    columns="tags TEXT NOT NULL, count INTEGER NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL",
)
RESERVE_BYTES = (4 * 2**20, 16 * 2**20)  # at least and at most; between the two an eighth of the bound
_SIZES = "SELECT id, size FROM rows WHERE id > ? ORDER BY id LIMIT 1000"
_ROWS = "SELECT id, tags, body, count, size FROM rows WHERE id > ? AND id <= ? ORDER BY id"
_INSERT = "INSERT INTO rows (tags, count, size, body) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Row:
    """The lines of one put, joined by newlines. `size` counts bytes, a newline after each line; `id` grows with every put."""

    id: int
    tags: Tags
    body: bytes
    count: int
    size: int

    @property
    def lines(self) -> list[bytes]:
        """The lines, each without its newline."""
        return self.body.split(b"\n") if self.count else []


class Spool:
    """A file of rows, at most `max_bytes` of lines in it. Safe to call from several threads. Raises ConfigError.

    On the disk it takes somewhat more: rows are rounded up to pages of 4 KiB, and beside the file stand its write-ahead log
    and a reserve, so that rows can be deleted also when the disk is full. For that the reserve must hold what is in the log and
    not yet in the file: a quarter of it before a put, and `at_once` bytes more after it.
    """

    def __init__(self, path: str, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._database = Database(path, FORMAT, alone=True)
        least, most = RESERVE_BYTES
        self._reserve = Reserve(f"{path}-reserve", min(max(max_bytes // 8, least), most))
        self._reserve.keep()
        self.at_once = self._reserve.size // 4
        """How many bytes to give to one `put_many`."""
        self._in_the_log = 0  # bytes that were put since the log was last written back
        self._was_full = False  # the disk, since the spool was last empty: then a file without rows gives all room back
        self.refusal = ""
        """Why the last `put` stored nothing, or the last `delete` removed nothing; empty where it did."""

    @property
    def bytes_used(self) -> int:
        """The size of all rows: what the bound is for. Does not wait for the disk."""
        return self._database.written.bytes

    @property
    def count(self) -> int:
        """How many rows there are. Does not wait for the disk."""
        return self._database.written.count

    def put(self, lines: Sequence[bytes], tags: Tags) -> int | None:
        """Append one row of lines without newlines in them; return its id once it is on the disk.

        None where there is no room, below the bound or on the disk: then nothing is stored, and `refusal` says why. A row
        that is larger than the bound never has room.
        """
        ids = self.put_many([(lines, tags)])
        return ids[0] if ids else None

    def put_many(self, rows: Iterable[tuple[Sequence[bytes], Tags]]) -> list[int] | None:
        """Append rows in their order, all with one sync of the disk; None, and none of them, where `put` says None."""
        values = [_values(lines, tags) for lines, tags in rows]
        try:
            try:
                ids = self._insert(values)
            except FullDiskError:
                self._was_full = True
                self._make_room()
                ids = self._insert(values)
        except StoreError as error:
            self.refusal = str(error)
            return None
        self.refusal = ""
        return ids

    def take(self, after: int, bytes_at_most: int) -> list[Row]:
        """Return the rows that follow the id `after` (0: from the first), in order, as many as fit into so many bytes.

        It is one at least where there is one, and 1,000 at most. They stay stored until `delete`. Raises StoreError where
        the file cannot be read.
        """
        last = after
        for number, size in self._database.read(_SIZES, after):
            bytes_at_most -= size
            if bytes_at_most < 0 and last > after:
                break
            last = number
        found = self._database.read(_ROWS, after, last)
        return [Row(number, _tags(tags), body, count, size) for number, tags, body, count, size in found]

    def delete(self, ids: Iterable[int]) -> bool:
        """Remove rows, once Loggly has them; false where the disk refuses even that: all of them are still stored."""
        numbers = [(number,) for number in ids]
        done = self._delete(numbers)
        if not done:
            self._reserve.give_up()
            self._shed_the_log()
            done = self._delete(numbers)
        if done and not self.count:
            self._database.shrink(0 if self._was_full else SLACK_BYTES)
            self._was_full = False
        return done

    def close(self) -> None:
        """Close the file, so that another process can open it."""
        self._database.close()

    def _insert(self, values: "list[tuple[str, int, int, bytes]]") -> list[int]:
        if not self._reserve.keep():
            raise self._database.full()
        if self._in_the_log > self._reserve.size // 4:
            self._write_back()
        added = sum(size for _, _, size, _ in values)
        with self._database.transaction() as connection:
            self._database.need_room(added, self._max_bytes)
            ids = [connection.execute(_INSERT, row).lastrowid or 0 for row in values]
        self._in_the_log += added
        return ids

    def _make_room(self) -> None:
        """Give back what is on the disk and is no row, as far as that can be done: a file without rows, and the log."""
        if not self.count and self._reserve.give_up():
            self._database.shrink(0)
        self._shed_the_log()

    def _shed_the_log(self) -> None:
        """Give the write-ahead log's room back: it holds a page many times over where rows are small.

        What it takes to write the pages back is never more than that, so the reserve can be occupied again.
        """
        with suppress(StoreError):
            try:
                self._write_back(truncate=True)
            except FullDiskError:
                self._reserve.give_up()
                self._write_back(truncate=True)

    def _write_back(self, *, truncate: bool = False) -> None:
        self._database.write_back(truncate=truncate)
        self._in_the_log = 0

    def _delete(self, numbers: list[tuple[int]]) -> bool:
        try:
            with self._database.transaction() as connection:
                connection.executemany("DELETE FROM rows WHERE id = ?", numbers)
        except StoreError as error:
            self.refusal = str(error)
            return False
        self.refusal = ""
        return True


def _values(lines: Sequence[bytes], tags: Tags) -> tuple[str, int, int, bytes]:
    body = b"\n".join(lines)
    return ",".join(tags), len(lines), len(body) + 1 if lines else 0, body


def _tags(text: str) -> Tags:
    return tuple(text.split(",")) if text else ()
