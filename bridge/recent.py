"""Chunks that are on their way or have just been delivered: the same chunk sent again joins the receipt of the first.

A sender that got no ack in time sends its chunk again under the same id. Ids are only told apart together with the client's
address and the tag: Fluent Bit's are hashes of the content, so two clients may have the same. Never for Message mode.
Bounded in time after delivery and in number; what is forgotten is delivered twice at worst.
"""

from collections import OrderedDict
from dataclasses import dataclass

from bridge.messages import Chunk, Mode
from bridge.receipts import Receipt

REMEMBERED_SECONDS = 600.0
REMEMBERED_CHUNKS = 100_000

Key = tuple[str, str, str]


def key_of(chunk: Chunk, client: str) -> Key | None:
    """Return what tells a chunk from all others, None where nothing does; `client` is an address without its port."""
    if chunk.chunk_id is None or chunk.mode is Mode.MESSAGE:
        return None
    return client, chunk.tag, chunk.chunk_id


@dataclass(slots=True)
class _Known:
    receipt: Receipt
    done_at: float | None = None


class Recent:
    """The receipts by chunk; the clock is the caller's."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, _Known] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, key: Key, now: float) -> Receipt | None:
        """Return the receipt of the first of these chunks, None where there is none, or it was too long ago."""
        known = self._known.get(key)
        if known is None:
            return None
        if known.receipt.done and known.done_at is not None and now > known.done_at + REMEMBERED_SECONDS:
            del self._known[key]
            return None
        return known.receipt

    def add(self, key: Key, receipt: Receipt) -> None:
        """Remember a chunk that has just come; the oldest delivered ones make room."""
        self._known[key] = _Known(receipt)
        if len(self._known) > REMEMBERED_CHUNKS:
            oldest = next((old for old, known in self._known.items() if known.receipt.done), None)
            if oldest is not None:
                del self._known[oldest]

    def delivered(self, key: Key, now: float) -> None:
        """Begin the time after which the chunk is forgotten, and forget those whose time is over."""
        if known := self._known.get(key):
            known.done_at = now
            self._known.move_to_end(key)
        while self._known:
            oldest, known = next(iter(self._known.items()))
            if known.done_at is None or now <= known.done_at + REMEMBERED_SECONDS:
                return
            del self._known[oldest]

    def forget(self, key: Key) -> None:
        """Forget a chunk that will not be delivered."""
        self._known.pop(key, None)
