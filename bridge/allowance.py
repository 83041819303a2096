"""How many requests may be made a minute: pure, the clock is passed in. A bucket of so many fills evenly."""


class Allowance:
    """What is left of it. Times are seconds on one clock that does not go back."""

    def __init__(self, per_minute: int, now: float) -> None:
        self.per_minute = per_minute
        self._left = float(per_minute)
        self._at = now

    def seconds_left(self, now: float) -> float:
        """Return how long to wait for the next request, 0 where it may be made."""
        self._fill(now)
        return max(1.0 - self._left, 0.0) * 60 / self.per_minute

    def take(self, now: float) -> None:
        """Count a request."""
        self._fill(now)
        self._left -= 1.0

    def _fill(self, now: float) -> None:
        self._left = min(self._left + (now - self._at) * self.per_minute / 60, float(self.per_minute))
        self._at = now
