"""The processes of a measurement: the sink, and bridges in front of it."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.sink import Came

LOCAL = ("forward.host=127.0.0.1", "admin.host=127.0.0.1", "admin.port=0", "cluster=bench")
NOTE_CHARACTERS = 2_000
BRIDGE = (sys.executable, "-m", "bridge")


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink."""

    url: str

    def came(self) -> Came:
        """Return what has come so far."""
        return Came(**requests.get(self.url, timeout=10).json())


@dataclass(frozen=True, slots=True)
class Bridge:
    """A running bridge."""

    pid: int
    port: int


@contextmanager
def sink(delay_ms: float) -> Iterator[Sink]:
    """Run a sink that answers after so many milliseconds."""
    command = [sys.executable, "-m", "benchmarks.sink", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield Sink(f"http://127.0.0.1:{child.stdout.readline().strip()}")
        finally:
            child.terminate()


@contextmanager
def bridge(loggly: str, sets: Sequence[str] = (), program: Sequence[str] = BRIDGE) -> Iterator[Bridge]:
    """Run a bridge that sends to `loggly`; what goes wrong is raised with what it said."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output, start(loggly, ("forward.port=0", *sets), program, output) as child:
            try:
                yield Bridge(child.pid, _port(child, log))
            except RuntimeError as error:
                error.add_note(f"The bridge said:\n{log.read_text()[-NOTE_CHARACTERS:]}")
                raise
            finally:
                child.terminate()


def _port(child: "subprocess.Popen[bytes]", log: Path) -> int:
    """Return the port that a bridge announces."""
    while not (match := re.search(r"forward listening on \S+:(\d+)", log.read_text())):
        if child.poll() is not None:
            raise RuntimeError("the bridge did not start")
        time.sleep(0.02)
    return int(match[1])


def start(loggly: str, sets: Sequence[str], program: Sequence[str], output: object) -> "subprocess.Popen[bytes]":
    """Start a bridge, and do not wait for it."""
    options = (part for item in (*LOCAL, *sets) for part in ("--set", item))
    environment = {**os.environ, "LOGGLY_URL": loggly, "LOGGLY_TOKEN": "bench"}
    return subprocess.Popen([*program, "run", *options], stderr=output, env=environment)  # type: ignore[call-overload, no-any-return]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
