"""Everything that a Forward port can be bothered with, at once, while one good client goes on sending.

Random and mutated connections, clients that send a byte now and then, and one that sends nested arrays without end. The good
client must be served all along, and the bridge's memory must come back.
"""

import asyncio
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bridge.client import Client, raw_chunk
from tests.faults.events import line
from tests.faults.stage import resident_bytes
from tests.support.processes import Bridge, wait_for
from tests.support.wire import TRANSCRIPTS, recorded

AT_ONCE = 60
ANSWER_SECONDS = 0.05  # how long a random client waits for what the bridge says
CHUNK_EVENTS = 10
GOOD_PAUSE_SECONDS = 0.05
SLOW_PAUSE_SECONDS = 0.2
NESTED = b"\x91" * 65536  # arrays of one, each in the other
ENVELOPE = b"\x92\xa3tag\x91"  # a Forward request of one event, which is an array of arrays without end
RETURN_SECONDS = 60.0
RETURNED_BYTES = 50 * 2**20
"""How far above where it began the memory may stay: what one full batch and the allocator's own reserve take."""


@dataclass(frozen=True)
class Size:
    """How much of everything: connections, slow clients, bytes of nested arrays."""

    connections: int
    slow: int
    nested_bytes: int


@dataclass
class Flooded:
    """What came of it: the good client's waits for acks in seconds, and the bridge's resident bytes."""

    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    before_bytes: int = 0
    peak_bytes: int = 0
    after_bytes: int = 0
    problems: list[str] = field(default_factory=list)

    def percentile(self, part: float) -> float:
        """Return the wait that this part of all waits does not exceed."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else float("inf")


def flood(folder: Path, size: Size, seed: int = 1) -> Flooded:
    """Flood a bridge, and say how the good client fared."""
    config = folder / "bridge.yaml"
    config.write_text("cluster: flood\n")
    with _sink() as loggly, Bridge(config, loggly) as bridge:
        found = Flooded()
        good = _Good(bridge.port, found)
        wait_for(lambda: len(found.waits) >= 20, naming="a good client that is served")
        found.waits.clear()
        found.before_bytes = resident_bytes(bridge.pid)
        begun = time.monotonic()
        asyncio.run(_all(bridge, size, random.Random(seed), found))
        found.seconds = time.monotonic() - begun
        good.stop()
        _wait_for_memory(bridge, found)
        found.problems += _problems(bridge, found)
    return found


def _problems(bridge: Bridge, found: Flooded) -> list[str]:
    problems = []
    if bridge.get("/healthz")[0] != 200:
        problems.append("the bridge does not answer")
    if "a bug in the bridge" in bridge.output or "Traceback" in bridge.output:
        problems.append(f"a bug showed: {bridge.output[-2000:]}")
    if found.after_bytes > found.before_bytes + RETURNED_BYTES:
        problems.append(f"memory stays at {found.after_bytes / 1e6:.0f} MB")
    return problems


def _wait_for_memory(bridge: Bridge, found: Flooded) -> None:
    """Give the bridge some time to be as small as before."""
    until = time.monotonic() + RETURN_SECONDS
    while time.monotonic() < until:
        found.after_bytes = resident_bytes(bridge.pid)
        if found.after_bytes <= found.before_bytes + RETURNED_BYTES:
            return
        time.sleep(0.5)


@contextmanager
def _sink() -> Iterator[str]:
    """Run a Loggly that takes everything and keeps nothing."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.sink", "1"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield f"http://127.0.0.1:{child.stdout.readline().strip()}"
        finally:
            child.terminate()


class _Good:
    """A client that asks for acks, and expects one for each chunk on the one connection that it has."""

    def __init__(self, port: int, found: Flooded) -> None:
        self._port = port
        self._found = found
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)
        if self._thread.is_alive():
            self._found.problems.append("the good client waits for an ack for ever")

    def _run(self) -> None:
        lines = [line(number).encode() for number in range(CHUNK_EVENTS)]
        try:
            with Client("127.0.0.1", self._port) as client:
                while not self._stop.wait(GOOD_PAUSE_SECONDS):
                    chunk = raw_chunk("kube.audit.good", lines, uuid.uuid4().hex)
                    begun = time.monotonic()
                    client.send(chunk)
                    client.acked(chunk)
                    self._found.waits.append(time.monotonic() - begun)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
            self._found.problems.append(f"the good client: {error!r}")


async def _all(bridge: Bridge, size: Size, dice: random.Random, found: Flooded) -> None:
    watch = asyncio.create_task(_watch(bridge.pid, found))
    slow = [asyncio.create_task(_slow(bridge.port, dice.randbytes(1))) for _ in range(size.slow)]
    left = iter(range(size.connections))
    await asyncio.gather(
        _nested(bridge.port, size.nested_bytes), *(_random(bridge.port, left, dice) for _ in range(AT_ONCE))
    )
    for task in (watch, *slow):
        task.cancel()
    await asyncio.gather(watch, *slow, return_exceptions=True)


async def _watch(pid: int, found: Flooded) -> None:
    while True:
        found.peak_bytes = max(found.peak_bytes, resident_bytes(pid))
        await asyncio.sleep(0.1)


async def _random(port: int, left: Iterator[int], dice: random.Random) -> None:
    """Open one connection after the other, each with something else in it."""
    for _ in left:
        with suppress(OSError):
            await _once(port, _payload(dice))


async def _once(port: int, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(100), ANSWER_SECONDS)
    finally:
        writer.transport.abort()


_RECORDED = [connection.client for name in TRANSCRIPTS for connection in recorded(name)]


def _payload(dice: random.Random) -> bytes:
    """Return random bytes, or what a real agent has sent with some of its bytes changed, gone, or doubled."""
    if dice.random() < 0.3:
        return dice.randbytes(dice.randrange(2_000))
    data = bytearray(dice.choice(_RECORDED))
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0:
                data[at : at + 1] = dice.randbytes(1)
            case 1:
                del data[at : at + dice.randrange(1, 50)]
            case 2:
                data[at:at] = data[at : at + dice.randrange(1, 50)]
            case _:
                del data[at:]
    return bytes(data)


async def _slow(port: int, first: bytes) -> None:
    """Send a request's beginning byte by byte, for ever; connect again where the bridge closes."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                for byte in ENVELOPE[:5] + b"\xdd\x00\xff\xff\xff" + first * 1000:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(SLOW_PAUSE_SECONDS)
            finally:
                writer.transport.abort()
        await asyncio.sleep(SLOW_PAUSE_SECONDS)


async def _nested(port: int, total: int) -> None:
    """Send arrays in arrays, bare ones and ones inside of a request, until so many bytes are gone."""
    sent = turn = 0
    while sent < total:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(ENVELOPE if turn % 2 else b"")
                while sent < total:
                    writer.write(NESTED)
                    await writer.drain()
                    sent += len(NESTED)
            finally:
                writer.transport.abort()
        turn += 1
