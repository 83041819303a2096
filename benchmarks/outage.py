"""Loggly is down, and senders push all that the bridge takes: how much memory it needs at most."""

import contextlib
import socket
import time
from multiprocessing import Process

from benchmarks import load
from bridge.client import Client
from bridge.messages import Chunk, Mode

SENDERS = 4
SECONDS = 60.0
GOAL_BYTES = 150_000_000


def peak_bytes(bodies: list[bytes], seconds: float = SECONDS) -> int:
    """Push for so many seconds at a bridge whose Loggly refuses connections; return its peak memory."""
    with load.bridge(f"http://127.0.0.1:{_closed_port()}") as (pid, port):
        senders = [Process(target=_push, args=(port, bodies, number, seconds)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        return load.peak(pid)


def _push(port: int, bodies: list[bytes], sender: int, seconds: float) -> None:
    """Send chunk after chunk, half of the senders with ids, and wait for nothing but the socket."""
    until, number = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        with contextlib.suppress(OSError), Client("127.0.0.1", port, timeout=left) as client:
            while time.monotonic() < until:
                number += 1
                chunk_id = f"{sender}-{number}" if sender % 2 else None
                client.send(Chunk(Mode.PACKED, "kube.audit.bench", bodies[number % len(bodies)], chunk_id=chunk_id))


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
