"""A bridge under load: what a run costs, and that nothing of it got lost."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from benchmarks import machine, processes, senders
from benchmarks.inputs import Requests
from benchmarks.processes import Bridge, Sink
from benchmarks.senders import Traffic
from benchmarks.sink import Came

WARM_EVENTS = 16_000  # the log three times


@dataclass(frozen=True, slots=True)
class Load:
    """What one run cost: CPU seconds of the bridges' processes for a million events, events a second, the larger peak.

    `taken_bytes` and `posted_bytes` are those of a mean event, in and out; `request_events` is how many one request had.
    """

    cpu: float
    rate: float
    peak_bytes: int
    taken_bytes: float = 0.0
    posted_bytes: float = 0.0
    request_events: float = 0.0


def run(traffic: Traffic, delay_ms: float = 0, sets: Sequence[str] = (), bridges: int = 1) -> Load:
    """Send all through bridges whose Loggly answers after `delay_ms`, and wait for the last ack."""
    with ExitStack() as stack:
        sink = stack.enter_context(processes.sink(delay_ms))
        running = [stack.enter_context(processes.bridge(sink.url, sets)) for _ in range(bridges)]
        warm(running, traffic)
        return measured(running, sink, traffic)


def warm(bridges: Sequence[Bridge], traffic: Traffic) -> None:
    """Send a little first, so that what is done once is not counted."""
    few = min(traffic.connections, senders.CONNECTIONS)
    chunks = max(WARM_EVENTS // traffic.requests.chunk_events, few) * len(bridges)
    senders.send([one.port for one in bridges], replace(traffic, chunks=chunks, connections=few, run="warm"))


def measured(bridges: Sequence[Bridge], sink: Sink, traffic: Traffic) -> Load:
    """Send all through bridges that are warm; raises RuntimeError where the sink has not got it."""
    came, before = sink.came(), list[float]()
    seconds = senders.send([one.port for one in bridges], traffic, lambda: before.append(_cpu(bridges)))
    cpu = _cpu(bridges) - before[0]
    peak = max(machine.peak_bytes(one.pid) for one in bridges)
    return told(traffic.requests, traffic.events, sink.came().since(came), (cpu, seconds, peak))


def told(requests: Requests, events: int, came: Came, spent: tuple[float, float, int]) -> Load:
    """Return what a run cost, by its CPU seconds, wall seconds and peak memory; raises RuntimeError where events are missing."""
    if came.events != events:
        raise RuntimeError(
            f"expected {events:,} events at the sink, got {came.events:,}, and {came.broken} broken requests"
        )
    cpu, seconds, peak = spent
    taken = sum(map(len, requests.heads)) / (len(requests.heads) * requests.chunk_events)
    return Load(cpu / events * 1e6, events / seconds, peak, taken, came.bytes / events, events / max(came.requests, 1))


def _cpu(bridges: Sequence[Bridge]) -> float:
    return sum(machine.cpu_seconds(one.pid) for one in bridges)
