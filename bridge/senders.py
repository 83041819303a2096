"""Who waits for an ack: when every sender that asks for acks waits for one, nothing more comes until a batch goes.

A sender that waits for an ack sends nothing meanwhile. So an open batch is sent at once when all of them wait, and
otherwise may gather what the others are about to send.
"""

from collections.abc import Hashable


class Senders:
    """The connections that have asked for an ack, and those that wait for one."""

    def __init__(self) -> None:
        self._asking: set[Hashable] = set()
        self._waiting: dict[Hashable, int] = {}

    def asked(self, sender: Hashable) -> None:
        """Count a chunk that the sender waits for."""
        self._asking.add(sender)
        self._waiting[sender] = self._waiting.get(sender, 0) + 1

    def answered(self, sender: Hashable) -> None:
        """Count an ack, or that none will be sent."""
        left = self._waiting.get(sender, 0) - 1
        if left > 0:
            self._waiting[sender] = left
        else:
            self._waiting.pop(sender, None)

    def asks(self, sender: Hashable) -> bool:
        """Tell whether the sender has ever asked for an ack."""
        return sender in self._asking

    def gone(self, sender: Hashable) -> None:
        """Forget a connection."""
        self._asking.discard(sender)
        self._waiting.pop(sender, None)

    @property
    def all_wait(self) -> bool:
        """Whether there are such senders, and every one of them waits."""
        return bool(self._waiting) and len(self._waiting) == len(self._asking)
