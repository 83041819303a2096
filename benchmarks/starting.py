"""From nothing to the first ack: a bridge's process is started, and a sender tries until it is acked."""

import statistics
import subprocess
import time

from benchmarks import processes
from benchmarks.inputs import Requests
from benchmarks.senders import Connection

TIMES = 5
TRY_AGAIN_SECONDS = 0.005


def seconds(requests: Requests, times: int = TIMES) -> float:
    """Return the median of so many starts."""
    with processes.sink(0) as sink:
        return statistics.median(_once(sink.url, requests.heads[0]) for _ in range(times))


def _once(loggly: str, head: bytes) -> float:
    port = processes.free_port()
    begun = time.monotonic()
    with processes.start(loggly, (f"forward.port={port}",), processes.BRIDGE, subprocess.DEVNULL) as child:
        try:
            connection = _connected(port, child)
            connection.send(head, "first")
            taken = time.monotonic() - begun
            connection.close()
        finally:
            child.terminate()
    return taken


def _connected(port: int, child: "subprocess.Popen[bytes]") -> Connection:
    while child.poll() is None:
        try:
            return Connection(port)
        except ConnectionRefusedError:
            time.sleep(TRY_AGAIN_SECONDS)
    raise RuntimeError("the bridge did not start")
