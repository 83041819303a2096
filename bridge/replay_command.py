"""What `audit-bridge replay` does: a log sent as an agent would."""

import time
from contextlib import ExitStack
from functools import partial

import click

from bridge import log_files, replay
from bridge.client import Client
from bridge.errors import ConfigError
from bridge.progress import progress


@click.command(name="replay")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--to", "address", required=True, metavar="HOST:PORT", help="The Forward port to send to.")
@click.option("--tag", default=replay.TAG, show_default=True, help="The tag; what follows kube.audit. is the node.")
@click.option(
    "--rate", type=click.FloatRange(min=0), default=0.0, metavar="N", help="At most N lines a second; 0: no bound."
)
@click.option(
    "--ack", is_flag=True, help="Ask for acks, and wait for each; without it, lines go through fluent-logger."
)
@click.option("--follow", is_flag=True, help="Go on with what is written, also after a rotation; Ctrl-C ends it.")
def replay_command(files: tuple[str, ...], address: str, tag: str, rate: float, *, ack: bool, follow: bool) -> None:
    """Send log files, also rotated ones in gzip, to a Forward port as an agent would. A `-` is standard input."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit():
        raise click.BadParameter(f"expected HOST:PORT, got {address!r}", param_hint="--to")
    if follow and (unfit := [file for file in files if not log_files.grows(file)]):
        raise click.UsageError(f"{unfit[0]}: expected a log that grows - leave out --follow")
    log_files.refuse(file for file in files if follow)
    pace, sent = replay.Pace(rate), 0
    try:
        with progress(None) as bar, ExitStack() as stack:
            task = bar.add_task("sent")
            client = stack.enter_context(Client(host, int(port))) if ack else None
            for source in replay.followed(files, time.sleep) if follow else [replay.lines(files)]:
                advance = partial(bar.advance, task)
                if client:
                    sent += replay.acked(client, tag, source, pace, advance)
                else:
                    sent += replay.unacked((host, int(port)), tag, source, pace, advance)
    except KeyboardInterrupt:
        if not follow:
            raise
    except OSError as error:
        raise ConfigError(
            f"{address}: {(error.strerror or str(error)).lower()} - check the name, and that it is there"
        ) from None
    click.echo(f"{sent} lines sent{', all acked' if ack else ''}")
