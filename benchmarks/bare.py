"""The bare loop: what nobody can do without. Unpack, decode what the facts need, splice a constant in, join."""

import time

import msgpack

from audit import event

ADDITION = b',"timestamp":"2026-01-01T00:00:00.000000Z","audit":{"cluster":"bench","verdict":"allowed"}}'


def raw_loop(bodies: list[bytes]) -> float:
    """Return the CPU seconds that the loop takes over all chunks."""
    begun = time.process_time()
    for body in bodies:
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=len(body) + 1)
        unpacker.feed(body)
        lines = []
        for _, record in unpacker:
            line = record[b"message"]
            event.from_line(line)
            lines.append(line[:-1] + ADDITION)
        b"\n".join(lines)
    return time.process_time() - begun
