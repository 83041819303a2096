"""Looks at bridges, for tests of what `top` makes of them."""

from typing import Any

from bridge.scrape import Scrape
from tests.support.status import snapshot

ADDRESS = "http://10.0.0.7:9880"


def scrape(at: float = 0.0, answers: dict[str, float] | None = None, address: str = ADDRESS, **changes: Any) -> Scrape:
    """Return a look at a bridge whose snapshot has these changes; `at` is in seconds."""
    return Scrape(address, at, snapshot(**changes).as_json(), answers or {})
