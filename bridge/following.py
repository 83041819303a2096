"""A log that is being written, block by block, through growth, rotation, compression, truncation and absence.

The order is that of the writer: a file is read to its end before the next one, also where several were rotated meanwhile.
A file is done when a later one is there: nothing is written to it after that. Where a file is gone that was not read to its end,
or one in between, that is a `Gap`. Blocking, and for one thread at a time; nothing is kept on disk here.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os.path import realpath
from typing import Final

from bridge import blocks, log_directory, rotation
from bridge.blocks import Cutter
from bridge.gaps import Gap, Why
from bridge.log_reading import Piece, Reading, first_time, is_at, last_time
from bridge.log_source import UNREADABLE, opened
from bridge.position import Position
from bridge.rotation import CURRENT, Seen

EVERY: Final = 0.2  # seconds between two looks
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Block:
    """What was read: lines, and the position once they are delivered; `size` is in bytes of the log.

    Of a line that is too long, `overlong` is the beginning and `size` the length; then there are no lines. A block without either
    only says where the log is read now.
    """

    lines: list[bytes]
    after: Position
    size: int = 0
    overlong: bytes = b""


class Follower:
    """One log by its path, from a position on, or from the beginning or the end of the current file. `gap` hears of gaps."""

    def __init__(
        self,
        path: str,
        position: Position | None = None,
        *,
        at_end: bool = False,
        cut: Cutter = blocks.raw,
        gap: Callable[[Gap], object] = lambda _: None,
    ) -> None:
        self._path = path
        self._position = position
        self._at_end = at_end
        self._cut = cut
        self._gap = gap
        self._begun = False
        self._reading: Reading | None = None
        self._next: list[Seen] = []
        self._known: dict[str, int] = {}  # rotated files that wait: their sizes by their stamps
        self._after = ""  # the stamp of the last file that was done
        self._real = ""  # where the log's name led to when the open file was opened
        self._time = ""

    def read(self) -> Block | None:
        """Return what comes next, None where nothing has come. Raises OSError."""
        if not self._begun:
            return self._begin()
        try:
            while self._reading:
                if block := self._some(self._reading):
                    return block
                if self._reading.final:
                    self._finish(self._reading)
                elif not self._found_more(self._reading):
                    return None
        except UNREADABLE:
            self._lose(Why.DAMAGED)
            if self._reading:
                self._finish(self._reading)
        return self._open_next()

    def at_hand(self) -> Block | None:
        """Return what comes next where that is in memory already, which is quicker than to hand it from thread to thread; None: ask `read`."""
        piece = self._reading.at_hand(self._cut) if self._reading else None
        return self._block(self._reading, piece) if self._reading and piece else None

    def look(self) -> None:
        """See what is there by now, and tell of files that are gone before they were read. Raises OSError."""
        if not self._begun:
            return
        order = log_directory.listing(self._path, self._real)
        self._next = self._successors(self._reading, order) if self._reading else rotation.after(order, self._after)
        self._remember()

    @property
    def unread(self) -> int:
        """How many bytes wait in the log, as of the last look; compressed files count as they are."""
        reading, following = self._reading, list(self._next)
        rest = max(reading.end - reading.offset, 0) if reading else 0
        return rest + sum(file.size for file in following)

    def close(self) -> None:
        """Close what is open."""
        if self._reading:
            self._reading.source.close()
            self._reading = None

    def _begin(self) -> Block | None:
        """Find the place from which to read, None where a rotation came between; the block says it, so that it can be kept."""
        wanted = self._position
        order = log_directory.listing(self._path, wanted.real if wanted else "")
        self._real = wanted.real if wanted and wanted.real else realpath(self._path)
        block = self._resumed(wanted, order) if wanted else self._anew(order)
        self._begun = block is not None
        self._remember()
        return block

    def _anew(self, order: Sequence[Seen]) -> Block | None:
        self._after = rotation.newest(order)
        self._next = [file for file in order if file.stamp == CURRENT]
        if not self._next:
            return Block([], self._nowhere())
        block = self._open_next()
        if not (block and self._reading and self._at_end):
            return block
        self._reading.seek_last_line()
        return Block([], self._here(self._reading))

    def _resumed(self, wanted: Position, order: Sequence[Seen]) -> Block | None:
        self._time = wanted.time
        at = next((index for index, file in enumerate(order) if is_at(file, wanted)), None)
        if at is None:
            self._after = wanted.begins
            self._next = rotation.after(order, self._after)
            if wanted.head_bytes:  # of a file that was empty nothing is known that could be missed
                self._lose(Why.GONE_BEFORE)
            return self._open_next() or Block([], self._nowhere())
        self._after = rotation.newest(order[:at]) or wanted.after
        self._next = list(order[at:])
        if not self._open_next() or not self._reading:
            return None
        self._reading.offset = wanted.offset
        if self._reading.stamp == CURRENT and self._reading.was_truncated():
            self._lose(Why.TRUNCATED)
        return Block([], self._here(self._reading))

    def _open_next(self) -> Block | None:
        """Open the file that comes next; None where there is none."""
        for _ in range(ATTEMPTS):
            if not self._next or self._next[0].stamp == CURRENT:  # its name may lead elsewhere by now
                self.look()
            if not self._next:
                return None
            with suppress(FileNotFoundError):  # it was renamed or compressed since the look
                if block := self._open(*self._next):
                    return block
            self.look()
        return None

    def _open(self, seen: Seen, *following: Seen) -> Block | None:
        """Open a file; None where another one has its name by now."""
        source = opened(seen)
        if source.identity != seen.identity:
            source.close()
            return None
        self._real = realpath(self._path) if seen.stamp == CURRENT else self._real
        final = source.complete or bool(following)
        self._reading = Reading(source, seen.stamp, self._after, seen.size, final)
        self._next = list(following)
        self._known.pop(seen.stamp, None)
        return Block([], self._here(self._reading))

    def _some(self, reading: Reading) -> Block | None:
        piece = reading.next(self._cut)
        return self._block(reading, piece) if piece else None

    def _block(self, reading: Reading, piece: Piece) -> Block:
        if piece.lines:
            self._time = last_time(piece.lines[-1]) or self._time
        return Block(piece.lines, self._here(reading), piece.size, piece.overlong)

    def _found_more(self, reading: Reading) -> bool:
        """Look again at the end of the open file; true where there is more to read, or a later file."""
        before = reading.end, reading.offset
        self.look()
        return reading.final or (reading.end, reading.offset) != before

    def _finish(self, reading: Reading) -> None:
        reading.source.close()
        self._reading = None
        if reading.stamp == rotation.REPLACED:
            self._real = ""  # or it would be found again
        self._after = reading.stamp if reading.stamp not in (CURRENT, rotation.REPLACED) else reading.after

    def _successors(self, reading: Reading, order: Sequence[Seen]) -> list[Seen]:
        """Return the files after the open one, and see what has become of that."""
        at = next((index for index, file in enumerate(order) if file.identity == reading.source.identity), None)
        if at is not None and not reading.source.complete:
            reading.stamp, reading.end = order[at].stamp, order[at].size
            if reading.stamp == CURRENT and reading.was_truncated():
                self._lose(Why.TRUNCATED)
            found = list(order[at + 1 :])
        else:
            if reading.stamp == CURRENT:
                reading.find_compressed(rotation.after(order, reading.after))
            found = rotation.after(order, reading.stamp or reading.after)
        reading.final = reading.source.complete or bool(found)
        return found

    def _remember(self) -> None:
        """Note which files wait to be read, and tell of those that waited and are gone."""
        there = {file.stamp: file.size for file in self._next if file.stamp != CURRENT}
        if gone := [size for stamp, size in self._known.items() if stamp not in there]:
            self._lose(Why.GONE, sum(gone))
        self._known = {stamp: self._known.get(stamp, size) for stamp, size in there.items()}

    def _lose(self, why: Why, size: int | None = None) -> None:
        until = first_time(self._next[0]) if self._next else ""
        self._gap(Gap(self._path, why, self._time, until, size))

    def _here(self, reading: Reading) -> Position:
        return reading.position(self._real, self._time)

    def _nowhere(self) -> Position:
        return Position(after=self._after, real=self._real, time=self._time)


def follow(files: Sequence[str], sleep: Callable[[float], None]) -> Generator[tuple[str, list[bytes]], None, None]:
    """Yield each file's new lines, without end, beginning with what the files hold; sleep where there are none.

    What cannot be read for the moment is looked at again.
    """
    logs = {file: Follower(file) for file in dict.fromkeys(files)}
    try:
        while True:
            quiet = True
            for file, log in logs.items():
                with suppress(OSError):
                    if block := log.read():
                        quiet = False
                        if block.lines:
                            yield file, block.lines
            if quiet:
                sleep(EVERY)
    finally:
        for log in logs.values():
            log.close()
