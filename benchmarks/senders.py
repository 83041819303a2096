"""Senders that wait for acks, in processes of their own, so many that they are not what is measured.

Each connection sends a chunk, waits for its ack, and sends the next, as Fluentd does; there are many connections.
"""

import multiprocessing
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgpack

from benchmarks.inputs import Requests

PROCESSES = 3
CONNECTIONS = 12
TIMEOUT = 120.0  # seconds for an ack
_fork = multiprocessing.get_context("fork")  # the requests, some hundred megabytes, are not copied


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is sent: so many chunks over so many connections, which take turns; `run` keeps the ids of runs apart."""

    requests: Requests
    chunks: int
    connections: int = CONNECTIONS
    run: str = "0"

    @property
    def events(self) -> int:
        """All events."""
        return self.chunks * self.requests.chunk_events


class Connection:
    """One connection to a bridge."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, head: bytes, chunk_id: str) -> None:
        """Send a request and wait for its ack; raises RuntimeError where another answer comes."""
        packed = bytes(msgpack.packb(chunk_id))
        self._socket.sendall(head, socket.MSG_MORE)
        self._socket.sendall(b"\x81\xa5chunk" + packed)
        want, got = b"\x81\xa3ack" + packed, b""
        while len(got) < len(want) and (data := self._socket.recv(4096)):
            got += data
        if got != want:
            raise RuntimeError(f"expected the ack of {chunk_id}, got {got!r}")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def send(ports: Sequence[int], traffic: Traffic, begin: Callable[[], object] = lambda: None) -> float:
    """Send all and wait for the last ack; `begin` is called once all are connected. Returns the seconds from then on."""
    processes = min(PROCESSES, traffic.connections)
    ready = _fork.Barrier(processes + 1)
    children = [
        _fork.Process(target=_process, args=(ports, traffic, one, processes, ready)) for one in range(processes)
    ]
    for child in children:
        child.start()
    try:
        ready.wait(TIMEOUT)
        begin()
        begun = time.monotonic()
        ready.wait(TIMEOUT)
        for child in children:
            child.join()
    finally:
        for child in children:
            child.kill()
    if any(child.exitcode for child in children):
        raise RuntimeError("a sender was not acked")
    return time.monotonic() - begun


def _process(ports: Sequence[int], traffic: Traffic, number: int, processes: int, ready: Any) -> None:
    mine = range(number, traffic.connections, processes)
    connections = {one: Connection(ports[one % len(ports)]) for one in mine}
    ready.wait(TIMEOUT)
    ready.wait(TIMEOUT)
    with ThreadPoolExecutor(len(mine)) as pool:
        for done in [pool.submit(_connection, connection, traffic, one) for one, connection in connections.items()]:
            done.result()


def _connection(connection: Connection, traffic: Traffic, one: int) -> None:
    heads = traffic.requests.heads
    for chunk in range(one, traffic.chunks, traffic.connections):
        connection.send(heads[chunk % len(heads)], f"{traffic.run}-{chunk}")
    connection.close()
