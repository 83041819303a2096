"""Who sends: each keeps and resends in its own way, through its own mechanism, and says what it knows of acks.

A sender is started with the address of a Forward port and is fed lines at a steady rate. What is `unsettled` it still has
to send, or to see acked, as far as it can know.
"""

import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fluent import sender as fluent_logger

from bridge.client import Client, NotAcked, raw_chunk
from tests.support import docker
from tests.support.agents import FluentBit, Fluentd, append
from tests.support.peers import look

TAG = "kube.audit.node-1"
PEERS = Path(__file__).parents[1] / "peers"
ACK_SECONDS = 120.0  # as the generator sets it: above forward.ack_deadline
Address = tuple[str, int]


class Sender(AbstractContextManager["Sender"], Protocol):
    """One sender at work."""

    def feed(self, lines: Sequence[str]) -> None:
        """Hand over lines; may block where the sender does."""

    def unsettled(self) -> bool:
        """Tell whether it still has something to do, as far as it knows."""

    def acked(self, sent: int) -> int | None:
        """Return how many of the lines that were fed it knows as acked; None where it cannot know."""


@dataclass(frozen=True)
class Kind:
    """A sender that can be started; `peer` is what it needs, as tests.support.peers names it."""

    name: str
    start: Callable[[Path, Address], Sender]
    asks_for_acks: bool = True
    peer: str = ""

    @property
    def missing(self) -> str:
        """Why it cannot take part; empty where it can."""
        return look(self.peer).missing if self.peer else ""


class OwnClient:
    """Our client, resending as Fluentd does: one chunk at a time, with its id, until it is acked."""

    def __init__(self, _: Path, address: Address, *, pause: float = 0.2) -> None:
        self._address = address
        self._pause = pause
        self._chunks: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        self._acked = self._fed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send_all, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._chunks.put(None)
        self._thread.join(5)

    def feed(self, lines: Sequence[str]) -> None:
        self._fed += len(lines)
        self._chunks.put(list(lines))

    def unsettled(self) -> bool:
        return self._acked < self._fed

    def acked(self, sent: int) -> int | None:  # noqa: ARG002 - it counts for itself
        return self._acked

    def _send_all(self) -> None:
        client: Client | None = None
        while (lines := self._chunks.get()) is not None and not self._stop.is_set():
            chunk = raw_chunk(TAG, [line.encode() for line in lines], uuid.uuid4().hex)
            while not self._stop.is_set():
                try:
                    client = client or Client(*self._address, timeout=ACK_SECONDS)
                    client.send(chunk)
                    client.acked(chunk)
                    break
                except (OSError, NotAcked):
                    if client:
                        client.close()
                    client = None
                    time.sleep(self._pause)
            self._acked += len(lines)
        if client:
            client.close()


class Tailing(Protocol):
    """A running agent: its files that hold what is not acked yet, and how it is stopped."""

    def pending(self) -> list[Path]: ...

    def stop(self) -> int: ...


class Agent:
    """Fluentd, say: it tails a file, and keeps chunks in files until they are acked."""

    def __init__(self, folder: Path, start: Callable[[], Tailing]) -> None:
        self._log = folder / "audit.log"
        self._log.touch()
        self._start = start
        self._process: Tailing | None = None

    def __enter__(self) -> Self:
        self._process = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.stop()

    def feed(self, lines: Sequence[str]) -> None:
        append(self._log, lines)

    def unsettled(self) -> bool:
        return bool(self._process and self._process.pending())

    def acked(self, sent: int) -> int | None:
        return None if self.unsettled() else sent


def fluentd(folder: Path, address: Address) -> Sender:
    """Start Fluentd with the acks and the file buffer that the generator renders."""
    host, port = address
    changes = {"ack_response_timeout": f"{ACK_SECONDS:.0f}s", "server": {"host": host, "port": port}}
    return Agent(folder, lambda: Fluentd(folder, port, changes))


def fluent_bit(folder: Path, address: Address) -> Sender:
    """Start Fluent Bit with acks, endless retries and its storage on disk."""
    host, port = address
    return Agent(folder, lambda: FluentBit(folder, port, {"host": host, "net.io_timeout": f"{ACK_SECONDS:.0f}s"}))


class PythonLogger:
    """fluent-logger from PyPI: no acks; it keeps what it could not write and writes it with the next event."""

    def __init__(self, _: Path, address: Address) -> None:
        host, port = address
        self._logger = fluent_logger.FluentSender(
            TAG, host=host, port=port, nanosecond_precision=True, timeout=300.0, bufmax=2**30
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._logger.close()

    def feed(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._logger.emit(None, {"message": line})

    def unsettled(self) -> bool:
        return bool(self._logger.pendings) and not self._logger._send(b"")

    def acked(self, sent: int) -> int | None:  # noqa: ARG002
        return None


class NodeLogger:
    """@fluent-org/logger in a process of its own, without acks."""

    def __init__(self, _: Path, address: Address) -> None:
        host, port = address
        options = {
            "flushInterval": 100,
            "socket": {"host": host, "port": port, "timeout": 600_000, "reconnect": {"delay": 100, "maxDelay": 1000}},
        }
        self._fed = self._sent = 0
        self._child = subprocess.Popen(
            ["node", PEERS / "feed.js", TAG, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._child:
            self._child.terminate()

    def feed(self, lines: Sequence[str]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.writelines(f"{line}\n" for line in lines)
        self._child.stdin.flush()
        self._fed += len(lines)

    def unsettled(self) -> bool:
        return self._sent < self._fed

    def acked(self, sent: int) -> int | None:  # noqa: ARG002
        return None

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._sent = int(line)


class DockerDriver:
    """A container whose log the Docker daemon sends, with acks, one line after the other."""

    def __init__(self, _: Path, address: Address) -> None:
        self._address = address
        self._open = ExitStack()

    def __enter__(self) -> Self:
        host, port = self._address
        options = {"async": "true", "request_ack": "true", "sub_second_precision": "true", "retry_wait": "200ms"}
        image = self._open.enter_context(docker.imported_image())
        self._log = self._open.enter_context(docker.container(image, port, host, **options))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def feed(self, lines: Sequence[str]) -> None:
        docker.write(self._log, lines)

    def unsettled(self) -> bool:
        return False  # nobody can see what the daemon still has

    def acked(self, sent: int) -> int | None:  # noqa: ARG002
        return None


KINDS = (
    Kind("our client", OwnClient),
    Kind("Fluentd", fluentd, peer="fluentd"),
    Kind("Fluent Bit", fluent_bit, peer="fluent-bit"),
    Kind("Docker's driver", DockerDriver, peer="docker"),
    Kind("fluent-logger (PyPI)", PythonLogger, asks_for_acks=False),
    Kind("@fluent-org/logger", NodeLogger, asks_for_acks=False, peer="node"),
)
