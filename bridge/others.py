"""Logs that are no audit logs: told by their Fluentd tag, shipped as they are, under Loggly tags of their own.

Neither the filter nor the rules look at them. Credentials are removed from them as from everything.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from audit.judge import Judge
from audit.senders import OtherLog
from bridge.batch import Tags
from bridge.entries import entries
from bridge.intake import one
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
    judged = (one(entry, judge, now, judge.other) for entry in entries(chunk, decompressed_bytes))
    while some := list(islice(judged, AT_ONCE)):
        yield some
