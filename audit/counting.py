"""Rules about many events: so many in a time, or so many different values, for each group. Time is the events' own.

A group is told when it reaches the count, and begins anew. An event that is sent again counts once, and is told again where it
was told. Memory is bounded: of many groups, those that were quiet the longest are forgotten, which may delay an alert and
repeats none.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from audit.predicates import as_text
from audit.rule_fields import Field, Subject
from audit.rules import Counting

MOST_ENTRIES = 100_000
"""Entries over all groups of a rule."""


@dataclass(slots=True)
class _Group:
    """What counts, each with its time, in seconds; and the event that was told last."""

    entries: dict[Hashable, float] = field(default_factory=dict)
    told: Hashable = None


class Counter:
    """Counts for one rule."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self._most = max(MOST_ENTRIES // counting.count, 1)
        self._groups: OrderedDict[Hashable, _Group] = OrderedDict()

    def take(self, subject: Subject, event: Hashable, at: float) -> bool:
        """Count an event of one of the rules; true where the count is reached. `event` is what it is known by, `at` its time."""
        group = self._group(tuple(_values(subject, one) for one in self.counting.group_by))
        if event == group.told:
            return True
        newest = max(at, *group.entries.values()) if group.entries else at
        since = newest - self.counting.seconds
        group.entries = {key: time for key, time in group.entries.items() if time > since}
        if at > since:
            of = self.counting.of
            for key in _values(subject, of) if of else (event,):
                group.entries[key] = max(at, group.entries.get(key, at))
        if len(group.entries) < self.counting.count:
            return False
        group.told, group.entries = event, {}
        return True

    def _group(self, key: Hashable) -> _Group:
        group = self._groups.setdefault(key, _Group())
        self._groups.move_to_end(key)
        if len(self._groups) > self._most:
            self._groups.popitem(last=False)
        return group


def _values(subject: Subject, of: Field) -> tuple[str, ...]:
    return tuple(text for value in of.read(subject) or () if (text := as_text(value)) is not None)
