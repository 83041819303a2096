"""The tables of a run, for a terminal and for docs/performance.md: both are made of the same cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from benchmarks import fleet, latency, ways
from benchmarks.load import Load
from benchmarks.results import Goal, Results, Way
from generator import sizing
from generator.values import Values

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
COMMAND = "make bench"
CLUSTER_SIZES = (100, 1_000, 10_000, 30_000, 100_000)  # events a second
WORDS = {True: "yes", False: "**no**", None: "not measured yet"}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its name in the page, a title, the columns' heads, and rows of cells. The first column is text."""

    name: str
    title: str
    heads: Sequence[str]
    rows: list[list[str]]

    def for_terminal(self) -> Table:
        """Return it for a terminal."""
        made = Table(title=self.title, title_justify="left")
        for number, head in enumerate(self.heads):
            made.add_column(head, justify="right" if number else "left")
        for row in self.rows:
            made.add_row(*(Text(cell.replace("**", "")) for cell in row), style="red" if WORDS[False] in row else "")
        return made

    def markdown(self) -> str:
        """Return it for a page."""
        lines = [self.heads, ["---", *["---:"] * (len(self.heads) - 1)], *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def grids(results: Results) -> list[Grid]:
    """Return the tables of what was measured; what was not has none."""
    made = [_goals(results), _ways(results), _peers(results), _growth(results), _fleet(results)]
    return [grid for grid in made if grid.rows]


def sizes() -> Grid:
    """Return what the generator's formula gives for clusters of several sizes, with the limits' defaults."""
    bounds = Values().bridge.config.limits
    limits = sizing.Limits(bounds.unacked_bytes, bounds.chunk_bytes, bounds.decompressed_bytes)
    rows = []
    for events in CLUSTER_SIZES:
        replicas = sizing.least_replicas(events)
        found = sizing.sized(events, replicas, limits)
        rows.append([f"{events:,}", f"{replicas}", *found.requests.values(), *found.limits.values()])
    heads = ("Events a second", "replicas", "CPU request of each", "memory request", "memory limit")
    return Grid("sizes", "Sizes", heads, rows)


def words(results: Results) -> str:
    """Return where, when and with what the figures were taken."""
    machine = results.machine
    return (
        f"Taken {results.taken} with `{COMMAND}`: {machine['cores']} cores of {machine['processor']}, Python"
        f" {machine['python']}, Linux {machine['kernel']}, {results.events:,} events a run; load before it:"
        f" {machine['load_before']}."
    )


def write(results: Results, page: Path = PAGE) -> None:
    """Put the tables and the words between the page's markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""
    texts = {"taken": words(results), **{grid.name: grid.markdown() for grid in (*grids(results), sizes())}}
    if results.absent:
        texts["peers"] += "\n\nNot measured: " + ", ".join(results.absent) + "."
    text = page.read_text("utf-8")
    for name, new in texts.items():
        text = replaced(text, name, new)
    page.write_text(text, "utf-8")


def replaced(text: str, name: str, new: str) -> str:
    """Return a page's text with what stands between two markers replaced; raises ValueError where they are missing."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if begin not in text or end not in text:
        raise ValueError(f"expected {begin} and {end}, got none - add both lines where the table belongs")
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{new}\n{end}", text, flags=re.DOTALL)


def _goals(results: Results) -> Grid:
    return Grid("goals", "Goals", ("Path", "goal", "figure", "met"), [_goal(goal) for goal in results.goals])


def _goal(goal: Goal) -> list[str]:
    figure = "" if goal.value is None else f"{goal.value:,.{goal.digits}f}{goal.unit}"
    detail = f" ({goal.detail})" if goal.detail else ""
    return [goal.name, f"≤ {goal.limit:g}{goal.unit}", figure + detail, WORDS[goal.met]]


def _ways(results: Results) -> Grid:
    heads = (
        "Path",
        "CPU s a million",
        "bare loop",
        "ratio",
        "events/s",
        "peak RSS",
        "bytes in",
        "bytes out",
        "events a request",
    )
    rows = [_way(way) for way in results.ways]
    if load := results.paced:
        name = f"raw lines, recorded, {latency.NODES} nodes with {latency.NODE_EVENTS} events a second each"
        rows.append([name, f"{load.cpu:.2f}", "", "", *_rest(load), *_sizes(load)])
    return Grid("ways", "The bridge's process beside the bare loop", heads, rows)


def _way(way: Way) -> list[str]:
    load = way.load
    return [way.name, f"{load.cpu:.2f}", f"{way.bare:.2f}", f"{way.ratio:.2f}", *_rest(load), *_sizes(load)]


def _peers(results: Results) -> Grid:
    inputs = list(dict.fromkeys(name for met in results.peers for name in met.loads))
    heads = ("Program", *(head for name in inputs for head in (f"{name}: CPU s a million", "events/s", "peak RSS")))
    rows = [
        [
            f"{met.name} ({met.version})" if met.version else met.name,
            *(cell for name in inputs for cell in _cells(met.loads.get(name))),
        ]
        for met in results.peers
    ]
    return Grid("peers", "Others on the same work", heads, rows)


def _cells(load: Load | None) -> list[str]:
    return [f"{load.cpu:.1f}", *_rest(load)] if load else ["", "", ""]


def _rest(load: Load) -> list[str]:
    return [f"{load.rate:,.0f}", f"{load.peak_bytes / 1e6:.0f} MB"]


def _sizes(load: Load) -> list[str]:
    return [f"{load.taken_bytes:,.0f}", f"{load.posted_bytes:,.0f}", f"{load.request_events:,.0f}"]


def _growth(results: Results) -> Grid:
    heads = ("More and more", "CPU s a million, by how many", "dearest against a smaller one")
    rows = [
        [one.name, ", ".join(f"{count:,}: {cpu:.2f}" for count, cpu in one.points.items()), f"{one.growth:.2f} times"]
        for one in results.growth
    ]
    return Grid("growth", "Growth", heads, rows)


def _fleet(results: Results) -> Grid:
    """Work out a thousand clusters, where both figures that it needs are there."""
    heads = ("1,000 clusters, a million events a second", "a pair of bridges in each", "one fleet for all")
    full = ways.raw(results.ways).get(ways.RECORDED) if results.ways else None
    if full is None or results.paced is None:
        return Grid("fleet", "", heads, [])
    pairs, one = fleet.of_pairs(results.paced).figures(), fleet.of_one(full).figures()
    return Grid("fleet", "On paper", heads, [[name, pairs[name], one[name]] for name in pairs])
