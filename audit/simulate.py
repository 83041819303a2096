"""What policies would have left of a log: events and bytes, by rule, by actor and by request, and what detections would see.

The log should have more than any of the policies wants: then the counts are those that the API server would have written
under each. Where it has less, in levels or in stages, `gaps` says what cannot be known.

A `Simulation` takes a log's events one by one, in bounded memory, and may be asked at any time. Column 0 is the log as it
is, column n the n-th policy.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from audit import times
from audit.attributes import Attributes, Recorded, from_event
from audit.builtin import builtin
from audit.deciding import Decision, decide
from audit.event import Event
from audit.filtering import cut
from audit.policy import STAGES, Policy
from audit.probes import written
from audit.rules import Pack
from audit.settings import Identity
from audit.sightings import Sightings, depth, shallower
from audit.tally import Amounts, Series, Tally

REMEMBERED = 16_384
"""Decisions that are kept for requests that come again."""
LONGEST = 200
"""Characters of a path or resource that are told apart; clients choose them."""

Combination = tuple[str, str, str]
"""Who was authenticated, the verb, and what it was about: as kubectl writes it, or a path."""

Form = tuple[int, str, str]
"""A column, a stage, and a level."""


class Recording(Recorded, gc=False, frozen=True, rename="camel"):
    """What a simulation looks at in an event beside its view."""

    level: str = ""
    stage: str = ""
    audit_id: str = msgspec.field(default="", name="auditID")


class Row(Amounts):
    """One combination: its amounts, and what a rule that silences it has to know."""

    __slots__ = ("forms", "groups", "hits", "path", "rules")

    def __init__(self, columns: int) -> None:
        super().__init__(columns)
        self.forms: Counter[Form] = Counter()
        """Events by column, stage and the level at which they are written."""
        self.groups: tuple[str, ...] = ()
        self.path = False
        """Whether it is about a path that is no resource."""
        self.rules: list[int | None] = [None] * columns
        """In each column, the index of the first rule of those that decide about it."""
        self.hits: Counter[int] = Counter()
        """Requests that detection rules match, by the rule's index."""

    def take(self, other: Amounts) -> None:
        """Add another row's amounts to these, stages and levels with them."""
        super().take(other)
        if isinstance(other, Row):
            self.forms.update(other.forms)


class RuleRow(Amounts):
    """One rule of one policy, or None where no rule matched: how many events it decided, and what is left of them."""

    __slots__ = ("matched",)

    def __init__(self) -> None:
        super().__init__(1)
        self.matched = 0


_decode = msgspec.json.Decoder(Recording).decode
_loads = msgspec.json.Decoder(dict[str, Any]).decode


