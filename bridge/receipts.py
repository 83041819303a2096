"""One receipt for each chunk: it counts lines, and is done when every one of them is delivered.

The rule that everything else serves: an ack is written when the receipt is done, and never before.
"""

from collections.abc import Callable


class Receipt:
    """Lines on their way. `begun` is when the chunk came, on the caller's clock.

    One that is `hopeless` will never be done: its chunk could not be read to its end.
    """

    __slots__ = ("_complete", "_outstanding", "_then", "begun", "hopeless")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.hopeless = False
        self._outstanding = 0
        self._complete = False
        self._then: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        """Whether the chunk has been read to its end and every line of it is delivered."""
        return self._complete and self._outstanding == 0

    def expect(self, lines: int) -> None:
        """Count lines that must be delivered first."""
        self._outstanding += lines

    def complete(self) -> None:
        """Say that no more lines come; a chunk without any is done with this."""
        self._complete = True
        self._resolve()

    def settle(self, lines: int) -> None:
        """Count lines that are delivered."""
        self._outstanding -= lines
        self._resolve()

    def on_done(self, then: Callable[[], None]) -> None:
        """Call `then` once the receipt is done, at once where it is already; several may wait for one receipt."""
        self._then.append(then)
        self._resolve()

    def _resolve(self) -> None:
        if self.done and self._then:
            waiting, self._then = self._then, []
            for then in waiting:
                then()
