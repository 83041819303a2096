"""Peers on the same work: programs of others that ship audit logs, where they are on PATH.

Their configurations are in `peers/`. Each is warm when it is measured: it has delivered some events, then gets the rest, and
its CPU is counted until the sink has every one of them.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import inputs, machine, processes, senders
from benchmarks.inputs import FLUENT_BIT, RAW
from benchmarks.load import Load
from benchmarks.processes import Sink
from benchmarks.senders import Connection, Traffic

CONFIGURATIONS = Path(__file__).parent / "peers"
TIMEOUT = 60.0  # seconds without an event more
WARM_EVENTS = 2_000
LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Peer:
    """One program with one configuration. `share` of the events is measured: a slow one need not take minutes.

    It tails a file; with a `form` it takes requests by the Forward protocol instead. `through_bridge` puts a bridge between it
    and the sink, which is not counted.
    """

    name: str
    program: str
    configuration: str
    share: float = 1.0
    form: inputs.Form | None = None
    through_bridge: bool = False

    @property
    def missing(self) -> bool:
        """Whether it is not on PATH."""
        return shutil.which(self.program) is None


PEERS = (
    Peer("syslog-ng file → http, raw", "syslog-ng", "syslog-ng-raw.conf"),
    Peer("syslog-ng file → http, raw, reliable disk buffer", "syslog-ng", "syslog-ng-disk.conf"),
    Peer("syslog-ng file → http, JSON parsed, one field added", "syslog-ng", "syslog-ng-json.conf", 0.5),
    Peer("Fluent Bit tail json → http", "fluent-bit", "fluent-bit-json-http.yaml", 0.5),
    Peer("Fluent Bit forward raw → http", "fluent-bit", "fluent-bit-forward-http.yaml", form=RAW),
    Peer("Fluent Bit forward json → http", "fluent-bit", "fluent-bit-forward-http.yaml", 0.5, form=FLUENT_BIT),
    Peer(
        "Fluentd tail raw → forward, acked by a bridge", "fluentd", "fluentd-raw-forward.conf", 0.5, through_bridge=True
    ),
    Peer("Fluentd tail json → http", "fluentd", "fluentd-json-http.conf", 0.25),
)


def version(program: str) -> str:
    """Return a program's version, empty where it is not on PATH."""
    if shutil.which(program) is None:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+\.\d+(\.\d+)?", said)
    return found[0] if found else "?"


def run(peer: Peer, lines: list[bytes], events: int) -> Load:
    """Let a peer deliver so many events, or its share of them; raises RuntimeError where they do not arrive."""
    count = round(events * peer.share) // inputs.CHUNK_EVENTS * inputs.CHUNK_EVENTS
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "audit.log").touch()
        with processes.sink(0) as sink, _place(peer, sink, folder) as (child, port):
            feed = _requests(peer.form, lines, port) if peer.form else _file(folder, lines)
            feed(WARM_EVENTS)
            _arrived(sink, WARM_EVENTS, child)
            before, begun = machine.cpu_seconds(child.pid), time.monotonic()
            feed(count)
            last = _arrived(sink, WARM_EVENTS + count, child)
            cpu = machine.cpu_seconds(child.pid) - before
            return Load(cpu / count * 1e6, count / (last - begun), machine.peak_bytes(child.pid))


@contextmanager
def _place(peer: Peer, sink: Sink, folder: Path) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    """Run the peer in front of the sink, or of a bridge before it; yields it and the port that it may listen on."""
    if peer.through_bridge:
        with processes.bridge(sink.url) as bridge, _started(peer, sink, bridge.port, folder) as found:
            yield found
    else:
        with _started(peer, sink, int(sink.url.rpartition(":")[2]), folder) as found:
            yield found


@contextmanager
def _started(peer: Peer, sink: Sink, port: int, folder: Path) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    listen = processes.free_port()
    text = (CONFIGURATIONS / peer.configuration).read_text("utf-8")
    places = {"@FOLDER@": folder, "@URL@": f"{sink.url}/bulk/bench/", "@PORT@": port, "@LISTEN@": listen}
    for name, value in places.items():
        text = text.replace(name, str(value))
    configuration = folder / peer.configuration
    configuration.write_text(text, "utf-8")
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(_command(peer, configuration), stdout=log, stderr=log) as child,
    ):
        try:
            yield child, listen
        finally:
            child.kill()


def _command(peer: Peer, configuration: Path) -> list[str]:
    match peer.program:
        case "fluentd":
            return ["fluentd", "--no-supervisor", "--config", str(configuration)]
        case "fluent-bit":
            return ["fluent-bit", "--config", str(configuration)]
    files = {"--persist-file": "persist", "--control": "control", "--pidfile": "pid"}
    places = [f"{option}={configuration.parent / name}" for option, name in files.items()]
    return [peer.program, "--foreground", "--no-caps", f"--cfgfile={configuration}", *places]


def _file(folder: Path, lines: list[bytes]) -> Callable[[int], None]:
    """Return what appends events to the log that a peer tails."""

    def feed(count: int) -> None:
        with (folder / "audit.log").open("ab") as log:
            log.writelines(line + b"\n" for line in inputs.repeated(lines, count))

    return feed


def _requests(form: inputs.Form, lines: list[bytes], port: int) -> Callable[[int], None]:
    """Return what sends events by the Forward protocol, and waits for acks."""
    requests = inputs.requests(lines, form)
    few = inputs.requests(lines, form, WARM_EVENTS, WARM_EVENTS)
    runs = iter(range(1_000))

    def feed(count: int) -> None:
        some = few if count == WARM_EVENTS else requests
        _wait_for(port)
        senders.send([port], Traffic(some, count // some.chunk_events, run=str(next(runs))))

    return feed


def _wait_for(port: int) -> None:
    """Return once somebody listens on the port."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        try:
            Connection(port).close()
        except ConnectionRefusedError:
            time.sleep(LOOK_SECONDS)
        else:
            return
    raise RuntimeError(f"nobody listens on port {port}")


def _arrived(sink: Sink, events: int, child: "subprocess.Popen[bytes]") -> float:
    """Wait until the sink has so many events; return when the last one came."""
    heard, came = time.monotonic(), sink.came()
    while came.events < events:
        time.sleep(LOOK_SECONDS)
        before, came = came, sink.came()
        heard = time.monotonic() if came.events > before.events else heard
        if child.poll() is not None or time.monotonic() - heard > TIMEOUT:
            break
    if came.events != events:
        raise RuntimeError(f"expected {events:,} events at the sink, got {came.events:,}")
    return came.last
