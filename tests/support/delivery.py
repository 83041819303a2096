"""What the test of every real client does: it sends real audit events, and finds exactly those in Loggly."""

import functools
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from prometheus_client.parser import text_string_to_metric_families

from tests.support.events import sample_lines
from tests.support.processes import Bridge, Sandbox, wait_for

SHARED_KEY = "the key of this test"
USER, PASSWORD = "agent", "the password of this test"
ADDED = ("timestamp", "audit", "agent")  # `agent`: what the client sent beside the raw line
CONFIG = """\
cluster: peers
environment: test
retry:
  initial: 50ms
  maximum: 200ms
batch:
  max_age: 100ms
"""


@functools.cache
def _fresh() -> Iterator[str]:
    """Iterate over the bundled log's events without bodies: what is done to bodies is not what a client's test is about."""
    lines = (line.decode() for line in sample_lines())
    return (line for line in lines if '"requestObject"' not in line and '"responseObject"' not in line)


def audit_lines(count: int) -> list[str]:
    """Return `count` lines of a real audit log that no test of this run has had before."""
    return list(itertools.islice(_fresh(), count))


def identity(event: dict[str, Any]) -> tuple[str, str]:
    """Return what tells one audit event from another."""
    return event.get("auditID", ""), event.get("stage", "")


def original(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of Loggly's as the API server wrote it."""
    return {key: value for key, value in event.items() if key not in ADDED}


@dataclass(frozen=True)
class Certificates:
    """Files: a throw-away authority, and the settings of a bridge whose certificate it signed."""

    authority: Path
    settings: tuple[str, ...]


class Delivery:
    """A sandbox and a bridge that sends to it, with `--set` settings; used as a context."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.config = folder / "bridge.yaml"
        self.config.write_text(CONFIG)
        self._settings = settings
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.sandbox = self._open.enter_context(Sandbox())
        self.bridge = self._open.enter_context(Bridge(self.config, self.sandbox.url, *self._settings))
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def restart(self) -> None:
        """Start another bridge in place of one that ended, on the same port."""
        settings = (*self._settings, f"forward.port={self.bridge.port}")
        self.bridge = self._open.enter_context(Bridge(self.config, self.sandbox.url, *settings))

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Let Loggly answer 503 to everything until the context ends."""
        self.sandbox.script({"match": {}, "for_s": 3600, "action": "respond", "status": 503})
        try:
            yield
        finally:
            self.sandbox.script()

    def stored(self) -> list[dict[str, Any]]:
        """Return every event that Loggly holds, as JSON."""
        return [stored["event"]["json"] for stored in self.sandbox.events()]

    def among(self, lines: Sequence[str]) -> list[dict[str, Any]]:
        """Return the events of Loggly's that one of `lines` is the origin of."""
        wanted = {identity(json.loads(line)) for line in lines}
        return [event for event in self.stored() if identity(event) in wanted]

    def messages(self, *texts: str) -> list[dict[str, Any]]:
        """Wait for a line each that is not an audit event, and return them in the order of `texts`."""

        def found() -> list[dict[str, Any]] | None:
            events = {event.get("message"): event for event in self.stored()}
            return [events[text] for text in texts] if events.keys() >= set(texts) else None

        return wait_for(found, naming="lines that are not audit events")

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the bridge's samples of that name and these labels."""
        _, text = self.bridge.get("/metrics")
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())

    def idle(self) -> bool:
        """Tell whether the bridge has delivered all that it took in."""
        return self.metric("audit_bridge_unacked_bytes") == 0

    def assert_delivered(self, lines: Sequence[str]) -> None:
        """Wait for `lines`; each must be in Loggly once, with all that it said."""
        wait_for(lambda: len(self.among(lines)) >= len(lines), naming=f"{len(lines)} events in Loggly")
        wait_for(self.idle, naming="a bridge that holds nothing")
        arrived = sorted((original(event) for event in self.among(lines)), key=identity)
        assert sorted(map(json.loads, lines), key=identity) == arrived
