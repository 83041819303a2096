"""Container logs as the kubelet's runtimes write them, without I/O: `TIME STREAM TAG CONTENT`, a line over 16 KiB in parts.

Tag `P` says that more of the line follows, `F` that this is all of it; parts of stdout and stderr may come in turns. An API server
that audits to its standard output (`--audit-log-path=-`) has its audit events on stdout, its own log on stderr.
https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/cri-client/pkg/logs/logs.go
"""

from typing import NamedTuple

from bridge.blocks import Cut

STREAMS = (b"stdout", b"stderr")
PARTIAL = b"P"


class _Joined(NamedTuple):
    """A line, and where in the block its first part begins and its last one ends."""

    begin: int
    end: int
    line: bytes


Open = dict[bytes, tuple[int, list[bytes]]]  # by stream: where the first part begins, and the parts


def lines(block: bytes, last: bool) -> Cut:
    """Cut a block into what the container wrote, parts joined; it ends before the first line whose parts have not all come.

    A line that is not of this form is given as it is.
    """
    joined: list[_Joined] = []
    parts: Open = {}
    at = 0
    *written, rest = block.split(b"\n")
    for line in written:
        joined += _taken(line, at, parts)
        at += len(line) + 1
    if not last:
        end = _seam(joined, min((begin for begin, _ in parts.values()), default=at))
        return Cut([one.line for one in joined if one.end <= end], end)
    joined += _taken(rest, at, parts) if rest else []
    joined += [_Joined(begin, len(block), b"".join(some)) for begin, some in parts.values()]
    return Cut([one.line for one in sorted(joined)], len(block))


def _taken(line: bytes, at: int, parts: Open) -> list[_Joined]:
    """Put a line to the parts of its stream; return the line that it completes."""
    end = at + len(line) + 1
    fields = line.split(b" ", 3)
    if len(fields) != 4 or fields[1] not in STREAMS:
        return [_Joined(at, end, line)]
    _, stream, tag, content = fields
    if tag == PARTIAL or tag.startswith(PARTIAL + b":"):
        parts.setdefault(stream, (at, []))[1].append(content)
        return []
    begin, before = parts.pop(stream, (at, []))
    return [_Joined(begin, end, b"".join((*before, content)))]


def _seam(joined: list[_Joined], end: int) -> int:
    """Return the last place up to `end` that no line lies across."""
    for one in sorted(joined, reverse=True):
        if one.begin < end < one.end:
            end = one.begin
    return end
