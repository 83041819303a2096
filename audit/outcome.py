"""A finished simulation as plain data: what the command writes as JSON, and what its tables and its page show.

Rates are a minute, over the log's own length. Rows are in the order of the log's events, the most first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from audit.policy import STAGES, Policy
from audit.probes import Detection
from audit.sight import sight
from audit.sightings import depth
from audit.simulate import Combination, Row, RuleRow, Simulation
from audit.tally import Amounts, Tally

OTHERS = "(others)"
"""The row of what was too various to be told apart."""


class Volume(msgspec.Struct, frozen=True, rename="camel"):
    """Events and bytes of one column, in all and a minute; bytes count the newlines."""

    events: int
    bytes: int
    events_per_minute: float
    bytes_per_minute: float


class Line(msgspec.Struct, frozen=True, rename="camel"):
    """One row of a table: a name, and a volume for each column, the log's first."""

    name: str
    volumes: tuple[Volume, ...]


class RuleLine(msgspec.Struct, frozen=True, rename="camel"):
    """What one rule decides. `line` is None where no rule matched; `matched` events came to it, `left` are recorded."""

    line: int | None
    level: str
    matched: int
    left: Volume


class Unseen(msgspec.Struct, frozen=True, rename="camel"):
    """A combination of which a policy leaves nothing."""

    actor: str
    verb: str
    about: str
    events: int


class FormLine(msgspec.Struct, frozen=True, rename="camel"):
    """The events that a policy writes at one stage and level."""

    stage: str
    level: str
    events: int


class DetectionLine(msgspec.Struct, frozen=True, rename="camel"):
    """A detection under one policy: what the policy lets it see of the log's requests, and of all that it may have to see.

    `word` is the policy's alone, whatever is in the log: `probes` kinds of request were asked for, `misses` are those that it
    would not see, in words.
    """

    id: str
    title: str
    level: str
    matched: int
    seen: int
    word: Literal["sees", "partly", "blind"]
    probes: int
    misses: tuple[str, ...]


class PolicyOutcome(msgspec.Struct, frozen=True, rename="camel"):
    """One policy: its volume, by stage, by rule, what is no longer seen, what detections see, what the log cannot tell."""

    name: str
    volume: Volume
    forms: tuple[FormLine, ...]
    rules: tuple[RuleLine, ...]
    unseen: tuple[Unseen, ...]
    detections: tuple[DetectionLine, ...]
    gaps: tuple[str, ...]


class Span(msgspec.Struct, frozen=True, rename="camel"):
    """The events and bytes of each column in one span of time, which begins at `start` seconds since 1970."""

    start: int
    events: tuple[int, ...]
    bytes: tuple[int, ...]


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """A whole simulation. `unread` counts the lines of the log that are no events."""

    log: Volume
    minutes: float
    first: float | None
    last: float | None
    unread: int
    policies: tuple[PolicyOutcome, ...]
    actors: tuple[Line, ...]
    requests: tuple[Line, ...]
    span_seconds: int
    spans: tuple[Span, ...]


def outcome(simulation: Simulation, unread: int = 0) -> Outcome:
    """Return what a simulation has found so far."""
    rows = simulation.combinations
    return Outcome(
        log=_volume(simulation, simulation.total, 0),
        minutes=round(simulation.minutes, 3),
        first=simulation.series.first,
        last=simulation.series.last,
        unread=unread,
        policies=tuple(_policy(simulation, number, policy) for number, policy in enumerate(simulation.policies)),
        actors=_lines(simulation, ((user, row) for (user, _, _), row in rows.items())),
        requests=_lines(simulation, ((f"{verb} {about}", row) for (_, verb, about), row in rows.items())),
        span_seconds=simulation.series.seconds,
        spans=tuple(Span(at, tuple(some.events), tuple(some.bytes)) for at, some in simulation.series.spans()),
    )


def _volume(simulation: Simulation, amounts: Amounts, column: int) -> Volume:
    events, size = amounts.events[column], amounts.bytes[column]
    return Volume(events, size, round(events / simulation.minutes, 3), round(size / simulation.minutes, 1))


def _lines(simulation: Simulation, rows: Iterable[tuple[str, Row]]) -> tuple[Line, ...]:
    """Add up the rows of the same name."""
    sums: Tally[str, Amounts] = Tally(lambda: Amounts(simulation.columns))
    for name, row in rows:
        sums[name].take(row)
    others = simulation.combinations.others
    if others.events[0]:
        sums[OTHERS].take(others)
    columns = range(simulation.columns)
    return tuple(
        Line(name, tuple(_volume(simulation, row, column) for column in columns)) for name, row in sums.items()
    )


def _policy(simulation: Simulation, number: int, policy: Policy) -> PolicyOutcome:
    return PolicyOutcome(
        name=policy.name,
        volume=_volume(simulation, simulation.total, number + 1),
        forms=tuple(_forms(simulation, number + 1)),
        rules=tuple(_rule(simulation, policy, rule, row) for rule, row in _ordered(simulation.rules[number], policy)),
        unseen=tuple(_unseen(key, row) for key, row in simulation.combinations.items() if not row.events[number + 1]),
        detections=tuple(
            _detection(simulation, number, index, detection)
            for index, detection in enumerate(simulation.sightings.detections)
        ),
        gaps=tuple(simulation.gaps(number)),
    )


def _forms(simulation: Simulation, column: int) -> Iterator[FormLine]:
    """Yield what is written at each stage and level, in the order of the stages and levels."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in simulation.combinations.rows():
        for (of, stage, level), events in row.forms.items():
            if of == column:
                sums[stage, level] += events
    for stage, level in sorted(sums, key=lambda form: ((*STAGES, form[0]).index(form[0]), depth(form[1]))):
        yield FormLine(stage, level, sums[stage, level])


def _ordered(rows: Tally[int | None, RuleRow], policy: Policy) -> list[tuple[int | None, RuleRow]]:
    """Return every rule in the policy's order, then what no rule matched, if there is any."""
    known = dict(rows.items())
    ordered: list[tuple[int | None, RuleRow]] = [
        (index, known.get(index, RuleRow())) for index in range(len(policy.rules))
    ]
    return [*ordered, (None, known[None])] if None in known else ordered


def _rule(simulation: Simulation, policy: Policy, index: int | None, row: RuleRow) -> RuleLine:
    left = _volume(simulation, row, 0)
    if index is None:
        return RuleLine(None, "None", row.matched, left)
    rule = policy.rules[index]
    return RuleLine(rule.line, rule.level, row.matched, left)


def _unseen(key: Combination, row: Row) -> Unseen:
    return Unseen(*key, row.events[0])


def _detection(simulation: Simulation, number: int, index: int, detection: Detection) -> DetectionLine:
    sees = sight(simulation.policies[number], detection)
    sightings = simulation.sightings
    return DetectionLine(
        detection.id,
        detection.title,
        detection.level,
        sightings.matched[index],
        sightings.seen[number + 1][index],
        sees.word,
        sees.probes,
        tuple(map(str, sees.misses)),
    )
