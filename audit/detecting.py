"""Asks rules about events, in the order that costs least: what an event's facts are remembered by first, and the rest where it counts.

For each combination of the fields in `audit.facts.deciding` the rules are asked once: most are refused, some hold, and a few stay
open until a body or a URI is seen. Only events of such combinations are looked at again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from audit import times
from audit.counting import Counter
from audit.event import Event
from audit.facts import Facts
from audit.once import Once, Request
from audit.predicates import Predicate, demanded, left_of
from audit.rule_fields import VIEW, WHOLE, Subject
from audit.rules import Pack, Rule, Severity, Told, worst

Record = Callable[[], Mapping[Any, Any]]
"""Returns the whole event; asked only where it is needed."""

_INDEX = ("objectRef.resource", "objectRef.subresource", "verb", "audit.verdict", "audit.actorKind")
"""The fields that rules are looked up by: each has few values, and most rules want one of them."""
_MOST_LOOKED_UP = 4_096  # clients can ask for resources that do not exist


@dataclass(frozen=True, slots=True)
class Found:
    """What an event is told for."""

    names: tuple[str, ...]
    severity: Severity
    """The highest."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the rules say of all events that agree in what decides their facts."""

    certain: tuple[Rule, ...]
    open: tuple[tuple[Rule, Predicate], ...]
    """Each with what is still to be asked."""
    facts: Facts
    label: str


class AlertLine(bytes):
    """A line for Loggly of an event that is told for something."""

    found: Found

    @classmethod
    def of(cls, line: bytes, found: Found) -> "AlertLine":
        """Return a line with what it is told for."""
        alert = cls(line)
        alert.found = found
        return alert


class Detector:
    """Asks one pack of rules. Remembers counts and the requests that were told."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._once = Once()
        self._counters = [Counter(counting) for counting in pack.countings]
        self._counted = {rule.name for counting in pack.countings for rule in counting.rules}
        self._told: dict[str, Told] = {one.name: one for one in pack.told()}
        self._order = {one: at for at, one in enumerate(pack.told())}
        self._wanted = [(rule, [demanded(rule.predicate, name) for name in _INDEX]) for rule in pack.rules]
        self._looked_up: dict[tuple[str, ...], tuple[Rule, ...]] = {}

    def candidates(self, event: Event, facts: Facts, label: str) -> Candidates | None:
        """Ask what can be known without a look at the event itself; None where no rule can match, or nothing was answered yet."""
        if event.response_status is None:
            return None
        ref = event.object_ref
        about = (ref.resource, ref.subresource) if ref else ("", "")
        rules = self._about((*about, event.verb, facts.verdict, facts.actor_kind))
        if not rules:
            return None
        subject = Subject(event, facts, label)
        certain: list[Rule] = []
        left: list[tuple[Rule, Predicate]] = []
        for rule in rules:
            holds = rule.predicate.holds(subject)
            if holds:
                certain.append(rule)
            elif holds is None:
                left.append((rule, left_of(rule.predicate, subject)))
        return Candidates(tuple(certain), tuple(left), facts, label) if certain or left else None

    def _about(self, values: tuple[str, ...]) -> tuple[Rule, ...]:
        """Return the rules that events may match that have these values in the fields of the index."""
        found = self._looked_up.get(values)
        if found is None:
            folded = [value.lower() for value in values]
            found = tuple(
                rule
                for rule, wanted in self._wanted
                if all(only is None or value in only for value, only in zip(folded, wanted, strict=True))
            )
            if len(self._looked_up) < _MOST_LOOKED_UP:
                self._looked_up[values] = found
        return found

    def decide(self, candidates: Candidates, event: Event, record: Record, time: str) -> Found | None:
        """Return what one event is told for; `time` is the event's in the one form of `audit.times`."""
        matched, subject = self.matched(candidates, event, record)
        if not matched:
            return None
        names = [rule.name for rule in matched]
        if self._once.concerns(event) or not self._counted.isdisjoint(names):
            if subject.record is None:
                subject.depth, subject.record = WHOLE, record()
            names = self._told_now(subject, names, time)
        told = sorted((self._told[name] for name in names if name in self._told), key=self._order.__getitem__)
        return Found(tuple(one.name for one in told), worst([one.about.severity for one in told])) if told else None

    @staticmethod
    def matched(candidates: Candidates, event: Event, record: Record) -> tuple[list[Rule], Subject]:
        """Return the rules that match one event, whatever was told before, and the event as far as it was looked at."""
        subject = Subject(event, candidates.facts, candidates.label, VIEW)
        matched = list(candidates.certain)
        for rule, predicate in candidates.open:
            holds = predicate.holds(subject)
            if holds is None:
                subject.depth, subject.record = WHOLE, record()
                holds = predicate.holds(subject)
            if holds:
                matched.append(rule)
        return matched, subject

    def _told_now(self, subject: Subject, names: list[str], time: str) -> list[str]:
        """Leave out what the request was told for before, and add what the count of such events says."""
        event, request = subject.event, _request(subject)
        if self._once.concerns(event):
            names = self._once.left(request, event.stage, names)
        at = times.to_seconds(time)
        for counter in self._counters:
            counts = any(rule.name in names for rule in counter.counting.rules)
            if counts and counter.take(subject, (*request, event.stage), at):
                names = [*names, counter.counting.name]
        return names


def _request(subject: Subject) -> Request:
    event, record = subject.event, subject.record or {}
    user = event.user.username if event.user else ""
    return (
        str(record.get("auditID")),
        user,
        event.verb,
        event.request_uri,
        str(record.get("requestReceivedTimestamp")),
    )
