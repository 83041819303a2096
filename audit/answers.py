"""Each request once, though it is written at up to three stages: at the first one that has an answer.

That is ResponseStarted for watches, execs and failed logins, and ResponseComplete or Panic for all others; keeping only
ResponseComplete would lose the failed logins. The caller can choose the audit ID, so a request is told by more than that: a
reused ID must not silence another request. Memory is bounded; forgetting may repeat a request, never lose one.
"""

import msgspec

from audit.event import MALFORMED, Status

REMEMBERED = 65_536  # requests, about 7 MB; a watch is forgotten when that many others came between its stages


class _User(msgspec.Struct, gc=False):
    username: str = ""


class _Stage(msgspec.Struct, gc=False, rename="camel"):
    """What tells a request, and whether it has an answer at this stage."""

    audit_id: str = msgspec.field(default="", name="auditID")
    verb: str = ""
    request_uri: str = msgspec.field(default="", name="requestURI")
    user: _User | None = None
    request_received_timestamp: str | None = None
    timestamp: str | None = None  # before 1.9
    response_status: Status | None = None


_decode = msgspec.json.Decoder(_Stage).decode


class FirstAnswers:
    """Tells, event by event, which is the first with an answer to its request."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._seen: dict[int, None] = {}  # hashes, for they are small; the oldest first

    def is_first(self, event: bytes) -> bool:
        """Tell whether an event, as JSON, has its request's first answer; what cannot be told apart is always the first."""
        try:
            stage = _decode(event)
        except MALFORMED:
            return True
        if stage.response_status is None:
            return False
        received = stage.request_received_timestamp or stage.timestamp
        user = stage.user.username if stage.user else ""
        request = hash((stage.audit_id, user, stage.verb, stage.request_uri, received))
        if request in self._seen:
            return False
        self._seen[request] = None
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
        return True
