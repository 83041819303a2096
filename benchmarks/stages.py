"""Which stage of an event's way a place in the code belongs to, and what each stage costs in the bare loop.

A place is named by its file and the text of its line, so that moving lines about changes nothing here.
"""

import linecache
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import cycle, islice

import msgpack

from audit import event
from benchmarks.bare import ADDITION
from benchmarks.profiled import ELSEWHERE, ROOT, Place

SOCKETS, FRAME, UNPACK, DECODE = "sockets and event loop", "receive and frame", "unpack", "decode"
LOOK_UP, SPLICE, SHAPE, BATCH, POST = "look up", "splice", "redact and shape", "batch, join, acks", "post, in threads"
ORDER = (SOCKETS, FRAME, UNPACK, DECODE, LOOK_UP, SPLICE, SHAPE, BATCH, POST)

_JUDGE = r"audit/(judge|ordinary|additions)\.py"
CALLED_BY_THE_LOOP = ("data_received", "get_buffer", "buffer_updated")

# The first that fits: file, line, stage.
_RULES = [
    (r"bridge/(session|connection|framing|requests|server|tls|partials|senders|messages)\.py", "", FRAME),
    (r"bridge/(raw|entries|content)\.py", "", UNPACK),
    (r"audit/", r"(?<!\.)\bdecode\w*\(|from_(line|record)\(", DECODE),
    (r"audit/event\.py", "", DECODE),
    (r"audit/recurring\.py", r"\(head, name", SPLICE),
    (r"audit/recurring\.py", "", LOOK_UP),
    (_JUDGE, r"join\(|\[:-1\]|isascii|count\(b|\bin line\b", SPLICE),
    (_JUDGE, "", LOOK_UP),
    (r"audit/(facts|times|sources|commands)\.py", "", LOOK_UP),
    (r"audit/", "", SHAPE),
    (r"bridge/loggly\.py", "", POST),
    (r"bridge/", "", BATCH),
]


def stage_of(place: Place) -> str:
    """Return a place's stage; what is noted where the event loop calls us happened in it before."""
    file, function, line = place
    if place == ELSEWHERE or (function in CALLED_BY_THE_LOOP and line == 0):
        return SOCKETS
    text = linecache.getline(str(ROOT / file), line)
    return next(stage for path, words, stage in _RULES if re.match(path, file) and re.search(words, text))


def by_stage(places: Iterable[tuple[Place, int]]) -> dict[str, float]:
    """Return each stage's share of the places."""
    counts = Counter[str]()
    for place, count in places:
        counts[stage_of(place)] += count
    return {stage: count / counts.total() for stage, count in counts.items()}


def bare(bodies: Sequence[bytes], chunks: int) -> dict[str, float]:
    """Do what the bare loop does stage by stage; return the CPU seconds of each."""
    seconds = dict.fromkeys((UNPACK, DECODE, SPLICE, BATCH), 0.0)
    for body in islice(cycle(bodies), chunks):
        times = [time.thread_time()]
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=len(body) + 1)
        unpacker.feed(body)
        lines = [record[b"message"] for _, record in unpacker]
        times.append(time.thread_time())
        for line in lines:
            event.decode(line)
        times.append(time.thread_time())
        lines = [line[:-1] + ADDITION for line in lines]
        times.append(time.thread_time())
        b"\n".join(lines)
        times.append(time.thread_time())
        for stage, begun, ended in zip(seconds, times, times[1:], strict=False):
            seconds[stage] += ended - begun
    return seconds
