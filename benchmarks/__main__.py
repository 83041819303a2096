"""`make bench`: the bridge beside the bare loop and beside others, every goal with its figure, in one run.

EVENTS=n changes how many events a run sends, BIG=1 lets growth go to ten million, OUTAGE=n says for how many seconds Loggly is
down, OUT=file where the figures go, WRITE=1 puts the tables into docs/performance.md, ONLY="ways growth" measures only those parts.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import agents, growth, inputs, latency, load, machine, outage, report, starting, tail, ways
from benchmarks.growth import Series
from benchmarks.inputs import RAW
from benchmarks.results import Goal, Met, Results
from benchmarks.senders import Traffic
from generator import sizing

LATEST = Path(__file__).parent / "results" / "latest.json"
BUSY = 0.5  # a load before the run above which its figures deserve no trust
MEMORY_CHUNK_BYTES, MEMORY_CONNECTIONS, MEMORY_CHUNKS = 4_000_000, 8, 96
SINK_MS = 20.0

console = Console(width=170, highlight=False)
Lines = dict[str, list[bytes]]
Part = Callable[[Results, Lines], None]


def of_ways(results: Results, lines: Lines) -> None:
    """Measure the ways that have bare loops."""
    results.ways = ways.measured(lines, results.events)
    results.goals += ways.goals(results.ways)


def of_tail(results: Results, lines: Lines) -> None:
    """Measure the log read by the bridge itself, beside the bare loop over a file."""
    found = tail.measured(lines, results.events)
    results.ways += found
    results.goals += tail.goals(found)
    results.peers.append(Met(tail.NAME, "", {name: way.load for name, way in zip(lines, found, strict=True)}))


def of_latency(results: Results, lines: Lines) -> None:
    """Measure how long 500 connections wait for their acks, and what an event of an ordinary cluster costs."""
    many = latency.paced(inputs.requests(lines["metadata"], RAW, latency.EVENTS), latency.CONNECTIONS)
    half, most = (latency.percentile(many.waits, share) * 1000 for share in (0.5, 0.99))
    name = f"{latency.CONNECTIONS} connections, {latency.EVENTS} events a second each: acks, 99th percentile"
    results.goals.append(Goal(name, 250, most, " ms", 0, f"median {half:.0f} ms"))
    results.paced = latency.paced(inputs.requests(lines["recorded"], RAW, latency.NODE_EVENTS), latency.NODES).load
    name = f"{latency.NODES} nodes, {latency.NODE_EVENTS} recorded events a second each: CPU of an event, as sizing plans it"
    results.goals.append(Goal(name, sizing.EVENT_CPU_MICROSECONDS, results.paced.cpu, " µs", 1))


def of_memory(results: Results, lines: Lines) -> None:
    """Measure memory at full load and while Loggly is down."""
    requests = inputs.of_size(lines["recorded"], MEMORY_CHUNK_BYTES, 12)
    full = load.run(Traffic(requests, MEMORY_CHUNKS, MEMORY_CONNECTIONS), SINK_MS)
    name = f"memory at full load, {MEMORY_CONNECTIONS} connections with chunks of 4 MB"
    results.goals.append(Goal(name, 100, full.peak_bytes / 1e6, " MB", 0))
    seconds = float(os.environ.get("OUTAGE", str(outage.SECONDS)))
    peak = outage.peak_bytes(inputs.requests(lines["recorded"], RAW), seconds)
    name = f"memory, Loggly down for {seconds:g} s, {outage.SENDERS} senders pushing"
    results.goals.append(Goal(name, 150, peak / 1e6, " MB", 0))


def of_start(results: Results, lines: Lines) -> None:
    """Measure the time from a new process to the first ack."""
    seconds = starting.seconds(inputs.requests(lines["metadata"], RAW, latency.EVENTS))
    results.goals.append(Goal("start to first ack", 0.5, seconds, " s", detail=f"median of {starting.TIMES}"))


def of_growth(results: Results, lines: Lines) -> None:
    """Measure whether events become dearer."""
    counts = (*growth.EVENTS, growth.BIG_EVENTS) if os.environ.get("BIG") else growth.EVENTS
    some = lines["metadata"]
    series = [
        growth.by_events(some, counts),
        growth.by_connections(some, results.events),
        growth.by_bridges(some, results.events // 2),
        growth.by_rules(some, results.events // 2),
    ]
    results.growth = series
    results.goals += [_grown(one) for one in series]


def of_peers(results: Results, lines: Lines) -> None:
    """Let others do the same work, where they are on PATH."""
    if raw := ways.raw(results.ways):
        results.peers.append(Met("the bridge, raw lines by Forward → http", "", raw))
    for peer in agents.PEERS:
        if peer.missing:
            results.absent.append(f"{peer.name} (not on PATH)")
            continue
        try:
            loads = {name: agents.run(peer, some, results.events) for name, some in lines.items()}
        except RuntimeError as error:
            results.absent.append(f"{peer.name} ({error})")
        else:
            results.peers.append(Met(peer.name, agents.version(peer.program), loads))


PARTS: dict[str, Part] = {
    "ways": of_ways,
    "tail": of_tail,
    "latency": of_latency,
    "memory": of_memory,
    "start": of_start,
    "growth": of_growth,
    "peers": of_peers,
}


def _grown(series: Series) -> Goal:
    first, *_, last = series.points
    return Goal(f"growth from {first:,} to {last:,} {series.name}", 1.2, series.growth, " times")


@contextmanager
def _told(name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    console.print(f"{name}: {time.monotonic() - begun:.0f} s")


def main() -> None:
    """Measure, print, store."""
    events = int(os.environ.get("EVENTS", "160000"))
    results = Results(f"{datetime.now(UTC):%Y-%m-%d}", machine.description(), events)
    lines = {ways.METADATA: inputs.metadata(), ways.RECORDED: inputs.recorded()}
    for name in os.environ.get("ONLY", "").split() or PARTS:
        with _told(name):
            PARTS[name](results, lines)
    for grid in report.grids(results):
        console.print(grid.for_terminal())
    _store(results, Path(os.environ.get("OUT") or LATEST))
    if float(str(results.machine["load_before"])) > BUSY:
        console.print(f"The machine was busy before ({results.machine['load_before']}): do not trust these figures.")
    if results.absent:
        console.print(f"Not measured: {', '.join(results.absent)}.")
    if os.environ.get("WRITE"):
        report.write(results)
    known = [goal for goal in results.goals if goal.met is not None]
    console.print(f"{sum(goal.met is True for goal in known)} of {len(known)} goals met")


def _store(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"stored in {path}")


if __name__ == "__main__":
    main()
