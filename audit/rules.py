"""Detection rules: what each is called, what it says of events, and how often that may happen before it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audit.predicates import Predicate
from audit.rule_fields import Field, Level

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule
    from sigma.rule import SigmaRule

Severity = Literal["informational", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("informational", "low", "medium", "high", "critical")
"""Sigma's levels, the lowest first."""


@dataclass(frozen=True, slots=True)
class About:
    """What a rule says of itself, as in its file."""

    name: str
    """What `audit.rules` holds: Sigma's `name`, or the title in lower case with hyphens."""
    title: str
    severity: Severity
    description: str = ""
    author: str = ""
    license: str = ""
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule about one event. Without `told`, it is only counted by others."""

    about: About
    predicate: Predicate
    level: Level
    """The audit level that it needs."""
    told: bool
    source: "SigmaRule"
    """As pySigma has read it, for queries."""
    excepted: bool = False
    """Whether the settings take events out of it, which `source` does not say."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.about.name


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """A rule about many events: so many of some rules, or so many values of a field, within a time, for each group."""

    about: About
    rules: tuple[Rule, ...]
    group_by: tuple[Field, ...]
    seconds: int
    count: int
    """At least so many."""
    of: Field | None
    """The field whose different values are counted; None where events are."""
    source: "SigmaCorrelationRule"

    @property
    def name(self) -> str:
        """What it is called."""
        return self.about.name

    @property
    def level(self) -> Level:
        """The audit level that its rules need."""
        return deepest([rule.level for rule in self.rules])


Told = Rule | Counting
"""What an event may be told for."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that are asked together."""

    rules: tuple[Rule, ...] = ()
    countings: tuple[Counting, ...] = ()

    def told(self) -> list[Told]:
        """Return what may stand in `audit.rules`, in the order of the files."""
        return [*(rule for rule in self.rules if rule.told), *self.countings]


def deepest(levels: Sequence[Level]) -> Level:
    """Return the highest of some audit levels."""
    order: tuple[Level, ...] = ("Metadata", "Request", "RequestResponse")
    return max(levels, key=order.index, default="Metadata")


def worst(severities: Sequence[Severity]) -> Severity:
    """Return the highest severity of at least one."""
    return max(severities, key=SEVERITIES.index)
