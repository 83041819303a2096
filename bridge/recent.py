"""Chunks that are on their way or have just been delivered: the same chunk sent again joins the receipt of the first.

A sender that got no ack in time sends its chunk again under the same id. Ids are only told apart together with the client's
address and the tag: Fluent Bit's are hashes of the content, so two clients may have the same. Not for Message mode, see `orphans`.
After delivery they are bounded in time and in number; what is forgotten is delivered twice at worst. Before, they are as
many as have room.
"""

from bridge.messages import Chunk, Mode
from bridge.receipts import Receipt

REMEMBERED_SECONDS = 600.0
REMEMBERED_CHUNKS = 100_000

Key = tuple[str, str, str]


def key_of(chunk: Chunk, client: str) -> Key | None:
    """Return what tells a chunk from all others, None where nothing does; `client` is an address without its port."""
    return None if chunk.mode is Mode.MESSAGE else key_of_any(chunk, client)


def key_of_any(chunk: Chunk, client: str) -> Key | None:
    """Return the same in any mode; in Message mode two events that are alike may share it."""
    return None if chunk.chunk_id is None else (client, chunk.tag, chunk.chunk_id)


class Recent:
    """The receipts by chunk; the clock is the caller's, in seconds."""

    def __init__(self) -> None:
        self._on_their_way: dict[Key, Receipt] = {}
        self._delivered: dict[Key, float] = {}  # when, the oldest first

    def __len__(self) -> int:
        return len(self._on_their_way) + len(self._delivered)

    def find(self, key: Key, now: float) -> Receipt | None:
        """Return the receipt of the first of these chunks, None where there is none, or it was too long ago."""
        if receipt := self._on_their_way.get(key):
            return receipt
        delivered_at = self._delivered.get(key)
        if delivered_at is None or now > delivered_at + REMEMBERED_SECONDS:
            return None
        done = Receipt(delivered_at)
        done.complete()
        return done

    def add(self, key: Key, receipt: Receipt) -> None:
        """Remember a chunk that has just come."""
        self._on_their_way[key] = receipt

    def delivered(self, key: Key, now: float) -> None:
        """Begin the time after which the chunk is forgotten, and forget those whose time is over, or that are too many."""
        if self._on_their_way.pop(key, None) is None:
            return
        self._delivered.pop(key, None)
        self._delivered[key] = now
        while len(self._delivered) > REMEMBERED_CHUNKS or self._oldest() < now - REMEMBERED_SECONDS:
            del self._delivered[next(iter(self._delivered))]

    def forget(self, key: Key) -> None:
        """Forget a chunk that will not be delivered."""
        self._on_their_way.pop(key, None)

    def _oldest(self) -> float:
        return next(iter(self._delivered.values()))