class Simulation:
    """Counts one log under several policies, and what rules see: those that are shipped unless others are given. `known` are identities."""

    def __init__(self, policies: Sequence[Policy], pack: Pack | None = None, known: Sequence[Identity] = ()) -> None:
        self.policies = tuple(policies)
        self.columns = 1 + len(self.policies)
        self.total = Amounts(self.columns)
        self.combinations: Tally[Combination, Row] = Tally(lambda: Row(self.columns))
        self.series = Series(self.columns)
        self.rules: tuple[Tally[int | None, RuleRow], ...] = tuple(Tally(RuleRow) for _ in self.policies)
        self.sightings = Sightings(builtin().pack if pack is None else pack, self.columns, known)
        self.known = tuple(known)
        self._decisions: dict[Attributes, tuple[Decision, ...]] = {}
        self._stages: Counter[str] = Counter()
        self._wanted: tuple[Counter[str], ...] = tuple(Counter() for _ in self.policies)
        self._shallow: tuple[Counter[tuple[str, str]], ...] = tuple(Counter() for _ in self.policies)

    def add(self, event: Event, raw: bytes) -> None:
        """Count an event: its view, and its JSON on one line without the newline."""
        recording = _decode(raw)
        attributes = from_event(recording)
        decisions = self._decided(attributes)
        sizes = _sizes(recording, raw, decisions)
        row = self._row(attributes, decisions)
        time = _seconds(event)
        for amounts in (self.total, row, *([self.series.at(time)] if time is not None else [])):
            amounts.add(sizes)
        self._count(recording, decisions, sizes)
        levels = [recording.level, *(one.level if one.records(event.stage) else "None" for one in decisions)]
        for column, size in enumerate(sizes):
            if size:
                row.forms[column, event.stage, shallower(levels[column], recording.level)] += 1
        request = (recording.audit_id, attributes.user or "", recording.verb, recording.request_uri)
        row.hits.update(self.sightings.add(event, partial(_loads, raw), request, levels))

    @property
    def minutes(self) -> float:
        """How long the log is; a shorter one than a minute counts as a minute."""
        first, last = self.series.first, self.series.last
        return 1.0 if first is None or last is None else max(1.0, (last - first) / 60)

    def gaps(self, number: int) -> Iterator[str]:
        """Yield sentences about what the log cannot tell of a policy, the first policy being 0."""
        for (has, wants), events in sorted(self._shallow[number].items()):
            yield (
                f"{_events(events)} of the log {_have(events)} level {has or 'none'} where the policy wants {wants}:"
                " how many bytes that adds is not known"
            )
        for stage in ("RequestReceived", "ResponseStarted", "ResponseComplete"):
            if self._wanted[number][stage] and not self._stages[stage]:
                yield f"the log has no events of the stage {stage}, which the policy does not omit: {_LOST[stage]}"

    def _decided(self, attributes: Attributes) -> tuple[Decision, ...]:
        decisions = self._decisions.get(attributes)
        if decisions is None:
            if len(self._decisions) >= REMEMBERED:
                self._decisions.clear()
            decisions = tuple(decide(policy, attributes) for policy in self.policies)
            self._decisions[attributes] = decisions
        return decisions

    def _row(self, attributes: Attributes, decisions: Sequence[Decision]) -> Row:
        row = self.combinations[attributes.user or "", attributes.verb, _about(attributes)[:LONGEST]]
        row.path = not attributes.is_resource
        row.groups = attributes.groups
        for column, decision in enumerate(decisions, 1):
            first = row.rules[column]
            if decision.rule is not None and (first is None or decision.rule < first):
                row.rules[column] = decision.rule
        return row

    def _count(self, recording: Recording, decisions: Sequence[Decision], sizes: Sequence[int]) -> None:
        """Count an event for the rules that decided, and what the log lacks of what they want."""
        self._stages[recording.stage] += 1
        for number, decision in enumerate(decisions):
            rule, size = self.rules[number][decision.rule], sizes[number + 1]
            rule.matched += 1
            rule.add([size])
            if size and depth(decision.level) > depth(recording.level):
                self._shallow[number][recording.level, decision.level] += 1
            self._wanted[number].update(stage for stage in STAGES if decision.records(stage))


_LOST = {
    "RequestReceived": "it would write one more for every request",
    "ResponseStarted": "failed logins (401), and watches and streams that have not ended, are missing",
    "ResponseComplete": "nearly everything is missing",
}


def _sizes(recording: Recording, raw: bytes, decisions: Sequence[Decision]) -> list[int]:
    """Return the bytes of the line in each column, with its newline; 0 where it is not written."""
    sizes, known = [len(raw) + 1], dict[tuple[str, bool], int]()
    for decision in decisions:
        form = (decision.level, decision.omit_managed_fields)
        if not decision.records(recording.stage):
            sizes.append(0)
            continue
        if form not in known:
            known[form] = len(cut(raw, form[0], omit_managed_fields=form[1])) + 1
        sizes.append(known[form])
    return sizes


def _about(attributes: Attributes) -> str:
    if not attributes.is_resource:
        return attributes.path
    return written(attributes.api_group, attributes.resource, attributes.subresource)


def _seconds(event: Event) -> float | None:
    stage = event.stage_timestamp or (event.metadata.creation_timestamp if event.metadata else None)
    time = times.normal(stage)
    return times.to_seconds(time) if time else None


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
