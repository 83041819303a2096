"""Events that a policy would not have written, left out before they are judged; those that stay lose what it would not have had.

For a control plane whose own policy cannot be set. What is no audit event passes as it is. An event that is left out
counts as delivered for its chunk's ack.
"""

from collections.abc import Callable
from typing import Any

import orjson

from audit import legacy
from audit.errors import NotAnEvent
from audit.event import MALFORMED
from audit.filtering import PolicyFilter
from audit.judge import RAW_KEYS
from audit.legacy_pairs import LegacyPairs
from audit.policy import Policy
from audit.text import clean

Entry = tuple[Any, Any]
Count = Callable[[str, int], None]


class Sieve:
    """Applies a policy, or none, to what agents send; `count` is told how many events were left out, and why."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._filter: PolicyFilter | None = None
        self._pairs = LegacyPairs()

    @property
    def is_open(self) -> bool:
        """Whether everything passes."""
        return self._filter is None

    def use(self, policy: Policy | None) -> None:
        """Apply another policy from now on."""
        self._filter = PolicyFilter(policy) if policy else None

    def lines(self, events: list[Any], lines: list[bytes]) -> tuple[list[Any], list[bytes]]:
        """Return what is left of raw lines and the events that they came in."""
        if self._filter is None:
            return events, lines
        left = [self._left(self._filter, line) for line in lines]
        self._tell(self._filter)
        kept = [event for event, line in zip(events, left, strict=True) if line is not None]
        return kept, [line for line in left if line is not None]

    def entry(self, entry: Entry) -> Entry | None:
        """Return what is left of any other event, None where nothing is."""
        if self._filter is None or not isinstance(entry[1], dict):
            return entry
        record = self._left_of_record(self._filter, entry[1])
        self._tell(self._filter)
        return None if record is None else (entry[0], record)

    def _tell(self, policy: PolicyFilter) -> None:
        for reason, number in policy.left_out.items():
            if number:
                self._count(reason, number)
                policy.left_out[reason] = 0

    def _left(self, policy: PolicyFilter, line: bytes) -> bytes | None:
        try:
            return policy.line(line)
        except MALFORMED:
            return self._left_of_text(policy, line) if legacy.is_text(line) else line

    def _left_of_text(self, policy: PolicyFilter, line: bytes) -> bytes | None:
        """Return what is left of legacy text, as the event that it is: the line that says who asked may be left out."""
        try:
            event = self._pairs.event(line)
        except NotAnEvent:
            return line
        return policy.line(orjson.dumps(event)) if event.get("requestURI") else line

    def _left_of_record(self, policy: PolicyFilter, record: dict[Any, Any]) -> dict[Any, Any] | None:
        for key in RAW_KEYS:
            line = record.get(key)
            if isinstance(line, bytes | str):
                left = self._left(policy, line if isinstance(line, bytes) else line.encode("utf-8", "replace"))
                return None if left is None else {**record, key: left}
        if record.get("kind") != "Event":
            return record
        data = clean(record)
        left = self._left(policy, data)
        return record if left is data else None if left is None else orjson.loads(left)
