"""A part of a log that nobody can read any more: why, how much it is, and what to do, in words for an alarm."""

from dataclasses import dataclass
from enum import Enum


class Why(Enum):
    """What has happened, and the cure."""

    GONE_BEFORE = (
        "the files that held it are no longer there",
        "keep more rotated files (--audit-log-maxbackup, --audit-log-maxage), or stop the bridge for less time",
    )
    GONE = (
        "rotated files were removed before they were read",
        "keep more rotated files (--audit-log-maxbackup), or find out why Loggly takes less than is written",
    )
    TRUNCATED = (
        "the file was truncated in place",
        "let the API server rotate it (--audit-log-maxsize), and nothing else",
    )
    DAMAGED = ("a compressed file is damaged", "check the disk; `gzip --test` says how much of the file is whole")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing: between the times of two events, empty where unknown; `size` in bytes, None where nobody knows."""

    path: str
    why: Why
    since: str
    until: str
    size: int | None

    def __str__(self) -> str:
        """Say it in one sentence, with the extent and the cure."""
        what, cure = self.why.value
        size = "" if self.size is None else f", {self.size:,} bytes"
        extent = f"from {self.since or 'an unknown time'} to {self.until or 'now'}{size}"
        return f"GAP in {self.path}: expected every event, got none {extent}: {what} - {cure}"
