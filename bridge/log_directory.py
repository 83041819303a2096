"""What of a log is there: the current file, and the rotated ones beside it, also where the log's name is a link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bridge import rotation
from bridge.rotation import Seen

ATTEMPTS = 5


def listing(path: str, replaced: str = "") -> list[Seen]:
    """Return the log's files in order, all of one moment; `replaced` is where its name led to before. Raises OSError.

    A rotation between the looks at the parts makes it look again.
    """
    order: list[Seen] = []
    for _ in range(ATTEMPTS):
        current = _seen(path, rotation.CURRENT)
        if current is None:
            Path(path).parent.stat()  # a log may come later, its directory should be there
        real = os.path.realpath(path)
        with suppress(FileNotFoundError):  # one that was listed is renamed or compressed by now
            order = rotation.in_order([*_others(path, real, replaced), *([current] if current else [])])
            again = _seen(path, rotation.CURRENT)
            if (again and again.identity) == (current and current.identity):
                return order
    return order


def _others(path: str, real: str, replaced: str) -> Iterator[Seen]:
    for place in dict.fromkeys(filter(None, (path, real, replaced))):
        folder, name = os.path.split(place)
        for entry in Path(folder).iterdir():
            if stamp := rotation.stamp(entry.name, name):
                yield _there(str(entry), stamp)
    if replaced not in ("", path, real) and (before := _seen(replaced, rotation.REPLACED)):
        yield before


def _seen(path: str, stamp: str) -> Seen | None:
    try:
        return _there(path, stamp)
    except FileNotFoundError:
        return None


def _there(path: str, stamp: str) -> Seen:
    found = Path(path).stat()
    if stamp == rotation.CURRENT and stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return Seen(path, found.st_dev, found.st_ino, found.st_size, stamp)
