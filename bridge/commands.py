"""What `audit-bridge run`, `check`, `replay` and `demo` do; `cli` maps their errors to exit codes."""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bridge import config as configuration
from bridge import demo, log_files, logs, replay
from bridge.client import Client
from bridge.errors import ConfigError

_config = click.option(
    "--config", metavar="FILE", help="The configuration file, YAML; without it every key has its default."
)
_set = click.option(
    "--set", "sets", metavar="KEY.PATH=VALUE", multiple=True, help="Set one key of the configuration; repeatable."
)


@click.command()
@_config
@_set
@click.option(
    "--log-level", type=click.Choice(logs.LEVELS), default="info", show_default=True, help="What is logged, and above."
)
@click.option(
    "--log-format",
    type=click.Choice(logs.FORMATS),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON object a line.",
)
def run(config: str | None, sets: tuple[str, ...], log_level: str, log_format: str) -> None:
    """Run the bridge: Fluentd's Forward protocol in, Loggly out.

    An ack is sent when Loggly has taken every event of a chunk, and never before. The customer token comes from the
    file that `loggly.token_file` names, or from LOGGLY_TOKEN; LOGGLY_URL goes before `loggly.url`. SIGTERM stops it in
    order: it reads no more, delivers what it has, acks it, and ends with exit code 0.
    """
    import uvloop  # noqa: PLC0415 - only this command needs it

    from bridge.service import Service  # noqa: PLC0415 - as above: the others start without an event loop

    def load() -> configuration.Config:
        return configuration.load(config, sets, os.environ)

    loaded = load()
    logs.set_up(log_level, log_format, sys.stderr)

    async def serve() -> bool:
        return await Service(loaded, load).run()

    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        delivered = runner.run(serve())
    sys.exit(0 if delivered else 1)


@click.command()
@_config
@_set
def check(config: str | None, sets: tuple[str, ...]) -> None:
    """Check a configuration file, without the secrets that it names, and list everything that is wrong with it."""
    configuration.settings(config, sets, os.environ)
    click.echo(f"{config or 'the defaults'}: fine")


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
        with _progress(None) as progress, ExitStack() as stack:
            task = progress.add_task("sent")
            client = stack.enter_context(Client(host, int(port))) if ack else None
            for source in replay.followed(files, time.sleep) if follow else [replay.lines(files)]:
                advance = partial(progress.advance, task)
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


@click.command(name="demo")
@click.option("--config", metavar="FILE", help="The bridge's configuration, as rendered; without it, its defaults.")
@click.option("--once", is_flag=True, help="Exit after the summary: 1 if anything was lost, duplicated or not acked.")
def demo_command(config: str | None, once: bool) -> None:
    """See it work: a Loggly stand-in and the bridge on free ports, and the audit log of a real API server sent through them.

    Then what went in is compared with what arrived, and the search page stays open until Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    lines = list(replay.lines([demo.sample()]))
    with demo.Stage(config) as stage:
        begun = time.monotonic()
        with _progress(len(lines)) as progress, Client("127.0.0.1", stage.port) as client:
            task = progress.add_task("audit events", total=len(lines))
            acked = replay.acked(
                client, "kube.audit.demo", lines, replay.Pace(0), lambda count: progress.advance(task, count)
            )
            seconds = time.monotonic() - begun
        result = demo.summary(lines, acked, stage.held(), seconds)
        _show(result, f"{stage.url}/search")
        if not once and sys.stdin is not None:
            _wait_for_interrupt()
    sys.exit(0 if result.good else 1)


def _show(result: demo.Summary, page: str) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2))
    rows = {
        "sent": result.sent,
        "acked": result.acked,
        "in Loggly": result.held,
        "lost": result.lost,
        "duplicated": result.duplicated,
        "denied": result.denied,
        "events a second": round(result.acked / result.seconds),
    }
    for name, value in rows.items():
        table.add_row(name, f"{value:,}")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{result.lost} lost, {result.duplicated} duplicated")
    console.print(f"Search them: {page}", soft_wrap=True)


def _progress(total: int | None) -> Progress:
    bar = [BarColumn(), MofNCompleteColumn()] if total else [TextColumn("{task.completed:,.0f} lines")]
    return Progress(TextColumn("{task.description}"), *bar, TimeElapsedColumn(), console=Console(stderr=True))


def _wait_for_interrupt() -> None:
    click.echo("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo()
