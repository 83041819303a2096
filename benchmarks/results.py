"""What a run found, as values: printed as tables, stored as JSON, and put into the page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.growth import Series
from benchmarks.load import Load


@dataclass(frozen=True, slots=True)
class Way:
    """One way through the bridge, what it cost, and the bare loop on the same input, both in CPU seconds for a million."""

    name: str
    load: Load
    bare: float

    @property
    def ratio(self) -> float:
        """How many times the bare loop's CPU the bridge's whole process takes."""
        return self.load.cpu / self.bare


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that must not exceed its limit; `value` is None where it cannot be measured yet. `unit` follows either."""

    name: str
    limit: float
    value: float | None
    unit: str
    digits: int = 2
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where that is not known."""
        return None if self.value is None else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Met:
    """A peer with what it cost, by the name of the input."""

    name: str
    version: str
    loads: dict[str, Load]


@dataclass(slots=True)
class Results:
    """All of a run."""

    taken: str
    machine: dict[str, object]
    events: int
    ways: list[Way] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    peers: list[Met] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    growth: list[Series] = field(default_factory=list)
    paced: Load | None = None
    """What an ordinary cluster costs: three nodes, each with a chunk of 333 recorded events a second."""

    def as_json(self) -> dict[str, Any]:
        """Return everything, and what follows from it."""
        whole = asdict(self)
        whole["ways"] = _with(whole["ways"], "ratio", [way.ratio for way in self.ways])
        whole["goals"] = _with(whole["goals"], "met", [goal.met for goal in self.goals])
        whole["growth"] = _with(whole["growth"], "growth", [series.growth for series in self.growth])
        return whole


def _with(items: list[dict[str, Any]], key: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    return [{**item, key: value} for item, value in zip(items, values, strict=True)]
