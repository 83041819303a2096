"""What a cell plays on: a Loggly stand-in, one or two bridges, gates and networks between them, and a clock.

The bridge runs with its defaults, as a user's does. In a shorter run than the full one its waiting times are shortened alike.
"""

import shutil
import signal
import sqlite3
import tempfile
import time
import urllib.parse
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import yaml

from audit.settings import Settings
from bridge.dead_letters import DeadLetters
from bridge.spool import RESERVE_BYTES
from tests.faults.disk import Disk
from tests.faults.events import ids
from tests.faults.gate import Gate
from tests.faults.network import Network
from tests.support.processes import TOKEN, Bridge, Sandbox

FULL_SECONDS = 20.0
WAITS = ("forward.ack_deadline", "loggly.timeout", "retry.initial", "retry.maximum", "retry.probe")
DISK_BYTES = 3 * 2**20  # beside the spool's reserve; 20 s of events are 5 MB


@dataclass(frozen=True)
class Needs:
    """What a fault wants to get its hands on."""

    gate_to_loggly: bool = False
    gate_to_bridge: bool = False
    bridges: int = 1
    """0 where the sender sends to Loggly itself."""
    parted: str = ""
    """Who is in a network of its own: `loggly`, or `bridge`, which takes Loggly with it."""
    small_disk: bool = False


@dataclass
class Stage:
    """Used as a context. `seconds` is how long a fault lasts; `spool` whether the bridges have one."""

    folder: Path
    needs: Needs
    seconds: float
    spool: bool
    bridges: list[Bridge] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    """When a bridge was killed, in seconds since 1970."""
    peak_bytes: int = 0
    spooled: set[str] = field(default_factory=set)
    """Ids of the events that stood in the spool when its bridge was killed."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._build(stack)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def _build(self, stack: ExitStack) -> None:
        self.network = stack.enter_context(Network()) if self.needs.parted else None
        host, prefix = (self.network.address, self.network.prefix) if self.network else ("127.0.0.1", ())
        self.sandbox = stack.enter_context(Sandbox(host=host, prefix=prefix))
        self.loggly_url = self.sandbox.url
        if self.needs.gate_to_loggly:
            self.loggly_gate = stack.enter_context(Gate(address_of(self.sandbox.url)))
            self.loggly_url = f"http://127.0.0.1:{self.loggly_gate.port}"
        self.token_file = self.folder / "token"
        self.token_file.write_text(TOKEN)
        disk_bytes = max(RESERVE_BYTES) + int(DISK_BYTES * self.scale)
        self._disk = stack.enter_context(Disk(self.folder / "disk", disk_bytes)) if self.needs.small_disk else None
        self._host, self._prefix = (host, prefix) if self.needs.parted == "bridge" else ("127.0.0.1", ())
        stack.callback(self._stop_bridges)
        for number in range(self.needs.bridges):
            self.bridges.append(self._bridge(number, 0))
        targets = [(self._host, bridge.port) for bridge in self.bridges]
        self.address = targets[0] if targets else address_of(self.loggly_url)
        if self.needs.gate_to_bridge or self.needs.bridges > 1:
            self.bridge_gate = stack.enter_context(Gate(*targets))
            self.address = ("127.0.0.1", self.bridge_gate.port)

    def _bridge(self, number: int, port: int) -> Bridge:
        config = self.folder / f"bridge-{number}.yaml"
        config.write_text(yaml.safe_dump(self._config(number)))
        settings = (f"forward.host={self._host}", f"forward.port={port}")
        return Bridge(config, self.loggly_url, *settings, prefix=self._prefix)

    @property
    def scale(self) -> float:
        """How long this run is, compared with the full one."""
        return self.seconds / FULL_SECONDS

    def _config(self, number: int) -> dict[str, dict[str, str | int]]:
        config: dict[str, dict[str, str | int]] = {"dead_letter": {"path": str(self.folder / f"dead-{number}.db")}}
        for name in WAITS:
            section, key = name.split(".")
            default = getattr(getattr(Settings(), section), key)
            config.setdefault(section, {})[key] = f"{int(default * self.scale * 1000)}ms"
        config["loggly"]["token_file"] = str(self.token_file)
        if self.spool:
            config["spool"] = {"path": str(self.spool_file(number))}
        return config

    def spool_file(self, number: int) -> Path:
        """Return where a bridge's spool is."""
        return (self._disk.folder if self._disk else self.folder) / f"spool-{number}.db"

    def last(self) -> None:
        """Let the fault last."""
        time.sleep(self.seconds)

    def kill(self, number: int = 0) -> None:
        """Kill a bridge, at once."""
        self.weigh()
        self.kills.append(time.time())
        self.bridges[number].signal(signal.SIGKILL)
        self.bridges[number].wait()

    def end(self, number: int = 0) -> None:
        """Tell a bridge to stop, and wait until it has."""
        self.weigh()
        self.bridges[number].signal(signal.SIGTERM)
        self.bridges[number].wait(60)

    def restart(self, number: int = 0) -> None:
        """Start a bridge in place of one that ended, on the same port and with the same files."""
        old = self.bridges[number]
        self._stop(old)
        self.bridges[number] = self._bridge(number, old.port)

    def note_spooled(self, number: int = 0) -> None:
        """Note what stands in the spool of a bridge that was killed: it must reach Loggly."""
        if not self.spool:
            return
        with tempfile.TemporaryDirectory() as copy:
            for file in self.spool_file(number).parent.glob(f"{self.spool_file(number).name}*"):
                shutil.copy(file, copy)
            with closing(sqlite3.connect(Path(copy) / self.spool_file(number).name)) as database:
                for (body,) in database.execute("SELECT body FROM rows"):
                    self.spooled.update(ids(body))

    def dead_letters(self) -> list[bytes]:
        """Return the events that the bridges have set aside."""
        found = []
        for file in self.folder.glob("dead-*.db"):
            with closing(DeadLetters(str(file), 1, create=False)) as letters:
                found += [letter.line for letter in letters.list()]
        return found

    def weigh(self) -> None:
        """Note how much memory the bridges have had at most."""
        for bridge in self.bridges:
            self.peak_bytes = max(self.peak_bytes, peak_bytes(bridge.pid))

    def _stop(self, bridge: Bridge) -> None:
        bridge.stop()
        with (self.folder / "bridge.log").open("a") as log:
            log.write(f"{bridge.output}\n")

    def _stop_bridges(self) -> None:
        for bridge in self.bridges:
            self._stop(bridge)


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of an address like http://127.0.0.1:8080."""
    parts = urllib.parse.urlsplit(url)
    return parts.hostname or "", parts.port or 80


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had; 0 where it is gone."""
    return _status_bytes(pid, "VmHWM:")


def resident_bytes(pid: int) -> int:
    """Return the memory that a process has now; 0 where it is gone."""
    return _status_bytes(pid, "VmRSS:")


def _status_bytes(pid: int, key: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith(key)]
    return int(found[0]) * 1024 if found else 0
