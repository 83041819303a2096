"""Which files of a directory are one log, and in which order: as the API server rotates its log, and as the kubelet a container's.

The API server (lumberjack) closes the file, renames it to NAME-<UTC time>EXT and opens a new one; with `--audit-log-compress` it
then writes NAME-<UTC time>EXT.gz and removes the other. The kubelet renames to NAME.<time>, and compresses later.
Nothing is written to a file after it was renamed, and the stamps in the names sort as text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

CURRENT = ""
"""The stamp of the file that is being written."""
REPLACED = "~"
"""The stamp of one that a link led to before it led elsewhere; after every other stamp."""
GZIP = ".gz"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of a log, as it was when the directory was looked at. `stamp` is when it was rotated, as its name says."""

    path: str
    device: int
    inode: int
    size: int
    stamp: str = CURRENT

    @property
    def identity(self) -> tuple[int, int]:
        """What tells it from all files that are there at the same time."""
        return self.device, self.inode

    @property
    def compressed(self) -> bool:
        """Whether it is gzip; a current one is what the API server writes, whatever its name."""
        return self.stamp != CURRENT and self.path.endswith(GZIP)


def stamp(name: str, log: str) -> str:
    """Return the stamp of a file's name that `log` was rotated to, empty where it is another file's name."""
    match = _pattern(log).fullmatch(name)
    return (match[1] or match[2]) if match else ""


def in_order(files: Iterable[Seen]) -> list[Seen]:
    """Return a log's files, the oldest first and the current one last.

    One that is there compressed and as it was is taken as it was: the other is not whole yet. One that is found twice, by a link, is
    taken under its first name.
    """
    found: dict[tuple[int, int], Seen] = {}
    for file in files:
        found.setdefault(file.identity, file)
    plain = {file.stamp for file in found.values() if not file.compressed}
    kept = [file for file in found.values() if not file.compressed or file.stamp not in plain]
    return sorted(kept, key=lambda file: (file.stamp == CURRENT, file.stamp))


def after(order: Sequence[Seen], stamp: str) -> list[Seen]:
    """Return the files that came after the one of this stamp."""
    return [file for file in order if file.stamp == CURRENT or file.stamp > stamp]


def newest(order: Sequence[Seen]) -> str:
    """Return the stamp of the file that was rotated last, empty where none was."""
    return max((file.stamp for file in order if file.stamp != REPLACED), default="")


@cache
def _pattern(log: str) -> re.Pattern[str]:
    name = PurePath(log)
    stem, extension = re.escape(name.stem), re.escape(name.suffix)
    api_server = rf"{stem}-(\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{{3}}){extension}"
    kubelet = rf"{re.escape(log)}\.(\d{{8}}-\d{{6}})"
    return re.compile(rf"(?:{api_server}|{kubelet})(?:{re.escape(GZIP)})?")
