"""A chunk to the lines that leave for Loggly.

The node's name is what follows `kube.audit.` in the tag: the rendered agents put it there, where it costs nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

from audit.judge import Judge
from audit.senders import AUDIT_TAG
from bridge import parsed
from bridge.content import Damage, content
from bridge.entries import Entry, nanoseconds, unpacked
from bridge.messages import Chunk
from bridge.raw import raw_lines
from bridge.sieve import Sieve


def node_of(tag: str) -> str:
    """Return the node that a tag names, empty where it names none."""
    return tag[len(AUDIT_TAG) :] if tag.startswith(AUDIT_TAG) else ""


def lines(chunk: Chunk, sieve: Sieve, judge: Judge, decompressed_bytes: int, now: int) -> Iterator[list[bytes]]:
    """Yield one line for each event of the chunk that the sieve leaves, and for what was damaged, some at a time.

    `now` is nanoseconds since 1970.
    """
    node = node_of(chunk.tag.encode("utf-8", "replace").decode())
    body, damage = content(chunk, decompressed_bytes)
    seen, whole = 0, False
    for events, raw, whole in raw_lines(body):  # noqa: B007 - the last one counts
        seen += len(raw)
        yield _judged_lines(*sieve.lines(events, raw), judge, node, now)
    if not whole and (seen or not sieve.is_open):
        yield from _one_by_one(unpacked(body, seen), sieve, judge, node, now)
    elif not whole:
        for piece in parsed.pieces(body):
            yield _judged_records(piece, judge, node, now)
            if piece.rest:
                yield [_judged(entry, judge, node, now) for entry in unpacked(piece.rest)]
    if damage:
        yield [_judged(damage, judge, node, now)]


def _one_by_one(
    entries: Iterator[Entry | Damage], sieve: Sieve, judge: Judge, node: str, now: int
) -> Iterator[list[bytes]]:
    for entry in entries:
        left = entry if isinstance(entry, Damage) else sieve.entry(entry)
        if left is not None:
            yield [_judged(left, judge, node, now)]


def _judged_lines(events: list[Any], raw: list[bytes], judge: Judge, node: str, now: int) -> list[bytes]:
    """Judge lines together, and alone those that need more."""

    def alone(place: int) -> bytes:
        return _judged((events[place][0], {"message": raw[place]}), judge, node, now)

    return cast("list[bytes]", judge.lines(raw, node, alone))


def _judged_records(piece: parsed.Piece, judge: Judge, node: str, now: int) -> list[bytes]:
    """Judge events that an agent has parsed together, and alone those that need more; what is no event of ours has no line."""

    def unpack(places: list[int]) -> list[bytes]:
        return parsed.lines([piece.entry(place) for place in places])

    def alone(place: int) -> bytes | None:
        return next((_judged(entry, judge, node, now) for entry in unpacked(piece.entry(place))), None)

    return list(filter(None, judge.packed(piece.records(), node, unpack, alone)))


def _judged(entry: Entry | Damage, judge: Judge, node: str, now: int) -> bytes:
    return one(entry, judge, now, lambda record, arrived: judge.record(record, node, arrived))


def one(entry: Entry | Damage, judge: Judge, now: int, judged: Callable[[Any, int], bytes]) -> bytes:
    """Return the line of one entry, whatever it is; `judged` makes that of a record, given when it came in nanoseconds since 1970."""
    if isinstance(entry, Damage):
        return judge.damaged(entry.data, f"Forward protocol: {entry.why}", now)
    stamp, record = entry
    arrived = nanoseconds(stamp) or now
    try:
        return judged(record, arrived)
    except Exception as error:  # noqa: BLE001 - a record that a bug of ours meets must not hold up its chunk for ever
        return judge.damaged(repr(record).encode("utf-8", "replace"), f"bug: {type(error).__name__}", arrived)
