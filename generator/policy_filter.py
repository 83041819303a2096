"""`audit-generator policy filter`: a log as a policy would have written it."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from audit.filtering import PolicyFilter
from audit.policy import Policy
from audit.reader import Unread, events
from generator.log_files import STDIN, lines
from generator.policy_files import kubernetes, read_policy, tell


@click.command(name="filter")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option("--policy", "named", required=True, metavar="POLICY", help="The policy: a file or a preset.")
@kubernetes
def filter_command(logs: tuple[str, ...], named: str, version: str) -> None:
    """Write each LOG as POLICY would have had it: events left out, bodies cut off, the level set.

    LOG is an audit log, also in gzip, or - for standard input. An event that is at a lower level than the policy wants
    stays at its own: what was not recorded is not there. A line that is no event stays as it is. How many of each there
    were is told on standard error.
    """
    if named == STDIN and STDIN in logs:
        raise click.UsageError("expected standard input once, got it for the policy and for a log - name a file")
    counts: Counter[str] = Counter()
    out = sys.stdout.buffer
    for line in filtered(logs, tell(read_policy(named, version)).policy, counts):
        out.write(line + b"\n")
        if STDIN in logs:  # it may be a log that grows
            out.flush()
    out.flush()
    click.echo(summary(counts), err=True)


def filtered(logs: Sequence[str], policy: Policy, counts: Counter[str]) -> Iterator[bytes]:
    """Yield the lines that are written, counting `written`, `left out` and `kept`; raises GeneratorError for a log that cannot be read."""
    keep = PolicyFilter(policy).line
    for log in logs:
        for item in events(lines(log)):
            line = item.line if isinstance(item, Unread) else keep(item.raw)
            counts["left out" if line is None else "kept" if isinstance(item, Unread) else "written"] += 1
            if line is not None:
                yield line


def summary(counts: Counter[str]) -> str:
    """Say what became of the events."""
    read = counts["written"] + counts["left out"]
    text = f"{read:,} events: {counts['written']:,} written, {counts['left out']:,} left out"
    return f"{text}; {counts['kept']:,} lines that are no events, kept" if counts["kept"] else text
