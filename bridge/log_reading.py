"""One file of a log while it is read: how far, what it begins with, whether more can come. Blocking, as its source is."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from bridge import rotation
from bridge.blocks import BLOCK_BYTES, LONGEST_LINE, Cutter
from bridge.log_source import UNREADABLE, Source, beginning
from bridge.position import HEAD_BYTES, Position, fingerprint
from bridge.rotation import CURRENT, Seen

KEPT_OF_OVERLONG = 65_536
_TIME = re.compile(rb'"(?:stageTimestamp|requestReceivedTimestamp)":"([0-9TZ:.+-]{20,40})"')


@dataclass(frozen=True, slots=True)
class Piece:
    """What comes next in a file: lines, and how many bytes they were. Of a line that is too long, `overlong` is the beginning."""

    lines: list[bytes]
    size: int
    overlong: bytes = b""


@dataclass(slots=True)
class Reading:
    """An open file. `stamp` is its own once it is rotated, `after` that of the file before it.

    `end` is its size at the last look, `final` says that nothing is written to it any more.
    """

    source: Source
    stamp: str
    after: str
    end: int
    final: bool = False
    offset: int = 0
    head: bytes = b""
    _scanned: int = 0
    _others: set[str] = field(default_factory=set)

    def next(self, cut: Cutter) -> Piece | None:
        """Return the next lines, None where none has ended; raises OSError and `UNREADABLE`. At a final file's end the last line ends."""
        size = BLOCK_BYTES
        while True:
            data = self.source.read(self.offset, size)
            at_end = len(data) < size
            lines, used = cut(data, False)
            if not used and at_end and self.final and data:
                lines, used = cut(data, True)
            if used:
                return self._past(Piece(lines, used))
            if at_end:
                return None
            if size >= LONGEST_LINE:
                return self._overlong(data)
            size *= 2

    def at_hand(self, cut: Cutter) -> Piece | None:
        """Return the next lines where they can be had without waiting for a disk."""
        lines, used = cut(self.source.at_hand(self.offset, BLOCK_BYTES), False)
        return self._past(Piece(lines, used)) if used else None

    def seek_last_line(self) -> None:
        """Go behind the last line that has ended."""
        start = max(self.end - BLOCK_BYTES, 0)
        self.offset = start + self.source.read(start, self.end - start).rfind(b"\n") + 1

    def learn_head(self) -> None:
        """Read the beginning, which grows until it is as long as is looked at."""
        if len(self.head) < HEAD_BYTES and not (self.source.complete and self.offset):
            with suppress(*UNREADABLE):  # found out when its lines are read
                self.head = self.source.read(0, HEAD_BYTES)

    def position(self, real: str, time: str) -> Position:
        """Return the place that has been reached."""
        self.learn_head()
        stamp = CURRENT if self.stamp == rotation.REPLACED else self.stamp
        device, inode = self.source.identity
        known = len(self.head), fingerprint(self.head)
        return Position(device, inode, self.offset, *known, stamp, self.after, real, time)

    def was_truncated(self) -> bool:
        """Tell whether the file no longer is what was read, and go to where it goes on: its beginning, or its new end."""
        head = self.source.read(0, len(self.head))
        if self.end >= self.offset and head == self.head:
            return False
        self.offset = self.end if head == self.head[: len(head)] else 0
        self.head, self._scanned = b"", 0
        return True

    def find_compressed(self, candidates: list[Seen]) -> None:
        """Learn the stamp where one of the rotated files holds, under another inode, what this one does."""
        for file in candidates:
            if file.stamp == CURRENT or file.stamp in self._others or not self.head:
                continue
            if beginning(file, len(self.head)) == self.head:
                self.stamp = file.stamp
                return
            self._others.add(file.stamp)

    def _past(self, piece: Piece) -> Piece:
        self.offset += piece.size
        return piece

    def _overlong(self, data: bytes) -> Piece | None:
        """Pass over a line that is too long, in blocks; None where its end has not come yet."""
        at = max(self._scanned, self.offset + len(data))
        kept = data[:KEPT_OF_OVERLONG]
        while block := self.source.read(at, BLOCK_BYTES):
            if (end := block.find(b"\n")) >= 0:
                return self._past(Piece([], at + end + 1 - self.offset, kept))
            at += len(block)
        self._scanned = at
        return self._past(Piece([], at - self.offset, kept)) if self.final else None


def is_at(file: Seen, wanted: Position) -> bool:
    """Tell whether a position is in this file: the same one, or one with the same content, as a compressed one has."""
    may_be = wanted.head_bytes and (file.stamp == CURRENT or file.stamp >= wanted.begins)
    if file.identity == wanted.identity or may_be:
        return wanted.fits(beginning(file, wanted.head_bytes))
    return False


def last_time(line: bytes) -> str:
    """Return the time of an event, empty where none can be told."""
    found = _TIME.findall(line)
    return found[-1].decode() if found else ""


def first_time(file: Seen) -> str:
    """Return the time of a file's first event, empty where none can be told."""
    found = _TIME.search(beginning(file, KEPT_OF_OVERLONG))
    return found[1].decode() if found else ""
