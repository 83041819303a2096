"""A bridge under load: the real process, a sink, and senders that wait for acks, each a process of its own."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Process
from pathlib import Path

from bridge.client import Client
from bridge.messages import Chunk, Mode

SENDERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What one run cost: CPU seconds of the bridge's process, wall seconds, its peak memory."""

    cpu: float
    wall: float
    peak_bytes: int


def run(bodies: list[bytes], delay_ms: float) -> Load:
    """Send all chunks through a bridge whose Loggly answers after `delay_ms`, and wait for the last ack."""
    with _sink(delay_ms) as sink, bridge(sink) as (pid, port):
        _send(port, bodies[: SENDERS * 2])  # warm: imports, memos, connections
        before, begun = _cpu(pid), time.monotonic()
        senders = [Process(target=_send, args=(port, bodies[number::SENDERS], number)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
            if sender.exitcode:
                raise RuntimeError("a sender was not acked")
        return Load(_cpu(pid) - before, time.monotonic() - begun, peak(pid))


def _send(port: int, bodies: list[bytes], sender: int = 0) -> None:
    with Client("127.0.0.1", port) as client:
        for number, body in enumerate(bodies):
            chunk = Chunk(Mode.PACKED, "kube.audit.bench", body, chunk_id=f"{sender}-{number}")
            client.send(chunk)
            client.acked(chunk)


@contextmanager
def _sink(delay_ms: float) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.sink", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}"
        child.terminate()


@contextmanager
def bridge(loggly: str) -> Iterator[tuple[int, int]]:
    sets = ["forward.host=127.0.0.1", "forward.port=0", "admin.host=127.0.0.1", "admin.port=0", "cluster=bench"]
    command = [sys.executable, "-m", "bridge", "run", *(part for item in sets for part in ("--set", item))]
    environment = {**os.environ, "LOGGLY_URL": loggly, "LOGGLY_TOKEN": "bench"}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output, subprocess.Popen(command, stderr=output, env=environment) as child:
            while not (match := re.search(r"forward listening on \S+:(\d+)", log.read_text())):
                if child.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(0.02)
            yield child.pid, int(match[1])
            child.terminate()


def _cpu(pid: int) -> float:
    """Return the user and system seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak(pid: int) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
