"""Lines of a log to events, whichever generation of API server wrote them: JSON, EventLists, legacy text.

An event is given as its typed view and as JSON, so that nobody behind this needs to know what it was written in. A line
that is none is given back with the reason; nothing is skipped. JSON that is indented, as jq writes it, is one line here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec
import orjson

from audit import legacy, lists
from audit.errors import NotAnEvent
from audit.event import MALFORMED, Event, from_line, from_record
from audit.legacy_pairs import LegacyPairs
from audit.text import one_line

_MOST_LINES = 1_000_000  # of one indented document


@dataclass(frozen=True, slots=True)
class Read:
    """An event: its view, and its JSON on one line, with every field that it had."""

    view: Event
    raw: bytes


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that is no event, without its newline; its number from 1, and why it is none."""

    line: bytes
    number: int
    why: str


class _Record(msgspec.Struct):
    """What agents make of a line: Fluentd's and Docker's name for it."""

    message: str = ""
    log: str = ""


_decode_record = msgspec.json.Decoder(_Record).decode


class Reader:
    """Reads one log, line by line; one for each log, for the two lines of the oldest generations are joined within it."""

    def __init__(self) -> None:
        self._pairs = LegacyPairs()

    def line(self, line: bytes, number: int = 1) -> Iterator[Read | Unread]:
        """Yield the events of one line: none where it is empty, several where it is a list."""
        line = one_line(line)
        if not line.strip():
            return
        try:
            yield Read(from_line(line), line)
        except NotAnEvent as error:
            yield from self._other(_line_of_an_agent(line) or line, Unread(line, number, str(error)))

    def _other(self, line: bytes, unread: Unread) -> Iterator[Read | Unread]:
        """Yield what a line holds that is no event in JSON, or that is one inside an agent's record."""
        try:
            if legacy.is_text(line):
                event = self._pairs.event(line)
                yield Read(from_record(event), orjson.dumps(event))
            elif lists.is_list(line):
                for item in lists.events(line):
                    yield _item(item, unread.number)
            elif line is not unread.line:
                yield Read(from_line(line), line)
            else:
                yield unread
        except NotAnEvent as error:
            yield replace(unread, why=str(error))


def _item(data: bytes, number: int) -> Read | Unread:
    data = one_line(data)
    try:
        return Read(from_line(data), data)
    except NotAnEvent as error:
        return Unread(data, number, str(error))


def events(lines: Iterable[bytes], reader: Reader | None = None, first: int = 1) -> Iterator[Read | Unread]:
    """Yield the events of a log's lines in their order, and what is none in its place.

    `reader` goes on with what it has read before, in the file that was rotated away for instance; `first` is the first
    line's number.
    """
    reader = reader or Reader()
    for number, line in _documents(lines, first):
        yield from reader.line(line, number)


def _documents(lines: Iterable[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their numbers, those of indented JSON joined: from a brace alone to one that closes it at the margin."""
    gathered: list[bytes] = []
    begun = 0
    for number, line in enumerate(lines, first):
        bare = line.rstrip()
        if not gathered and bare != b"{":
            yield number, line
            continue
        begun = begun if gathered else number
        gathered.append(line)
        if bare == b"}":
            yield begun, b"\n".join(gathered)
            gathered = []
        elif (not line[:1].isspace() and len(gathered) > 1) or len(gathered) >= _MOST_LINES:  # it was something else
            yield from enumerate(gathered, begun)
            gathered = []
    yield from enumerate(gathered, begun)


def _line_of_an_agent(line: bytes) -> bytes:
    """Return the line inside a record such as {"message": "..."}, empty where there is none."""
    try:
        record = _decode_record(line)
    except MALFORMED:
        return b""
    return one_line((record.message or record.log).encode("utf-8", "replace"))
