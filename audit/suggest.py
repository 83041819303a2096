"""Rules that would silence what a log has most of, and what each of them costs in detections.

A suggestion is one rule of level None for one actor and one kind of object, over the verbs that make the noise. It names
its actor, so no failed login, which has none, is ever silenced, and nobody else's request on the same object. Nodes are taken
together, as their group. It goes before the first rule that decides about any of what it silences, and what it saves is
counted, not estimated: the events that the policy records of exactly those requests.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from audit.deciding import matches
from audit.facts import actor_kind
from audit.identities import label_of
from audit.policy import GroupResources, Policy, Rule
from audit.probes import Detection, taken_apart
from audit.rule_needs import Asked, concerns
from audit.sight import attributes
from audit.simulate import LONGEST, Row, Simulation
from audit.tally import Amount

NODES = "system:nodes"
COLUMN = 1
"""The simulation's column that is looked at: the first policy."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A detection that would no longer see this actor do this; `matched` of its requests are in the log."""

    detection: Detection
    matched: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule, the index of the rule that it goes before, what it saves, and what it costs."""

    rule: Rule
    before: int
    saved: Amount
    costs: tuple[Cost, ...]

    @property
    def free(self) -> bool:
        """Whether no detection looks at what it silences."""
        return not self.costs

    def to_yaml(self) -> str:
        """Return the rule as an entry of `rules`, to be pasted."""
        return yaml.dump([_written(self.rule)], Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=110)


@dataclass(slots=True)
class _Noise:
    """What one actor does with one kind of object: the verbs, in the order of their events."""

    verbs: list[str]
    before: int
    events: int
    bytes: int
    hits: Counter[int]


def suggest(simulation: Simulation, least: float = 0.01) -> list[Suggestion]:
    """Return suggestions for the simulation's first policy, those without a cost first, the most events first.

    A combination is noise where it makes up at least that part of the events that the policy records.
    """
    threshold = max(1.0, least * simulation.total.events[COLUMN])
    found = [
        _suggestion(simulation, actor, about, noise) for (actor, about), noise in _noises(simulation, threshold).items()
    ]
    return sorted(found, key=lambda one: (not one.free, any(cost.matched for cost in one.costs), -one.saved.events))


def inserted(policy: Policy, suggestions: Sequence[Suggestion]) -> Policy:
    """Return a policy with the rules of suggestions in their places."""
    rules: list[Rule] = []
    for index, rule in enumerate(policy.rules):
        rules += [one.rule for one in suggestions if one.before == index]
        rules.append(rule)
    return replace(policy, rules=tuple(rules))


def _noises(simulation: Simulation, threshold: float) -> dict[tuple[str, str], _Noise]:
    """Put together what one rule can silence. A combination's row is under the actor's group where that is better."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for (user, verb, about), row in simulation.combinations.items():
        if user and row.events[COLUMN] and _can_be_named(about):
            groups.setdefault((_actor(user, row), verb, about), []).append(row)
    noises: dict[tuple[str, str], _Noise] = {}
    for (actor, verb, about), rows in groups.items():
        events = sum(row.events[COLUMN] for row in rows)
        if events >= threshold and (first := _first(rows)) is not None:
            noise = noises.setdefault((actor, about), _Noise([], first, 0, 0, Counter()))
            noise.verbs.append(verb)
            noise.before = min(noise.before, first)
            noise.events += events
            noise.bytes += sum(row.bytes[COLUMN] for row in rows)
            for row in rows:
                noise.hits.update(row.hits)
    return noises


def _suggestion(simulation: Simulation, actor: str, about: str, noise: _Noise) -> Suggestion:
    rule = _rule(actor, noise.verbs, about)
    costs = _costs(simulation, actor, about, rule, noise)
    dearest = tuple(sorted(costs, key=lambda cost: -cost.matched))
    return Suggestion(rule, noise.before, Amount(noise.events, noise.bytes), dearest)


def _costs(simulation: Simulation, actor: str, about: str, rule: Rule, noise: _Noise) -> Iterator[Cost]:
    """Yield the detections that look at any of what a rule silences, whether or not there was anything to see."""
    policy = replace(simulation.policies[COLUMN - 1], rules=(rule,))
    kind = "node" if actor == NODES else actor_kind(actor)
    label = label_of(simulation.known, actor)
    for index, detection in enumerate(simulation.sightings.detections):
        one = simulation.sightings.told[index]
        concerned = any(concerns(one, Asked(kind, actor, label, verb, about)) for verb in rule.verbs)
        if concerned or noise.hits[index] or any(matches(policy, 0, attributes(probe)) for probe in detection.probes()):
            yield Cost(detection, noise.hits[index])


def _actor(user: str, row: Row) -> str:
    return NODES if NODES in row.groups else user


def _first(rows: Sequence[Row]) -> int | None:
    found = [index for row in rows if (index := row.rules[COLUMN]) is not None]
    return min(found, default=None)


def _rule(actor: str, verbs: Sequence[str], about: str) -> Rule:
    rule = Rule("None", verbs=tuple(verbs))
    rule = replace(rule, user_groups=(actor,)) if actor == NODES else replace(rule, users=(actor,))
    if about.startswith("/"):
        return replace(rule, non_resource_urls=(about,))
    group, resource, subresource = taken_apart(about)
    spec = f"{resource}/{subresource}" if subresource else resource
    return replace(rule, resources=(GroupResources(group, (spec,)),))


def _can_be_named(about: str) -> bool:
    """Whether a rule can name it, and nothing else beside it."""
    return 0 < len(about) < LONGEST and "*" not in about


def _written(rule: Rule) -> dict[str, Any]:
    """Return a rule of ours as it stands in a file."""
    resources = [{"group": one.group, "resources": list(one.resources)} for one in rule.resources]
    lists = {
        "users": list(rule.users),
        "userGroups": list(rule.user_groups),
        "verbs": list(rule.verbs),
        "resources": resources,
        "nonResourceURLs": list(rule.non_resource_urls),
    }
    return {"level": rule.level, **{key: value for key, value in lists.items() if value}}


class _Dumper(yaml.SafeDumper):
    """Indents lists in maps, as the presets do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)
