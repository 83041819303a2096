"""A log that is being written, line by line, as `tail -F` gives it: through growth, rotation and truncation.

The API server rotates by renaming the file and beginning a new one of the same name, so a file is done when its name
leads to another inode and its end has been read. Nothing is kept on disk: for a person who looks on, not for delivery.
"""

import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import IO

from bridge.log_files import opened

EVERY = 0.25  # seconds between two looks
_BLOCK = 2**20


class Followed:
    """One file: `lines` gives what has come since the last call. Raises ConfigError where it cannot be opened at first."""

    def __init__(self, file: str) -> None:
        self._path = Path(file)
        self._log: IO[bytes] | None = opened(file)
        self._rest = b""

    def lines(self) -> list[bytes]:
        """Return the lines that have ended since, without their newlines; of a file that is done, also the last one."""
        found: list[bytes] = []
        if self._log is None:
            self._reopen()
        while self._log is not None:
            replaced = self._is_replaced(self._log)  # before its end is read, so that nothing can come after
            found += self._read(self._log)
            if not replaced:
                break
            self._log.close()
            found += [self._rest] if self._rest else []
            self._rest = b""
            self._reopen()
        return found

    def close(self) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()

    def _read(self, log: IO[bytes]) -> list[bytes]:
        if os.fstat(log.fileno()).st_size < log.tell():  # truncated in place: it begins again
            log.seek(0)
            self._rest = b""
        found: list[bytes] = []
        while block := log.read(_BLOCK):
            *ended, self._rest = (self._rest + block).split(b"\n")
            found += ended
        return found

    def _is_replaced(self, log: IO[bytes]) -> bool:
        """Tell whether the name leads elsewhere by now; between rename and creation it leads nowhere, and the file stays."""
        try:
            now = self._path.stat()
        except OSError:
            return False
        return not os.path.samestat(now, os.fstat(log.fileno()))

    def _reopen(self) -> None:
        try:
            self._log = self._path.open("rb")
        except OSError:  # gone between two looks
            self._log = None


def follow(files: Sequence[str], sleep: Callable[[float], None]) -> Generator[tuple[str, list[bytes]], None, None]:
    """Yield each file's new lines, without end, beginning with what the files hold; sleep where there are none."""
    logs = {file: Followed(file) for file in dict.fromkeys(files)}
    try:
        while True:
            quiet = True
            for file, log in logs.items():
                if found := log.lines():
                    quiet = False
                    yield file, found
            if quiet:
                sleep(EVERY)
    finally:
        for log in logs.values():
            log.close()
