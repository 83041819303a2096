"""What a bridge needs by how many events come: CPU by the event, memory by the bounds of its configuration. Pure.

The figures and where they come from: docs/performance.md, section "Sizing".
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

EVENT_CPU_MICROSECONDS = 40
"""CPU of one event: above what one with bodies takes in small chunks; `make bench` checks that."""

BUSY = 0.7
"""Share of one core that a bridge may be planned to use: its event loop is one thread, and what waits for it grows above that."""

LEAST_MILLICORES = 100
"""A start takes half a second of CPU, probes and metrics some milliseconds a second."""

BASE_BYTES = 64 * 2**20
"""The process itself, with its libraries and what it remembers about events."""

CLUSTER_BYTES = 24 * 2**20
"""What is remembered about the events of one cluster more: additions, and lines that come again in either form."""

AGENT_EVENT_CPU_MICROSECONDS = 25
"""CPU that Fluentd takes for one line, read, buffered and sent; `make bench` measures it among the others."""

AGENT_REQUEST_BYTES = 200 * 2**20
"""Fluentd at work, with two chunks on their way."""

FLUENT_BIT_REQUEST_BYTES = 128 * 2**20
"""Fluent Bit with 32 chunks of 2 MB in memory, which is as many as it keeps there."""

FLUENT_BIT_LIMIT_BYTES = 320 * 2**20
"""The same with room for chunks that are being sent, and for lines of up to 16 MB."""

AGENT_LIMIT_BYTES = 512 * 2**20
"""The same with room for what one look at the log reads, 64 MB at most, as it came and in chunks."""

AGENT_BYTES = {
    "fluentd": (AGENT_REQUEST_BYTES, AGENT_LIMIT_BYTES),
    "fluent-bit": (FLUENT_BIT_REQUEST_BYTES, FLUENT_BIT_LIMIT_BYTES),
}
"""What the memory of each kind of agent is planned to be, and may be at most."""

COPIES = 3
"""How often an event that waits is in memory while Loggly is away: as it came, as a line, in a request."""


class Limits(NamedTuple):
    """The bounds that decide about memory, in bytes: keys of `limits` in the bridge's configuration."""

    unacked_bytes: int
    chunk_bytes: int
    decompressed_bytes: int


class Sized(NamedTuple):
    """Quantities of Kubernetes, as a container's `resources` hold them."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]


def most_events_per_second() -> int:
    """Return how many events a second one bridge is planned for at most."""
    return int(BUSY * 1e6 / EVENT_CPU_MICROSECONDS)


def serving(replicas: int) -> int:
    """Return how many of so many bridges share the events while one is being replaced."""
    return max(replicas - 1, 1)


def least_replicas(events_per_second: int) -> int:
    """Return how many bridges a cluster needs: enough for its events, and one more."""
    return math.ceil(events_per_second / most_events_per_second()) + 1


def sized(events_per_second: int, replicas: int, limits: Limits, other_clusters: int = 0) -> Sized:
    """Return what each of the bridges asks for, and the memory that it must not exceed; `other_clusters` send to them as well.

    There is no limit for CPU: it would only slow deliveries down. Memory does not follow the events: what waits is bounded. The
    limit has room for one chunk of the largest size, as it came and decompressed, beside all that waits.
    """
    millicores = math.ceil(events_per_second * EVENT_CPU_MICROSECONDS / serving(replicas) / 1000)
    requested = BASE_BYTES + COPIES * limits.unacked_bytes + other_clusters * CLUSTER_BYTES
    most = requested + 2 * limits.chunk_bytes + limits.decompressed_bytes
    cpu = max(_rounded(millicores, 10), LEAST_MILLICORES)
    return Sized({"cpu": f"{cpu}m", "memory": _mebibytes(requested)}, {"memory": _mebibytes(most)})


def agent_sized(events_per_second: int, kind: str = "fluentd") -> Sized:
    """Return what an agent on one node asks for: one control-plane node may have all the requests that are made.

    Its memory does not follow the events: what waits is on the disk.
    """
    requested_bytes, limit_bytes = AGENT_BYTES[kind]
    millicores = math.ceil(events_per_second * AGENT_EVENT_CPU_MICROSECONDS / 1000)
    cpu = max(_rounded(millicores, 10), LEAST_MILLICORES)
    memory, most = _mebibytes(requested_bytes), _mebibytes(limit_bytes)
    return Sized({"cpu": f"{cpu}m", "memory": memory}, {"memory": most})


def direct_sized(events_per_second: int, limits: Limits) -> Sized:
    """Return what a bridge on one node asks for that reads the log itself; nobody shares the node's events with it."""
    return sized(min(events_per_second, most_events_per_second()), 1, limits)


def _mebibytes(count: int) -> str:
    return f"{_rounded(math.ceil(count / 2**20), 8)}Mi"


def _rounded(value: int, step: int) -> int:
    """Round up to a whole step."""
    return math.ceil(value / step) * step
