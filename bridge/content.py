"""What a chunk holds: its events back to back, decompressed, and never more than the limit.

Forward protocol specification v1 and v1.5. Compression is chosen by its magic number, for neither can begin an event.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from bridge.errors import ContentError
from bridge.messages import Body, Chunk, Mode

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
COMPRESSIONS = ("gzip", "zstd")
ENTRY_BEGINNINGS = (b"", b"\x92", b"\xdc", b"\xdd")  # of a body that is plain whatever the option says: an array of two

# Compressed bytes given to a decompressor at once. Small, for what is left behind the end of a member is copied, and for
# neither is told how much it may return: 4 KiB of gzip hold up to 4 MiB, and 4 bytes of zstd a block of 128 KiB.
_GZIP_STEP = 2**12
_ZSTD_STEP = 2**10


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that hold no event, and why."""

    why: str
    data: bytes


def content(chunk: Chunk, limit: int) -> tuple[Body, Damage | None]:
    """Return a chunk's events back to back, decompressed into `limit` bytes at most, and what could not be."""
    if chunk.signal:  # metrics, traces, profiles: no log events inside
        return b"", None
    body, damage = decompress(chunk.body, limit) if chunk.mode is Mode.PACKED else (chunk.body, None)
    if body is chunk.body and chunk.compressed in COMPRESSIONS and bytes(body[:1]) not in ENTRY_BEGINNINGS:
        return b"", Damage(f"no {chunk.compressed} data, though the option says so", bytes(body))
    return body, damage


def decompress(body: Body, limit: int) -> tuple[Body, Damage | None]:
    """Return what every member of gzip or frame of zstd holds, up to what is damaged; plain bytes as they are.

    Beyond `limit` nothing is kept but the compressed bytes, as damage.
    """
    pieces: list[bytes] = []
    magic = bytes(body[: len(ZSTD)])
    if magic.startswith(GZIP):
        read = _decompressed(body, "gzip", lambda: zlib.decompressobj(31), _GZIP_STEP)
    elif magic == ZSTD:
        read = _decompressed(body, "zstd", zstandard.ZstdDecompressor().decompressobj, _ZSTD_STEP)
    else:
        return body, None
    try:
        total = 0
        for piece in read:
            total += len(piece)
            if total > limit:
                return b"", Damage(
                    f"more than {limit:,} bytes when decompressed (limits.decompressed_bytes)", bytes(body)
                )
            pieces.append(piece)
    except ContentError as error:
        return b"".join(pieces), Damage(str(error), bytes(body))
    return b"".join(pieces), None


def _decompressed(body: Body, kind: str, begin: Callable[[], Any], step: int) -> Iterator[bytes]:
    """Yield what every member or frame holds, in pieces; raises ContentError where it cannot be read further."""
    position = 0
    while position < len(body):
        member = begin()
        try:
            while not member.eof:
                if position >= len(body):
                    raise ContentError(f"{kind} data that is cut short")
                yield member.decompress(body[position : position + step])
                position += step
        except (zlib.error, zstandard.ZstdError) as error:
            raise ContentError(f"{kind} data that cannot be read: {error}") from None
        position = min(position, len(body)) - len(member.unused_data)
