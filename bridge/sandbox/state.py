"""What the sandbox is made of: the account, its events, what was asked of it, and the faults that are scripted."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bridge.sandbox.paging import Pages
from bridge.sandbox.script import Script, Seen, Step
from bridge.sandbox.statistics import Statistics
from bridge.sandbox.store import Options, Store


@dataclass(frozen=True, slots=True)
class Behavior:
    """How the service answers, where Loggly's documents leave it open; `latency_ms` is waited before each answer."""

    latency_ms: int = 0
    accept_gzip: bool = False
    oversize: Literal["reject", "drop"] = "reject"


@dataclass
class Sandbox:
    """One account. `clock` gives seconds since 1970; the tokens are secrets and appear in no output."""

    tokens: frozenset[str] = field(repr=False)
    api_token: str | None = field(repr=False)
    clock: Callable[[], float]
    behavior: Behavior = field(default_factory=Behavior)
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        # Held for a moment around the script and the statistics, which all connections share.
        self.lock = threading.Lock()
        self.store = Store(self.options)
        self.statistics = Statistics()
        self.script = Script()
        self.pages = Pages()
        self._first_tokens = self.tokens

    @property
    def now(self) -> int:
        """The time in microseconds since 1970."""
        return int(self.clock() * 1_000_000)

    def slow_read(self, seen: Seen) -> Step | None:
        """Choose the step that slows the reading of a body down."""
        with self.lock:
            return self.script.before_body(seen, self.clock())

    def fault(self, seen: Seen) -> Step | None:
        """Choose the step that decides about a request."""
        with self.lock:
            return self.script.after_body(seen, self.clock())

    def reset(self) -> None:
        """Be as after the start."""
        self.store.clear()
        self.pages.clear()
        with self.lock:
            self.statistics = Statistics()
            self.script = Script()
            self.tokens = self._first_tokens
