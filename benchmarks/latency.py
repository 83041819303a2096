"""Many connections, each with a small chunk a second: how long they wait for their acks."""

import asyncio
import math
import random
import time
from collections.abc import Sequence

import msgpack

from benchmarks import processes
from benchmarks.inputs import Requests
from benchmarks.processes import Bridge

SINK_MS = 20.0
CONNECTIONS = 500
SECONDS = 10.0
WARM_SECONDS = 2.0  # of which nothing is counted
EVENTS = 10  # in a chunk


def waits(requests: Requests, connections: int = CONNECTIONS, seconds: float = SECONDS) -> list[float]:
    """Return the seconds from each chunk's first byte to its ack, sorted."""
    with processes.sink(SINK_MS) as sink, processes.bridge(sink.url) as bridge:
        found = asyncio.run(_all(bridge, requests, connections, seconds))
        if (came := sink.came().events) < len(found) * requests.chunk_events:
            raise RuntimeError(f"{len(found)} chunks were acked, but the sink has {came:,} events only")
    return sorted(found)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the sorted values that so large a share of them does not exceed."""
    return values[max(math.ceil(share * len(values)) - 1, 0)]


async def _all(bridge: Bridge, requests: Requests, connections: int, seconds: float) -> list[float]:
    begun = time.monotonic() + 0.5
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_one(bridge.port, requests, number, begun, seconds)) for number in range(connections)
        ]
    return [wait for task in tasks for wait in task.result()]


async def _one(port: int, requests: Requests, number: int, begun: float, seconds: float) -> list[float]:
    """Send a chunk a second, the first one at a moment of its own."""
    phase = random.Random(number).random()  # noqa: S311 - the same in every run
    await asyncio.sleep(begun - time.monotonic() + phase)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    for turn in range(math.ceil(WARM_SECONDS + seconds)):
        await asyncio.sleep(begun + phase + turn - time.monotonic())
        packed = bytes(msgpack.packb(f"{number}-{turn}"))
        sent = time.monotonic()
        writer.write(requests.heads[turn % len(requests.heads)] + b"\x81\xa5chunk" + packed)
        await reader.readexactly(len(b"\x81\xa3ack" + packed))
        if turn >= WARM_SECONDS:
            found.append(time.monotonic() - sent)
    writer.close()
    return found
