"""Values that must not be seen: they print as a mask, whatever prints them."""

from typing import NoReturn

MASK = "****"


class Secret:
    """A text that only `reveal` shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself, for the one place that needs it."""
        return self._value

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle would hold the secret in the clear."""
        raise TypeError("a secret cannot be pickled or copied")

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__
