"""The two lines of generations 1 and 2 joined by their id, with nothing held back.

A request's line leaves as it comes, as an event at RequestReceived that is pending; its response's line, which says no more
than an id and a code, leaves as the whole event at its later stage. So a reader sees what generations 3 and 4 write, in the
order of the log, nothing waits for an answer that may never come, and no clock is needed. What is remembered is bounded
by bytes: a response whose request is forgotten, or went to another replica, leaves as the little that it says.
"""

from typing import Any

from audit import legacy
from audit.legacy import Form

MAX_BYTES = 8 * 2**20  # about 20,000 requests, more than any server has under way
_OVERHEAD = 200  # of an entry, beside its line


class LegacyPairs:
    """Reads legacy text of every generation, line by line, and remembers the requests that have no answer yet."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._room = max_bytes
        self._requests: dict[str, bytes] = {}  # by id; the oldest first

    def event(self, line: bytes) -> dict[str, Any]:
        """Return the event of a line, a response with what its request said; raises NotAnEvent."""
        read = legacy.read(line)
        if read.form is Form.REQUEST:
            self._remember(read.event["auditID"], line)
        elif read.form is Form.RESPONSE and (request := self._forget(read.event["auditID"])) is not None:
            return legacy.answered(legacy.read(request).event, read.event)
        return read.event

    def _remember(self, audit_id: str, line: bytes) -> None:
        self._forget(audit_id)
        self._requests[audit_id] = line
        self._room -= len(line) + _OVERHEAD
        while self._room < 0:
            self._forget(next(iter(self._requests)))

    def _forget(self, audit_id: str) -> bytes | None:
        line = self._requests.pop(audit_id, None)
        if line is not None:
            self._room += len(line) + _OVERHEAD
        return line
