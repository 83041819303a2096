"""`audit-generator policy simulate`: a log under several policies, side by side, before anything is touched."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from audit.outcome import outcome
from audit.presets import PRESETS
from audit.reader import Read, Unread, events
from audit.settings import Identity
from audit.simulate import Simulation
from generator import simulation_page, simulation_text
from generator.errors import GeneratorError, OutputError
from generator.log_files import lines
from generator.policy_files import identities, kubernetes, read_policy, tell

EVERY = 1_000  # events between two looks at the progress


@click.command(name="simulate")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option("--policy", "policies", multiple=True, metavar="POLICY", help="Repeatable; without it, every preset.")
@kubernetes
@identities
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="Rows of each table.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead, with every row.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page, too.")
def simulate_command(
    *,
    logs: tuple[str, ...],
    policies: tuple[str, ...],
    version: str,
    known: tuple[Identity, ...],
    top: int,
    as_json: bool,
    html: Path | None,
) -> None:
    """Count what POLICY would have left of each LOG: events and bytes, by rule, actor and request, and what detections see.

    LOG is an audit log, also in gzip, or - for standard input; the more it has the more can be said, best all of it at
    RequestResponse. The log is read once, in bounded memory.
    """
    read = [tell(read_policy(policy, version)).policy for policy in policies or PRESETS]
    simulation = Simulation(read, known=known)
    unread = feed(simulation, logs)
    found = outcome(simulation, unread)
    if html is not None:
        _write(html, simulation_page.page(found, [Path(log).name if log != "-" else "standard input" for log in logs]))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        simulation_text.show(simulation_text.console(), found, top)


def feed(simulation: Simulation, logs: Sequence[str]) -> int:
    """Give a simulation every event of the logs, with the progress on a terminal; return how many lines are no events.

    Raises GeneratorError where a log cannot be read, or none of them has an event.
    """
    read = unread = 0
    with _progress() as progress:
        task = progress.add_task("events")
        for item in _items(logs):
            if isinstance(item, Unread):
                unread += 1
                continue
            simulation.add(item.view, item.raw)
            read += 1
            if read % EVERY == 0:
                progress.update(task, completed=read)
        progress.update(task, completed=read)
    if not read:
        got = f"{unread:,} lines that are none" if unread else "nothing"
        raise GeneratorError(f"{', '.join(logs)}: expected audit events, got {got} - name the API server's audit log")
    return unread


def _items(logs: Sequence[str]) -> Iterator[Read | Unread]:
    for log in logs:
        yield from events(lines(log))


def _progress() -> Progress:
    columns = (TextColumn("{task.completed:,.0f} events"), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(
            f"{path}: expected to write the page, got: {(error.strerror or str(error)).lower()} - check the folder"
        ) from None
