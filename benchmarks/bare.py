"""The bare loops: what nobody can do without, and the measure for everything else."""

import gc
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice

import msgpack
import orjson

from audit import event

ADDITION = b',"timestamp":"2026-01-01T00:00:00.000000Z","audit":{"cluster":"bench","verdict":"allowed"}}'
ADDED = {"cluster": "bench", "verdict": "allowed"}
Loop = Callable[[Sequence[bytes]], None]


def raw_loop(bodies: Sequence[bytes]) -> None:
    """Unpack raw lines, decode of each what the facts need, splice a constant in, join."""
    decode = event.decode
    for body in bodies:
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=len(body) + 1)
        unpacker.feed(body)
        lines = []
        for _, record in unpacker:
            line = record[b"message"]
            decode(line)
            lines.append(line[:-1] + ADDITION)
        b"\n".join(lines)


def record_loop(bodies: Sequence[bytes]) -> None:
    """Unpack parsed events, add a field to each, encode it as JSON, join."""
    for body in bodies:
        unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=len(body) + 1)
        unpacker.feed(body)
        lines = []
        for _, record in unpacker:
            record["audit"] = ADDED
            lines.append(orjson.dumps(record))
        b"\n".join(lines)


def seconds(loop: Loop, bodies: Sequence[bytes], chunks: int) -> float:
    """Return the CPU seconds that a loop takes over so many chunks; what this process holds beside them is not counted."""
    work = list(islice(cycle(bodies), chunks))
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    loop(work)
    taken = time.process_time() - begun
    gc.unfreeze()
    return taken
