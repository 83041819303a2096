"""One file of a log, open: bytes from any offset on, of what is in it, be it compressed or not. Blocking; one thread at a time."""

import gzip
import os
import zlib
from typing import Final, Protocol

from bridge.rotation import Seen

UNREADABLE: Final = (gzip.BadGzipFile, EOFError, zlib.error)
"""What reading damaged gzip raises."""


class Source(Protocol):
    """What a log is read from; `identity` is device and inode."""

    identity: tuple[int, int]
    complete: bool
    """Whether nothing can be written to it any more, as far as the file itself tells."""

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on, fewer at the end; raises OSError, and `UNREADABLE`."""

    def at_hand(self, offset: int, size: int) -> bytes:
        """Return what of them can be had without waiting for a disk, none where that cannot be told."""

    def close(self) -> None:
        """Close the file."""


class Plain:
    """A file as it is written."""

    complete = False

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO must not make it wait
        self._buffer = bytearray()
        status = os.fstat(self._file)
        self.identity = status.st_dev, status.st_ino

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on, fewer at the end."""
        return os.pread(self._file, size, offset)

    def at_hand(self, offset: int, size: int) -> bytes:
        """Return what of them is in memory; none where the file system does not tell."""
        if len(self._buffer) < size:
            self._buffer = bytearray(size)
        room = memoryview(self._buffer)[:size]
        try:
            return bytes(room[: os.preadv(self._file, [room], offset, os.RWF_NOWAIT)])
        except (OSError, AttributeError):  # not in memory, or nobody to ask; what is wrong with a file `read` says
            return b""

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class Compressed:
    """A file in gzip, which is cheap to read forward; what lies between the last offset and what was read is kept."""

    complete = True

    def __init__(self, path: str) -> None:
        self._file = gzip.open(path)  # noqa: SIM115 - closed by `close`
        status = os.fstat(self._file.fileno())
        self.identity = status.st_dev, status.st_ino
        self._kept, self._begin = b"", 0

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on, fewer at the end."""
        if offset < self._begin or offset > self._begin + len(self._kept):
            self._file.seek(offset)
            self._kept, self._begin = b"", offset
        self._kept, self._begin = self._kept[offset - self._begin :], offset
        if (missing := size - len(self._kept)) > 0:
            self._kept += self._file.read(missing)
        return self._kept[:size]

    def at_hand(self, _offset: int, _size: int) -> bytes:
        """Return nothing: to decompress takes its time."""
        return b""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def opened(file: Seen) -> Source:
    """Open a file of a log; raises OSError."""
    return Compressed(file.path) if file.compressed else Plain(file.path)


def beginning(file: Seen, size: int) -> bytes:
    """Return a file's first bytes, none where it is gone or damaged; raises other OSErrors."""
    try:
        source = opened(file)
    except FileNotFoundError:
        return b""
    try:
        return source.read(0, size)
    except UNREADABLE:
        return b""
    finally:
        source.close()
