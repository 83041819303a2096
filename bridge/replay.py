"""Log files sent again, as an agent would send them: with acks through our own client, or through fluent-logger.

Rotated logs compressed with gzip are read as they are; `-` is standard input.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from fluent.sender import FluentSender

from bridge import log_files
from bridge.client import Client, raw_chunk
from bridge.errors import BridgeError
from bridge.following import follow

CHUNK_LINES = 1_000
TAG = "kube.audit.replay"


class ReplayError(BridgeError):
    """What could not be sent, and why."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `rate` lines a second, on the given clock; 0 is as fast as it goes."""

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def wait(self, sent: int, begun: float) -> None:
        """Wait until `sent` lines are due."""
        if self.rate and (early := begun + sent / self.rate - self.clock()) > 0:
            self.sleep(early)


def lines(files: Sequence[str]) -> Iterator[bytes]:
    """Yield every line that is not empty, without its newline; raises ConfigError."""
    for file in files:
        yield from filter(None, log_files.lines(file))


def followed(files: Sequence[str], sleep: Callable[[float], None]) -> Generator[list[bytes], None, None]:
    """Yield the lines of logs that grow, as they come, without end, through rotations too."""
    for _, block in follow(files, sleep):
        if found := [stripped for line in block if (stripped := line.rstrip(b"\r"))]:
            yield found


def acked(client: Client, tag: str, source: Iterable[bytes], pace: Pace, progress: Callable[[int], None]) -> int:
    """Send chunks, each after the ack of the one before it; return how many lines were acked. Raises NotAcked."""
    begun, sent, rest = pace.clock(), 0, iter(source)
    size = CHUNK_LINES if not pace.rate else max(1, min(CHUNK_LINES, int(pace.rate)))
    while some := list(islice(rest, size)):
        pace.wait(sent, begun)
        chunk = raw_chunk(tag, some, f"replay-{begun}-{sent}")
        client.send(chunk)
        client.acked(chunk)
        sent += len(some)
        progress(len(some))
    return sent


def unacked(
    address: tuple[str, int], tag: str, source: Iterable[bytes], pace: Pace, progress: Callable[[int], None]
) -> int:
    """Send each line as a Message through fluent-logger, which asks for no ack; return how many lines it took."""
    begun, sent = pace.clock(), 0
    host, port = address
    sender = FluentSender(tag, host=host, port=port, nanosecond_precision=True)
    try:
        for line in source:
            pace.wait(sent, begun)
            if not sender.emit_with_time(None, time.time(), {"message": line.decode("utf-8", "replace")}):
                raise ReplayError(f"{host}:{port}: expected to send line {sent + 1}, got: {sender.last_error}")
            sent += 1
            progress(1)
    finally:
        sender.close()
    return sent
