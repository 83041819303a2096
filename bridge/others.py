"""Logs that are no audit logs: told by their Fluentd tag, shipped as they are, under Loggly tags of their own.

Neither the filter nor the rules look at them. Credentials are removed from them as from everything.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from audit.judge import Judge
from audit.senders import OtherLog
from bridge.batch import Tags
from bridge.content import Damage
from bridge.entries import Entry, entries, nanoseconds
from bridge.messages import Chunk

AT_ONCE = 64  # lines that are passed on together


class Others:
    """The tags of a configuration."""

    def __init__(self, logs: Sequence[OtherLog]) -> None:
        self._logs = sorted(logs, key=lambda log: len(log.prefix), reverse=True)

    def tags(self, tag: str) -> Tags | None:
        """Return the Loggly tags of what comes under a Fluentd tag; None where that is an audit log."""
        return next((log.tags for log in self._logs if tag.startswith(log.prefix)), None)


def lines(chunk: Chunk, judge: Judge, decompressed_bytes: int, now: int) -> Iterator[list[bytes]]:
    """Yield one line for each event of the chunk, and for what was damaged, some at a time; `now` is nanoseconds since 1970."""
    judged = (_line(entry, judge, now) for entry in entries(chunk, decompressed_bytes))
    while some := list(islice(judged, AT_ONCE)):
        yield some


def _line(entry: Entry | Damage, judge: Judge, now: int) -> bytes:
    if isinstance(entry, Damage):
        return judge.damaged(entry.data, f"Forward protocol: {entry.why}", now)
    stamp, record = entry
    arrived = nanoseconds(stamp) or now
    try:
        return judge.other(record, arrived)
    except Exception as error:  # noqa: BLE001 - a record that a bug of ours meets must not hold up its chunk for ever
        return judge.damaged(repr(record).encode("utf-8", "replace"), f"bug: {type(error).__name__}", arrived)
