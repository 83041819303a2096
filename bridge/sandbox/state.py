"""What the sandbox is made of: the account, its events, what was asked of it, and the faults that are scripted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bridge.sandbox.paging import Pages
from bridge.sandbox.script import Script
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
        self.store = Store(self.options)
        self.statistics = Statistics()
        self.script = Script()
        self.pages = Pages()
        self._first_tokens = self.tokens

    @property
    def now(self) -> int:
        """The time in microseconds since 1970."""
        return int(self.clock() * 1_000_000)

    def reset(self) -> None:
        """Be as after the start."""
        self.store.clear()
        self.pages.clear()
        self.statistics = Statistics()
        self.script = Script()
        self.tokens = self._first_tokens
