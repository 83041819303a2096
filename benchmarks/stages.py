"""Which stage of an event's way a place in the code belongs to, and what each stage costs in the bare loop.

A place is named by its file and the text of its line, so that moving lines about changes nothing here.
"""

import linecache
import os
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import cycle, islice, pairwise

import msgpack

from audit import event
from benchmarks.bare import ADDITION
from benchmarks.profiled import ELSEWHERE, ROOT, Place
from bridge.blocks import BLOCK_BYTES

SOCKETS, FRAME, UNPACK, DECODE = "sockets and event loop", "receive and frame", "unpack", "decode"
READ, LOOK_UP, SPLICE, SHAPE = "read and cut", "look up", "splice", "redact and shape"
BATCH, POST, THREADS = "batch, join, acks", "post", "all other threads"
ORDER = (SOCKETS, FRAME, READ, UNPACK, DECODE, LOOK_UP, SPLICE, SHAPE, BATCH, POST, THREADS)

_JUDGE = r"audit/(judge|ordinary|additions)\.py"
CALLED_BY_THE_LOOP = ("data_received", "get_buffer", "buffer_updated")

# The first that fits: file, line, stage.
_RULES = [
    (r"bridge/(session|connection|framing|requests|server|tls|partials|senders|messages)\.py", "", FRAME),
    (r"bridge/(raw|entries|content)\.py", "", UNPACK),
    (r"bridge/(following|log_\w+|blocks|cri|position)\.py", "", READ),
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
    seconds = defaultdict[str, float](float)
    for body in islice(cycle(bodies), chunks):
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=len(body) + 1)
        unpacker.feed(body)
        _spend(seconds, UNPACK, partial(_messages, unpacker))
    return dict(seconds)


def bare_file(data: bytes) -> dict[str, float]:
    """The same for a file that holds these lines, each with its newline."""
    seconds = defaultdict[str, float](float)
    with tempfile.TemporaryFile(buffering=0) as log:
        log.write(data)
        at = 0
        while at < len(data):
            end = data.rfind(b"\n", at, at + BLOCK_BYTES) + 1
            _spend(seconds, READ, partial(_cut, log.fileno(), end - at, at))
            at = end
    return dict(seconds)


def _messages(unpacker: msgpack.Unpacker) -> list[bytes]:
    return [record[b"message"] for _, record in unpacker]


def _cut(file: int, size: int, at: int) -> list[bytes]:
    return os.pread(file, size, at).split(b"\n")[:-1]


def _spend(seconds: defaultdict[str, float], first: str, lines: Callable[[], list[bytes]]) -> None:
    """Take some lines, decode them, splice a constant into each, join them; add the CPU seconds of each stage."""
    times = [time.thread_time()]
    some = lines()
    times.append(time.thread_time())
    for line in some:
        event.decode(line)
    times.append(time.thread_time())
    some = [line[:-1] + ADDITION for line in some]
    times.append(time.thread_time())
    b"\n".join(some)
    times.append(time.thread_time())
    for stage, (begun, ended) in zip((first, DECODE, SPLICE, BATCH), pairwise(times), strict=True):
        seconds[stage] += ended - begun
