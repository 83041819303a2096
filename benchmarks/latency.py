"""Many connections, each with a small chunk a second: how long they wait for their acks, and what an event costs then."""

import asyncio
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgpack

from benchmarks import load, machine, processes
from benchmarks.inputs import Requests
from benchmarks.load import Load
from benchmarks.processes import Bridge, Sink
from benchmarks.senders import Traffic

SINK_MS = 20.0
CONNECTIONS = 500
EVENTS = 10  # in a chunk
SECONDS = 10
WARM_SECONDS = 2  # of which nothing is counted
NODES, NODE_EVENTS = 3, 333  # a cluster: its control-plane nodes, and what each writes in a second

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Paced:
    """What came of chunks that were sent one a second: the sorted seconds until their acks, and what that cost."""

    waits: list[float]
    load: Load


def paced(requests: Requests, connections: int, seconds: int = SECONDS) -> Paced:
    """Send a chunk a second over each of so many connections."""
    with processes.sink(SINK_MS) as sink, processes.bridge(sink.url) as bridge:
        load.warm([bridge], Traffic(requests, 0))
        return asyncio.run(_all(bridge, sink, requests, (connections, seconds)))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the sorted values that so large a share of them does not exceed."""
    return values[max(math.ceil(share * len(values)) - 1, 0)]


async def _all(bridge: Bridge, sink: Sink, requests: Requests, size: tuple[int, int]) -> Paced:
    connections, seconds = size
    streams = [await asyncio.open_connection("127.0.0.1", bridge.port) for _ in range(connections)]
    await _phase(streams, requests, WARM_SECONDS, "warm")
    cpu, came = machine.cpu_seconds(bridge.pid), sink.came()
    waits = await _phase(streams, requests, seconds, "counted")
    spent = machine.cpu_seconds(bridge.pid) - cpu, float(seconds), machine.peak_bytes(bridge.pid)
    for _, writer in streams:
        writer.close()
    events = connections * seconds * requests.chunk_events
    return Paced(sorted(waits), load.told(requests, events, sink.came().since(came), spent))


async def _phase(streams: Sequence[Stream], requests: Requests, seconds: int, name: str) -> list[float]:
    """Let every connection send for so many seconds, each from a moment of its own on."""
    begun = time.monotonic()
    ones = (_one(stream, requests, seconds, begun, f"{name}-{number}") for number, stream in enumerate(streams))
    return [wait for waits in await asyncio.gather(*ones) for wait in waits]


async def _one(stream: Stream, requests: Requests, seconds: int, begun: float, name: str) -> list[float]:
    reader, writer = stream
    phase = random.Random(name).random()  # noqa: S311 - the same in every run
    waits = []
    for turn in range(seconds):
        await asyncio.sleep(begun + phase + turn - time.monotonic())
        packed = bytes(msgpack.packb(f"{name}-{turn}"))
        sent = time.monotonic()
        writer.write(requests.heads[turn % len(requests.heads)] + b"\x81\xa5chunk" + packed)
        await reader.readexactly(len(b"\x81\xa3ack" + packed))
        waits.append(time.monotonic() - sent)
    return waits
