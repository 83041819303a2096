"""The log read by the bridge itself, beside the bare loop over a file: read blocks, split, decode, splice a constant in, join."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import bare, inputs, machine, processes
from benchmarks.inputs import CHUNK_EVENTS
from benchmarks.load import Load
from benchmarks.processes import Bridge, Sink
from benchmarks.results import Goal, Way
from benchmarks.ways import METADATA, RECORDED, best
from bridge.blocks import BLOCK_BYTES

NAME = "the log read by the bridge → http"
LIMITS = {METADATA: 1.8, RECORDED: None}
"""How many times the bare loop's CPU, by the name of the input."""
ROUNDS = 3
WARM_EVENTS = 16_000
REQUEST_BYTES = 5_000_000
TIMEOUT, LOOK_SECONDS = 60.0, 0.02
Feed = Callable[[int], float]
"""Appends so many events, and returns when the last of them came to the sink."""


def file_loop(path: Path) -> None:
    """Do with a file what nobody can do without."""
    decode, addition = bare.event.decode, bare.ADDITION
    lines: list[bytes] = []
    rest, size = b"", 0
    with path.open("rb", buffering=0) as log:
        while block := log.read(BLOCK_BYTES):
            *ended, rest = (rest + block).split(b"\n")
            for line in ended:
                decode(line)
                lines.append(line[:-1] + addition)
            size += len(block)
            if size >= REQUEST_BYTES:
                b"\n".join(lines)
                lines, size = [], 0
    b"\n".join(lines)


def measured(lines: dict[str, list[bytes]], events: int, rounds: int = ROUNDS) -> list[Way]:
    """Measure the way of each input, in turns with its bare loop; of several rounds the least CPU counts, as for other ways."""
    ways = []
    for name, some in lines.items():
        loops, loads = [], []
        for _ in range(rounds):
            loops.append(_bare(some, events))
            loads.append(run(some, events))
        ways.append(Way(f"{NAME}, {name}", best(loads), min(loops)))
    return ways


def goals(ways: list[Way]) -> list[Goal]:
    """Return what the ways say of the goals."""
    found = []
    for way in ways:
        limit = next(limit for name, limit in LIMITS.items() if way.name.endswith(name))
        if limit is not None:
            detail = f"{way.load.cpu:.2f} s a million"
            found.append(Goal(way.name, limit, way.ratio, " times the bare loop", detail=detail))
    return found


def run(lines: list[bytes], events: int) -> Load:
    """Let a bridge that is warm read so many events from a growing file; raises RuntimeError where they do not arrive."""
    count = events // CHUNK_EVENTS * CHUNK_EVENTS
    with reading(lines) as (bridge, feed):
        before, begun = machine.cpu_seconds(bridge.pid), time.monotonic()
        last = feed(count)
        cpu = machine.cpu_seconds(bridge.pid) - before
        return Load(cpu / count * 1e6, count / (last - begun), machine.peak_bytes(bridge.pid))


@contextmanager
def reading(lines: list[bytes], program: Sequence[str] = processes.BRIDGE) -> Iterator[tuple[Bridge, Feed]]:
    """Run a bridge that reads a file and is warm; give it, and what appends to the file and waits until that has arrived."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        log = folder / "audit.log"
        log.touch()
        sets = (f"files={json.dumps([{'path': str(log)}])}", f"state.path={folder / 'positions.json'}")
        with processes.sink(0) as sink, processes.bridge(sink.url, sets, program) as bridge:
            append, sent = _feeder(log, lines), 0

            def feed(count: int) -> float:
                nonlocal sent
                sent += count
                append(count)
                return _arrived(sink, sent)

            feed(WARM_EVENTS)
            yield bridge, feed


def _bare(lines: list[bytes], events: int) -> float:
    """Return the CPU seconds that the bare loop takes for a million events."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        log = Path(name) / "audit.log"
        _feeder(log, lines)(events)
        begun = time.process_time()
        file_loop(log)
        return (time.process_time() - begun) / events * 1e6


def _arrived(sink: Sink, events: int) -> float:
    """Wait until the sink has so many events; return when the last one came. Raises RuntimeError."""
    heard, came = time.monotonic(), sink.came()
    while came.events < events:
        time.sleep(LOOK_SECONDS)
        before, came = came, sink.came()
        heard = time.monotonic() if came.events > before.events else heard
        if time.monotonic() - heard > TIMEOUT:
            raise RuntimeError(f"expected {events:,} events at the sink, got {came.events:,}")
    return came.last


def _feeder(log: Path, lines: list[bytes]) -> Callable[[int], None]:
    """Return what appends events to a log."""

    def feed(count: int) -> None:
        with log.open("ab") as file:
            file.writelines(line + b"\n" for line in inputs.repeated(lines, count))

    return feed
