"""Whether an event costs more when there are more: of events, of connections, of bridges side by side, of rules.

Every series is measured with the same input, and each of its points several times, the least of which counts.
"""

import tempfile
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import yaml

from audit import builtin
from benchmarks import load, processes
from benchmarks.inputs import RAW, requests
from benchmarks.senders import Traffic

SMALL_CHUNK = 100  # events: 500 connections take turns without filling the room
CONNECTIONS = (1, 10, 100, 500)
BRIDGES = (1, 2, 4)
RULES = (1, 10, 100)
EVENTS = (1_000, 10_000, 100_000, 1_000_000)
BIG_EVENTS = 10_000_000
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Series:
    """CPU seconds for a million events, by what grows."""

    name: str
    points: dict[int, float]

    @property
    def growth(self) -> float:
        """How much dearer than a smaller one any point is, at most; below 1 where every larger one is cheaper."""
        values = list(self.points.values())
        return max(value / min(values[:number]) for number, value in enumerate(values) if number)


def by_events(lines: Sequence[bytes], counts: Sequence[int] = EVENTS) -> Series:
    """Send more and more events through one bridge; few are sent more often, for one run of them is over at once."""
    traffic = Traffic(requests(list(lines), RAW, 1_000), 0)
    with processes.sink(0) as sink, processes.bridge(sink.url) as bridge:
        load.warm([bridge], traffic)
        points = {}
        for count in counts:
            times = max(min(200_000 // count, 20), 1)
            runs = (replace(traffic, chunks=count // 1_000, run=f"{count}-{time}") for time in range(times))
            points[count] = min(load.measured([bridge], sink, one).cpu for one in runs)
    return Series("events", points)


def by_connections(lines: Sequence[bytes], events: int, counts: Sequence[int] = CONNECTIONS) -> Series:
    """Send the same over more and more connections."""
    traffic = Traffic(requests(list(lines), RAW, SMALL_CHUNK), events // SMALL_CHUNK)
    with processes.sink(0) as sink, processes.bridge(sink.url) as bridge:
        load.warm([bridge], traffic)
        points = {}
        for count in counts:
            runs = (replace(traffic, connections=count, run=f"{count}-{time}") for time in range(ROUNDS))
            points[count] = min(load.measured([bridge], sink, one).cpu for one in runs)
    return Series("connections", points)


def by_bridges(lines: Sequence[bytes], events: int, counts: Sequence[int] = BRIDGES) -> Series:
    """Send as much to each of more and more bridges."""
    chunks = requests(list(lines), RAW)
    points = {}
    for count in counts:
        with ExitStack() as stack:
            sink = stack.enter_context(processes.sink(0))
            running = [stack.enter_context(processes.bridge(sink.url)) for _ in range(count)]
            traffic = Traffic(chunks, count * events // chunks.chunk_events)
            load.warm(running, traffic)
            runs = (replace(traffic, run=str(time)) for time in range(ROUNDS))
            points[count] = min(load.measured(running, sink, one).cpu for one in runs)
    return Series("bridges", points)


def by_rules(lines: Sequence[bytes], events: int, counts: Sequence[int] = RULES) -> Series:
    """Ask more and more rules of the same events; bridges take turns, for the differences are small."""
    chunks = requests(list(lines), RAW)
    traffic = Traffic(chunks, max(events // chunks.chunk_events, 1))
    found: dict[int, list[float]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        for count in list(counts) * ROUNDS:
            file = Path(folder) / f"{count}.yml"
            file.write_text(rules(count), "utf-8")
            sets = ("rules.builtin=false", f"rules.files=[{file}]")
            found[count].append(load.run(traffic, sets=sets).cpu)
    return Series("rules", {count: min(costs) for count, costs in found.items()})


def rules(count: int) -> str:
    """Return a file of so many rules: the shipped ones, over and over, under names of their own."""
    documents = [one for _, text in builtin.files() for one in yaml.safe_load_all(text) if "detection" in one]
    changed = (
        {**one, "name": f"{one['name']}-{number}", "id": str(uuid.UUID(int=number))}
        for number, one in enumerate(islice(cycle(documents), count))
    )
    return yaml.safe_dump_all(changed, sort_keys=False)
