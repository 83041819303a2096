"""One moment of a bridge, for tests of what is said about it."""

from dataclasses import replace
from typing import Any

from bridge.status import About, Snapshot

NOW = 1_769_862_896.0  # 2026-01-31T12:34:56Z
ABOUT = About(
    version="1.2.3",
    cluster="prod-1",
    environment="production",
    loggly="https://logs-01.loggly.com",
    started=NOW - 3_720,
    unacked_bytes=64_000_000,
    connections=1_000,
)


def snapshot(**changes: Any) -> Snapshot:
    """Return a bridge that has done nothing yet, but for the changes."""
    idle = Snapshot(
        now=NOW,
        about=ABOUT,
        not_ready="",
        held=None,
        taken=None,
        lag=None,
        refusals=(),
        unacked_bytes=0,
        oldest=0.0,
        connections=0,
        received=0,
        delivered=0,
        dead_lettered=0,
        dead_letters=None,
        spool=None,
    )
    return replace(idle, **changes)
