"""What `audit-bridge demo` does: the bridge at work, with everything that it needs, on one machine."""

import signal
import sys
import threading
import time

import click
from rich.console import Console
from rich.table import Table

from bridge import demo, replay
from bridge.client import Client
from bridge.progress import progress


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
        with progress(len(lines)) as bar, Client("127.0.0.1", stage.port) as client:
            task = bar.add_task("audit events", total=len(lines))
            acked = replay.acked(
                client, "kube.audit.demo", lines, replay.Pace(0), lambda count: bar.advance(task, count)
            )
            seconds = time.monotonic() - begun
        result = demo.summary(lines, acked, stage.held(), seconds)
        _show(result)
        if not once and sys.stdin is not None:
            click.echo(f"Search them: {stage.url}/search")
            _wait_for_interrupt()
    sys.exit(0 if result.good else 1)


def _show(result: demo.Summary) -> None:
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


def _wait_for_interrupt() -> None:
    click.echo("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo()
