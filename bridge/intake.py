"""A chunk to the lines that leave for Loggly.

The node's name is what follows `kube.audit.` in the tag: the rendered agents put it there, where it costs nothing.
"""

from collections.abc import Iterator

from audit.judge import Judge
from bridge.entries import Damage, entries, nanoseconds
from bridge.messages import Chunk

TAG_PREFIX = "kube.audit."


def node_of(tag: str) -> str:
    """Return the node that a tag names, empty where it names none."""
    return tag[len(TAG_PREFIX) :] if tag.startswith(TAG_PREFIX) else ""


def lines(chunk: Chunk, judge: Judge, decompressed_bytes: int, now: int) -> Iterator[bytes]:
    """Yield one line for each event of the chunk, and for what was damaged; `now` is nanoseconds since 1970."""
    node = node_of(chunk.tag.encode("utf-8", "replace").decode())
    for entry in entries(chunk, decompressed_bytes):
        if isinstance(entry, Damage):
            yield judge.damaged(entry.data, f"Forward protocol: {entry.why}", now)
        else:
            stamp, record = entry
            arrived = nanoseconds(stamp) or now
            try:
                line = judge.record(record, node, arrived)
            except Exception as error:  # noqa: BLE001 - a record that a bug of ours meets must not hold up its chunk for ever
                line = judge.damaged(repr(record).encode("utf-8", "replace"), f"bug: {type(error).__name__}", arrived)
            yield line
