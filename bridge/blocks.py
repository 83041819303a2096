"""Large blocks of a log to its lines, without I/O."""

from collections.abc import Callable
from typing import NamedTuple

BLOCK_BYTES = 2**19
LONGEST_LINE = 16 * 2**20
"""Bytes of a line that is still read whole; of a longer one nothing can be told but that it was there."""


class Cut(NamedTuple):
    """Lines without their newlines, and how many bytes of the block they were: the next block begins behind those."""

    lines: list[bytes]
    used: int


Cutter = Callable[[bytes, bool], Cut]
"""Cuts a block that begins with a line; `last` says that nothing comes after it, which ends its last line too."""


def raw(block: bytes, last: bool) -> Cut:
    """Cut a block of a log whose lines are events."""
    if last and block:
        return Cut(block.removesuffix(b"\n").split(b"\n"), len(block))
    *lines, rest = block.split(b"\n")
    return Cut(lines, len(block) - len(rest))
