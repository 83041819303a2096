"""What is sent: the bundled log of a real API server, repeated, as recorded and at level Metadata."""

import msgpack
import orjson

from bridge import demo, replay

CHUNK_EVENTS = 1_600


def recorded() -> list[bytes]:
    """Return the lines as the API server wrote them, at level RequestResponse."""
    return list(replay.lines([demo.sample()]))


def metadata() -> list[bytes]:
    """Return the same lines without bodies."""
    events = (orjson.loads(line) for line in recorded())
    return [
        orjson.dumps({key: value for key, value in event.items() if not key.endswith("Object")}) for event in events
    ]


def bodies(lines: list[bytes], count: int) -> list[bytes]:
    """Return about `count` events as the bodies of PackedForward chunks, each of 1,600 raw lines."""
    packer = msgpack.Packer()
    entries = [packer.pack([msgpack.ExtType(0, bytes(8)), {"message": line}]) for line in lines]
    wanted = [entries[number % len(entries)] for number in range(count)]
    return [b"".join(wanted[start : start + CHUNK_EVENTS]) for start in range(0, count, CHUNK_EVENTS)]
