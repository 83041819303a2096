"""How far a log has been delivered: which file of it, and how many of its bytes.

A file is known by device and inode, and by a fingerprint of its beginning: inodes come again, and a compressed file has another
one but the same content. All offsets are of what is in the file, not of its compressed form.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any, Self

HEAD_BYTES = 1_024
"""How much of a beginning is looked at; the first event's `auditID` is in it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything of the log before `offset` of this file is delivered.

    `head_bytes` bytes at the file's beginning have the SHA-256 `head`. `stamp` is when the file was rotated, where it was; `after`
    is the stamp of the file before it. `real` is where the log's name led to, `time` the time of the last event. Inode 0 is no file:
    the log begins with the first one after `after`.
    """

    device: int = 0
    inode: int = 0
    offset: int = 0
    head_bytes: int = 0
    head: str = ""
    stamp: str = ""
    after: str = ""
    real: str = ""
    time: str = ""

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode."""
        return self.device, self.inode

    @property
    def begins(self) -> str:
        """The stamp after which every file is a later one."""
        return self.stamp or self.after

    def fits(self, beginning: bytes) -> bool:
        """Tell whether a file that begins so may be this one; `beginning` is its first `head_bytes` bytes."""
        return len(beginning) == self.head_bytes and fingerprint(beginning) == self.head

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read it; raises ValueError where it is none."""
        wanted = {field.name: field.type for field in fields(cls)}
        if not isinstance(data, Mapping) or data.keys() != wanted.keys():
            raise ValueError("no position")
        if any(type(data[name]) is not kind for name, kind in wanted.items()):
            raise ValueError("no position")
        return cls(**data)


def fingerprint(beginning: bytes) -> str:
    """Return what stands for a file's beginning, empty for an empty one."""
    return sha256(beginning).hexdigest() if beginning else ""
