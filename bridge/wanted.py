"""What should have arrived, by the logs: each line as the bridge's configuration would have it leave for Loggly.

Logs are read as they are, rotated ones in gzip too, also those that a container's runtime writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import orjson

from audit.policy import Policy
from audit.settings import Settings
from bridge import cri, log_files
from bridge.ledger import Ledger, Want
from bridge.origins import Origins
from bridge.prints import Key, Record, digest, key_of, time_of
from bridge.sieve import Sieve

AT_ONCE = 1_000  # lines between two steps of the progress
_CONTAINERS = (b" stdout F ", b" stdout P ", b" stderr F ", b" stderr P ")
_STAMP_LENGTH = len("2026-01-31T12:34:56.123456789+00:00")


@dataclass(slots=True)
class Read:
    """What reading the logs came to."""

    lines: int = 0
    filtered: int = 0
    """Events that the filter leaves out: they should not have arrived."""
    unknown: int = 0
    """Lines that cannot be looked for: they are no audit events, or have no ID or no time."""


class Expectation:
    """What becomes of lines; `user` is who signs in for their cluster, where that is not the bridge's own. Remembers as a bridge does."""

    def __init__(self, settings: Settings, policy: Policy | None, user: str = "") -> None:
        self._judge = Origins(settings).of(user).judge
        self._sieve = Sieve(lambda _reason, _events: None)
        self._sieve.use(policy)

    def of(self, line: bytes) -> Record | None:
        """Return what leaves for Loggly of a line; None for what the filter leaves out."""
        left = self._sieve.lines([line], [line])[1]
        if not left:
            return None
        record: Record = orjson.loads(self._judge.line(left[0], "", 0))
        return record


def read(
    files: Sequence[str], expectation: Expectation, ledger: Ledger, span: tuple[int, int], step: Callable[[int], object]
) -> Read:
    """Put into the ledger what is wanted of logs within a span of microseconds since 1970; `step` hears of lines as they are read."""
    result = Read()
    for at, file in enumerate(files):
        numbered = enumerate(lines(file), 1)
        while some := list(islice(numbered, AT_ONCE)):
            ledger.add(_wants(some, at, expectation, span, result))
            result.lines += len(some)
            step(len(some))
    return result


def again(
    files: Sequence[str], expectation: Expectation, places: Mapping[tuple[int, int], Key]
) -> Iterator[tuple[tuple[int, int], Record]]:
    """Read logs again and yield what is wanted at some places, file and line, until all are found.

    Where another event is by now, in a log that was rotated meanwhile, nothing is.
    """
    left = set(places)
    for at, file in enumerate(files):
        for number, line in enumerate(lines(file), 1):
            record = expectation.of(line) if line.strip() else None
            if (at, number) in left:
                left.discard((at, number))
                if record is not None and key_of(record) == places[at, number]:
                    yield (at, number), record
            if not left:
                return


def lines(file: str) -> Iterator[bytes]:
    """Yield a log's lines; those of a container, whose parts are joined."""
    found = log_files.lines(file)
    first = next(found, b"")
    whole = chain([first], found)
    if any(mark in first[: _STAMP_LENGTH + len(_CONTAINERS[0])] for mark in _CONTAINERS):
        return _of_container(whole)
    return whole


def _of_container(written: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    source = iter(written)
    while some := list(islice(source, AT_ONCE)):
        block = rest + b"\n".join(some) + b"\n"
        cut = cri.lines(block, False)
        rest = block[cut.used :]
        yield from cut.lines
    yield from cri.lines(rest.removesuffix(b"\n"), True).lines if rest else ()


def _wants(
    some: Sequence[tuple[int, bytes]], file: int, expectation: Expectation, span: tuple[int, int], result: Read
) -> Iterator[Want]:
    for number, line in some:
        if not line.strip():
            continue
        record = expectation.of(line)
        if record is None:
            result.filtered += 1
            continue
        key, time = key_of(record), time_of(record)
        if key is None or not time:
            result.unknown += 1
        elif span[0] <= time <= span[1]:
            yield Want(time, key, digest(record), file, number)
