"""Where actors play: a thread for each, randomness of its own for each, one end for all."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.noise.client import GONE, Client, Object, Server, follow
from tests.noise.identities import Identity


@dataclass
class Stage:
    """The same seed gives each actor the same choices and pauses; only the machine's pace differs."""

    server: Server
    seed: int
    over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def random(self, name: str) -> Random:
        """Return an actor's own randomness."""
        return Random(f"{self.seed}/{name}")

    def play(self, name: str, act: Callable[[], None]) -> None:
        """Run an actor until it ends or the server is gone; whatever else ends it is a failure of the run."""

        def run() -> None:
            try:
                act()
            except GONE as error:
                if not self.over.is_set():
                    self.failures.append(f"{name}: {error}")

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def every(self, seconds: float, name: str, act: Callable[[], object], *, irregular: bool = False) -> None:
        """Act again and again: with 5 % of jitter as components do, or at random intervals of that mean, as people do."""
        random = self.random(name)

        def loop() -> None:
            pause = random.uniform(0, seconds)  # not all at once at the start
            while not self.over.wait(pause):
                act()
                pause = random.expovariate(1 / seconds) if irregular else seconds * random.uniform(0.95, 1.05)

        self.play(name, loop)

    def inform(
        self, identity: Identity, path: str, seen: Callable[[str, Object], None] | None = None, **query: str
    ) -> None:
        """Keep an informer: list, watch for 5 to 10 minutes, watch again."""
        name = f"{identity.name} {path} {query}"
        random = self.random(name)
        client = Client(self.server, identity)
        self.play(
            name,
            lambda: follow(client, path, lambda: random.randint(300, 599), seen or _overlook, **query),
        )

    def end(self) -> None:
        """Let no actor begin anything more; watches end with the server."""
        self.over.set()


def _overlook(change: str, found: Object) -> None:
    """See a change, and do nothing."""
