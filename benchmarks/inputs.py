"""What is sent: the bundled log of a real API server, repeated, as recorded and at level Metadata.

A form is how an agent sends events. Few requests are made and sent over and over, each time under another id, so that ten
million events need no more memory than a hundred thousand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import msgpack
import orjson

from bridge import demo, replay

CHUNK_EVENTS = 1_600
DISTINCT_EVENTS = 40_000  # the log's 5,000 events, as often as they fill whole chunks
TAG = "kube.audit.bench"
STAMP = msgpack.ExtType(0, bytes(8))


@dataclass(frozen=True, slots=True)
class Form:
    """How an agent sends an event: the entry for a line, and whether a request carries entries packed or as an array."""

    entry: Callable[[bytes], Any]
    packed: bool


RAW = Form(lambda line: [STAMP, {"message": line}], packed=True)
"""Fluentd with `parse none`: what the generator renders."""
PARSED = Form(lambda line: [STAMP, orjson.loads(line)], packed=True)
"""Fluentd with `parse json`."""
FLUENT_BIT = Form(lambda line: [[STAMP, {}], orjson.loads(line)], packed=False)
"""Fluent Bit with a JSON parser: Forward mode, metadata beside the time."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests without their last element, the options; their bodies, which are entries back to back; events in each."""

    heads: list[bytes]
    bodies: list[bytes]
    chunk_events: int


def recorded() -> list[bytes]:
    """Return the lines as the API server wrote them, at level RequestResponse."""
    return list(replay.lines([demo.sample()]))


def metadata() -> list[bytes]:
    """Return the same lines without bodies."""
    events = (orjson.loads(line) for line in recorded())
    return [
        orjson.dumps({key: value for key, value in event.items() if not key.endswith("Object")}) for event in events
    ]


def unlike(lines: list[bytes]) -> list[bytes]:
    """Return the lines as often as they fill whole chunks, each with a resource's name or a client of its own: none comes again."""
    return [_renamed(line, number) for number, line in enumerate(repeated(lines, DISTINCT_EVENTS))]


def _renamed(line: bytes, number: int) -> bytes:
    event = orjson.loads(line)
    place, key = (event["objectRef"], "name") if "objectRef" in event else (event, "userAgent")
    place[key] = f"{place.get(key, 'all')}-{number}"
    return orjson.dumps(event)


def requests(
    lines: list[bytes], form: Form, chunk_events: int = CHUNK_EVENTS, distinct: int = DISTINCT_EVENTS
) -> Requests:
    """Return requests of `chunk_events` events each, about `distinct` events in all."""
    packer = msgpack.Packer()
    entries = cycle([packer.pack(form.entry(line)) for line in lines])
    bodies = [b"".join(islice(entries, chunk_events)) for _ in range(max(distinct // chunk_events, 1))]
    return Requests([_head(body, form, chunk_events) for body in bodies], bodies, chunk_events)


def of_size(lines: list[bytes], size: int, count: int) -> Requests:
    """Return `count` requests of raw lines, each of about `size` bytes."""
    mean = sum(map(len, lines)) / len(lines)
    events = round(size / mean)
    return requests(lines, RAW, events, events * count)


def repeated(lines: list[bytes], count: int) -> Iterator[bytes]:
    """Yield `count` lines, the log over and over."""
    return islice(cycle(lines), count)


def _head(body: bytes, form: Form, count: int) -> bytes:
    packer = msgpack.Packer()
    entries = packer.pack(body) if form.packed else packer.pack_array_header(count) + body
    return b"\x93" + bytes(packer.pack(TAG)) + bytes(entries)
