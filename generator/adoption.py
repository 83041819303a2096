"""Going on where another Fluentd stopped: its positions become ours, so that nothing is sent twice and nothing is skipped.

A script does it, before the agent starts for the first time. docs/from-stock.md has the steps around it.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from audit.document import Path
from generator import templates

SCRIPT = "adopt.rb"

MOUNT = "/run/adopted"
"""Where a pod sees the directory of the other Fluentd's position file."""

CONTAINERS = "/var/log/containers/*.log"
"""The containers' logs, as either Fluentd names them."""


def adopting(source: str | None, *, state: str, own: str, log: str, in_pod: bool) -> dict[str, str]:
    """Return the script by its name; nothing where `source`, the other Fluentd's file on the node, is None.

    `state` is our directory and `own` our position file in it, `log` a path or a pattern, all as the agent sees them.
    """
    if source is None:
        return {}
    adopted = {
        "source": f"{MOUNT}/{PurePosixPath(source).name}" if in_pod else source,
        "own": f"{state}/{own}",
        "log": log,
        "rest": f"{state}/adopted.log",
        "rest_positions": f"{state}/adopted.pos",
    }
    return {SCRIPT: templates.render("fluentd/adopt.rb.j2", {"adopted": adopted})}


def refusals(path: Path, source: str | None, *, kind: str, log: str | None) -> Iterator[tuple[Path, str, str, str]]:
    """Yield why a position file cannot be adopted: where, what was wanted, what stood there, how to cure it.

    `kind` is the agent's, `log` what it reads, None where that is no file of its own.
    """
    if source is not None and kind != "fluentd":
        want = "a flavor of Fluentd with it: no other reads Fluentd's positions"
        yield path, want, repr(source), "leave it out, or take another agent.flavor"
    elif source is not None and log is None:
        want = "a log file with it: in a container's log an event comes in parts, and a position may stand between them"
        yield path, want, repr(source), "leave it out"
