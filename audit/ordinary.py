"""The short way of nearly every event: one of the known kinds, in the form in which the API server writes it.

Some are judged together: what can be asked of all of them at once (is all of it ASCII, does any line look as if there were
something to redact) is not asked of each. Whatever is not that ordinary gets None here, and goes the long way, `judge`.
"""

from collections.abc import Sequence
from functools import partial

import orjson

from audit import times
from audit.additions import Additions, alerting, noted, spliced, told
from audit.event import MALFORMED, Ordinary, decode_ordinary
from audit.redact import Redactor

_BRACE = b"}"[0]


class OrdinaryJudge:
    """Judges lists of events into lines of at most `limit` bytes, or None for each that needs more than a look."""

    def __init__(self, additions: Additions, redactor: Redactor, limit: int) -> None:
        self._additions = additions
        self._redactor = redactor
        self._limit = limit

    def lines(self, lines: Sequence[bytes], node: str) -> list[bytes | None]:
        """Judge raw lines."""
        events: list[Ordinary | None] = []
        for line in lines:
            try:
                events.append(decode_ordinary(line))
            except MALFORMED:
                events.append(None)
        together = b" ".join(lines)
        plain = together.isascii() and b"\n" not in together
        clear = plain and self._redactor.is_clear(together)
        certain = clear and not self._redactor.marks([event.request_uri for event in events if event])
        added, redacted, limit = self._additions.of, self._redactor.ordinary, self._limit
        judged: list[bytes | None] = []
        for line, event in zip(lines, events, strict=True):
            data = None
            if event and line[-1] == _BRACE and times.is_normal(event.stage_timestamp) and (plain or _is_plain(line)):
                addition, found = added(event, node), None
                if type(addition) is not bytes:  # rules see it before anything is removed
                    found = self._additions.found(addition, event, partial(orjson.loads, line), event.stage_timestamp)
                    addition = told(addition, found)
                if certain and not event.request_object and not event.response_object:
                    data = spliced(line, event.stage_timestamp, addition)
                elif (shipped := redacted(event, line, is_clear=clear)) is not None:
                    data = spliced(shipped[0], event.stage_timestamp, noted(addition, shipped[1]))
                if found and data:
                    data = alerting(data, found)
            judged.append(data if data and len(data) <= limit else None)
        return judged


def _is_plain(line: bytes) -> bool:
    return line.isascii() and b"\n" not in line
