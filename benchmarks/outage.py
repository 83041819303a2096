"""Loggly is down, and senders push all that the bridge takes: how much memory it needs at most."""

import contextlib
import multiprocessing
import time

from benchmarks import machine, processes
from benchmarks.inputs import TAG, Requests
from bridge.client import Client
from bridge.messages import Chunk, Mode

SENDERS = 4
SECONDS = 20.0
_fork = multiprocessing.get_context("fork")


def peak_bytes(requests: Requests, seconds: float = SECONDS) -> int:
    """Push for so many seconds at a bridge whose Loggly refuses connections; return its peak memory."""
    with processes.bridge(f"http://127.0.0.1:{processes.free_port()}") as bridge:
        senders = [
            _fork.Process(target=_push, args=(bridge.port, requests.bodies, number, seconds))
            for number in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        return machine.peak_bytes(bridge.pid)


def _push(port: int, bodies: list[bytes], sender: int, seconds: float) -> None:
    """Send chunk after chunk, half of the senders with ids, and wait for nothing but the socket."""
    until, number = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        with contextlib.suppress(OSError), Client("127.0.0.1", port, timeout=left) as client:
            while time.monotonic() < until:
                number += 1
                chunk_id = f"{sender}-{number}" if sender % 2 else None
                client.send(Chunk(Mode.PACKED, TAG, bodies[number % len(bodies)], chunk_id=chunk_id))
