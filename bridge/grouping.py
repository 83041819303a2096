"""Which matches are told together, and when: pure, the clock is passed in, and memory is bounded.

The first match of a group waits for others; then the group is told. What comes in the interval after that is told at its end,
and a group that stays quiet for an interval is forgotten. A group is a rule and some values in common. When there are too many,
a group that was told gives way: at worst it is told again sooner. While all of them wait to be told, further matches go into one
group for each rule, so that none is lost.
"""

from dataclasses import dataclass, field

from audit.rules import Told
from audit.sinks import Sink
from bridge.notices import SHOWN, Gathered, Notice, Place, Sighting, shortened

MOST_GROUPS = 1_000

Key = tuple[str | Place, ...]
"""A rule's name, the cluster, and the values in common; without those for what there was no room for."""


@dataclass(slots=True)
class Group:
    """Matches that are told together. `due` is when, if there are any; otherwise the group is quiet until then."""

    rule: Told
    place: Place
    by: dict[str, str]
    due: float
    gathered: Gathered = field(default_factory=Gathered)


class Groups:
    """The groups of one sink. Times are seconds on one clock that does not go back."""

    def __init__(self) -> None:
        self._groups: dict[Key, Group] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many groups have something to be told."""
        return self._waiting

    def take(self, sink: Sink, rule: Told, seen: Sighting, now: float) -> bool:
        """Add a match to its group; true where the group had nothing to be told before."""
        by: dict[str, str] = {name: shortened(getattr(seen.audit, SHOWN[name])) for name in sink.group_by}
        place = Place(seen.audit.cluster, seen.audit.environment)
        key: Key = (rule.name, place, *by.values())
        if key not in self._groups and not self._has_room(now):
            key, by = (rule.name, place), {}
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(rule, place, by, now + sink.wait)
        elif not group.gathered.count:
            group.due = max(group.due, now + sink.wait)
        is_new = not group.gathered.count
        self._waiting += is_new
        group.rule = rule
        group.gathered.add(seen)
        return is_new

    def due(self, sink: Sink, now: float, most: int) -> list[Notice]:
        """Return what is to be told now, what has waited longest first, at most so many."""
        waiting = [group for group in self._groups.values() if group.gathered.count and group.due <= now]
        told = sorted(waiting, key=lambda group: group.due)[:most]
        for group in told:
            group.due = now + sink.interval
        self._waiting -= len(told)
        return [group.gathered.notice(group.rule, group.place, group.by) for group in told]

    def hurry(self, now: float) -> None:
        """Let everything be due: the end has come."""
        for group in self._groups.values():
            group.due = min(group.due, now)

    def next_due(self) -> float | None:
        """Return when something is to be told, None where there is nothing."""
        return min((group.due for group in self._groups.values() if group.gathered.count), default=None)

    def _has_room(self, now: float) -> bool:
        """Make room for one more group where one of them needs none; the quiet ones of which nothing is expected go first."""
        if len(self._groups) < MOST_GROUPS:
            return True
        quiet = [key for key, group in self._groups.items() if not group.gathered.count]
        over = [key for key in quiet if self._groups[key].due <= now]
        for key in over or quiet[:1]:
            del self._groups[key]
        return bool(quiet)
