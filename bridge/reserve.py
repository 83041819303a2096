"""Bytes on the disk that are kept for the moment when it is full.

To delete from a database is to write: on a full disk nothing could be removed, and a spool that has filled its disk would
never be empty again. So some room is occupied from the start and given up then; nothing else is stored before it is
occupied again.
"""

import os
from pathlib import Path


class Reserve:
    """A file of `size` bytes, whose blocks belong to it, or no file."""

    def __init__(self, path: str, size: int) -> None:
        self._path = Path(path)
        self.size = size
        self.kept = False

    def keep(self) -> bool:
        """Occupy the room, unless that is done; false where the disk has not so much."""
        if not self.kept:
            try:
                self._occupy()
                self.kept = True
            except OSError:
                self._path.unlink(missing_ok=True)  # what could be had of it
        return self.kept

    def give_up(self) -> bool:
        """Leave the room to others; false where it was not occupied."""
        self._path.unlink(missing_ok=True)
        was_kept, self.kept = self.kept, False
        return was_kept

    def _occupy(self) -> None:
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self.size)
        finally:
            os.close(descriptor)
