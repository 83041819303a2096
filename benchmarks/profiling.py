"""`make profile`: where the time of an event goes in the bridge's process, stage by stage, beside the bare loop.

INPUT=recorded sends events with bodies, WAY=file lets the bridge read them from a log; EVENTS=n changes how many. Where `perf` is on PATH a second run tells the libraries.
"""

import linecache
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from benchmarks import inputs, load, machine, processes, senders, stages, tail
from benchmarks.inputs import CHUNK_EVENTS, RAW
from benchmarks.processes import Bridge
from benchmarks.profiled import ROOT, Place
from benchmarks.report import Grid
from benchmarks.senders import Traffic

LINES = {"metadata": inputs.metadata, "recorded": inputs.recorded}
HOTTEST = 20
BARE_CHUNKS = 100  # of the bare loop
WRITTEN_WITHIN = 10.0  # seconds
PROFILED = (sys.executable, "-m", "benchmarks.profiled")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the main thread was, and the CPU seconds of it and of all other threads."""

    places: list[tuple[Place, int]]
    main: float
    others: float


@dataclass(frozen=True, slots=True)
class Course:
    """What is profiled: `running` starts a bridge, given its program, and gives it with what sends it all the events."""

    events: int
    running: Callable[[Sequence[str]], AbstractContextManager[tuple[Bridge, Callable[[], object]]]]
    bare: dict[str, float]
    """CPU seconds of an event in the bare loop, by stage."""


def by_forward(lines: list[bytes], events: int) -> Course:
    """Send raw lines by the Forward protocol."""
    requests = inputs.requests(lines, RAW)
    traffic = Traffic(requests, max(events // CHUNK_EVENTS, 1))
    chunks = min(traffic.chunks, BARE_CHUNKS)

    @contextmanager
    def running(program: Sequence[str]) -> Iterator[tuple[Bridge, Callable[[], object]]]:
        with processes.sink(0) as sink, processes.bridge(sink.url, program=program) as bridge:
            load.warm([bridge], traffic)
            yield bridge, lambda: senders.send([bridge.port], traffic)

    spent = stages.bare(requests.bodies, chunks)
    return Course(traffic.events, running, {name: one / (chunks * CHUNK_EVENTS) for name, one in spent.items()})


def by_file(lines: list[bytes], events: int) -> Course:
    """Let the bridge read a log."""

    @contextmanager
    def running(program: Sequence[str]) -> Iterator[tuple[Bridge, Callable[[], object]]]:
        with tail.reading(lines, program) as (bridge, feed):
            yield bridge, lambda: feed(events)

    count = BARE_CHUNKS * CHUNK_EVENTS
    spent = stages.bare_file(b"".join(line + b"\n" for line in inputs.repeated(lines, count)))
    return Course(events, running, {name: one / count for name, one in spent.items()})


WAYS = {"forward": by_forward, "file": by_file}


def profile(course: Course) -> Found:
    """Send all through a bridge that notes where it is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile.json"
        os.environ["PROFILE"] = str(file)
        with course.running(PROFILED) as (bridge, send):
            os.kill(bridge.pid, signal.SIGUSR1)
            before = machine.thread_seconds(bridge.pid)
            send()
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


def by_stage(found: Found, course: Course) -> Grid:
    """Return microseconds an event of each stage."""
    spent = {stage: share * found.main / course.events for stage, share in stages.by_stage(found.places).items()}
    spent[stages.THREADS] = found.others / course.events
    rows = [
        [stage, f"{spent.get(stage, 0.0) * 1e6:.2f}", f"{course.bare.get(stage, 0.0) * 1e6:.2f}"]
        for stage in stages.ORDER
        if stage in spent or stage in course.bare
    ]
    rows.append(["all", *(f"{sum(some.values()) * 1e6:.2f}" for some in (spent, course.bare))])
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


def libraries(course: Course) -> str:
    """Return what `perf` says of the bridge's process: libraries and their functions; empty where that cannot be had."""
    with tempfile.TemporaryDirectory() as folder, course.running(processes.BRIDGE) as (bridge, send):
        data = f"{folder}/perf.data"
        command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "997", "-p", str(bridge.pid), "-o", data]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as recording:
            send()
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
    name, way = os.environ.get("INPUT") or "metadata", os.environ.get("WAY") or "forward"
    course = WAYS[way](LINES[name](), int(os.environ.get("EVENTS", "400000")))
    found = profile(course)
    console.print(f"raw lines, {name}, by {way}, {course.events:,} events; the profile itself costs some per cent")
    console.print(by_stage(found, course).for_terminal())
    console.print(hottest(found, course.events).for_terminal())
    if shutil.which("perf"):
        console.print("perf, all threads, per cent:", libraries(course), sep="\n", markup=False)


if __name__ == "__main__":
    main()
