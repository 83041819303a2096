"""Bytes of requests that have begun and are not taken in yet, over all clients: bounded, without anybody starving.

One client may hold a request as large as a request may be; a thousand of them may not. Past the bound all stop but the
one that began first, so that one request can always end and make room.
"""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

C = TypeVar("C", bound=Hashable)


class Partials(Generic[C]):
    """What each client holds, the one that began first in front."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: dict[C, int] = {}
        self.stopped: set[C] = set()
        self.total = 0

    def update(self, client: C, held: int, *, anew: bool = False) -> None:
        """Count what a client holds now; 0 where it is between two requests, `anew` where a request has ended since.

        Who sends one request after the other without a gap goes to the end of the line after each.
        """
        self.total += held - self._held.get(client, 0)
        if anew or not held:
            self._held.pop(client, None)
        if held:
            self._held[client] = held

    def changes(self) -> "tuple[Iterable[C], Iterable[C]]":
        """Return who has to stop reading, and who may go on, since the last call."""
        first = next(iter(self._held), None)
        must_stop = {client for client in self._held if client is not first} if self.total > self._limit else set[C]()
        stop, go_on = must_stop - self.stopped, self.stopped - must_stop
        self.stopped = must_stop
        return stop, go_on
