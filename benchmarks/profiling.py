"""`make profile`: where the time of an event goes in the bridge's process, stage by stage, beside the bare loop.

INPUT=recorded sends events with bodies; EVENTS=n changes how many. Where `perf` is on PATH a second run tells the libraries.
"""

import linecache
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from benchmarks import inputs, load, machine, processes, senders, stages
from benchmarks.inputs import CHUNK_EVENTS, RAW
from benchmarks.profiled import ROOT, Place
from benchmarks.report import Grid
from benchmarks.senders import Traffic

LINES = {"metadata": inputs.metadata, "recorded": inputs.recorded}
HOTTEST = 20
WRITTEN_WITHIN = 10.0  # seconds
PROFILED = (sys.executable, "-m", "benchmarks.profiled")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the main thread was, and the CPU seconds of it and of all other threads."""

    places: list[tuple[Place, int]]
    main: float
    others: float


def profile(traffic: Traffic) -> Found:
    """Send all through a bridge that notes where it is."""
    with tempfile.TemporaryDirectory() as folder, processes.sink(0) as sink:
        file = Path(folder) / "profile.json"
        os.environ["PROFILE"] = str(file)
        with processes.bridge(sink.url, program=PROFILED) as bridge:
            load.warm([bridge], traffic)
            os.kill(bridge.pid, signal.SIGUSR1)
            before = machine.thread_seconds(bridge.pid)
            senders.send([bridge.port], traffic)
            after = machine.thread_seconds(bridge.pid)
            os.kill(bridge.pid, signal.SIGUSR2)
            places = [((str(path), str(name), int(line)), int(count)) for (path, name, line), count in _written(file)]
    spent = {thread: seconds - before.get(thread, 0) for thread, seconds in after.items()}
    main = spent.pop(str(bridge.pid))
    return Found(places, main, sum(spent.values()))


def _written(file: Path) -> list[Any]:
    until = time.monotonic() + WRITTEN_WITHIN
    while not file.exists():
        if time.monotonic() > until:
            raise RuntimeError("the bridge has not written its profile")
        time.sleep(0.02)
    written: list[Any] = orjson.loads(file.read_bytes())
    return written


def by_stage(found: Found, bare: dict[str, float], events: int, bare_events: int) -> Grid:
    """Return microseconds an event of each stage."""
    spent = {stage: share * found.main for stage, share in stages.by_stage(found.places).items()}
    spent[stages.POST] = spent.get(stages.POST, 0.0) + found.others
    rows = [
        [stage, f"{spent.get(stage, 0.0) / events * 1e6:.2f}", f"{bare.get(stage, 0.0) / bare_events * 1e6:.2f}"]
        for stage in stages.ORDER
    ]
    rows.append(["all", f"{sum(spent.values()) / events * 1e6:.2f}", f"{sum(bare.values()) / bare_events * 1e6:.2f}"])
    return Grid("profile", "Microseconds an event", ("Stage", "bridge", "bare loop"), rows)


def hottest(found: Found, events: int) -> Grid:
    """Return the lines at which the main thread was most."""
    total = sum(count for _, count in found.places)
    places = sorted(found.places, key=lambda item: -item[1])[:HOTTEST]
    rows = [
        [
            f"{file}:{line or function}" if file else "event loop",
            f"{count / total * found.main / events * 1e6:.2f}",
            linecache.getline(str(ROOT / file), line).strip()[:90],
        ]
        for (file, function, line), count in places
    ]
    return Grid("lines", "Its hottest lines", ("Line", "µs an event", "text"), rows)


def libraries(traffic: Traffic) -> str:
    """Return what `perf` says of the bridge's process: libraries and their functions; empty where that cannot be had."""
    with tempfile.TemporaryDirectory() as folder, processes.sink(0) as sink, processes.bridge(sink.url) as bridge:
        load.warm([bridge], traffic)
        data = f"{folder}/perf.data"
        command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "997", "-p", str(bridge.pid), "-o", data]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as recording:
            senders.send([bridge.port], traffic)
            recording.send_signal(signal.SIGINT)
        texts = [_perf_report(data, *sort) for sort in (("dso",), ("dso,symbol", "--percent-limit=1"))]
    return "\n\n".join(texts)


def _perf_report(data: str, sort: str, *more: str) -> str:
    command = ["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", sort, *more]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "\n".join(line.rstrip() for line in said.splitlines() if line.strip() and not line.startswith("#"))


def main() -> None:
    """Profile and print."""
    console = Console(width=150, highlight=False)
    name, events = os.environ.get("INPUT") or "metadata", int(os.environ.get("EVENTS", "400000"))
    requests = inputs.requests(LINES[name](), RAW)
    traffic = Traffic(requests, max(events // CHUNK_EVENTS, 1))
    found = profile(traffic)
    bare_chunks = min(traffic.chunks, 100)
    bare = stages.bare(requests.bodies, bare_chunks)
    console.print(f"raw lines, {name}, {traffic.events:,} events; the profile itself costs some per cent")
    console.print(by_stage(found, bare, traffic.events, bare_chunks * CHUNK_EVENTS).for_terminal())
    console.print(hottest(found, traffic.events).for_terminal())
    if shutil.which("perf"):
        console.print("perf, all threads, per cent:", libraries(traffic), sep="\n", markup=False)


if __name__ == "__main__":
    main()
