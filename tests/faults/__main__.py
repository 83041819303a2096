"""`make faults`: every sender meets every fault, and nothing may be lost."""

import sys
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from tests.faults import bridge_faults, cells, loggly_faults, report
from tests.faults.cells import Outcome
from tests.faults.fault import Fault
from tests.faults.senders import KINDS, Kind

FAULTS = (*loggly_faults.FAULTS, *bridge_faults.FAULTS)
console = Console(width=150, highlight=False)


@click.command()
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1), help="How long a fault lasts.")
@click.option("--sender", "names", multiple=True, help="Only senders whose name contains this; repeatable.")
@click.option("--fault", "faults", multiple=True, help="Only faults whose name contains this; repeatable.")
@click.option("--jobs", default=6, show_default=True, type=click.IntRange(1), help="Cells at once.")
@click.option(
    "--keep", metavar="DIR", type=click.Path(path_type=Path), help="Leave each cell's files in a folder of DIR."
)
@click.option("--write", is_flag=True, help="Put the table into docs/delivery.md.")
def main(
    *, seconds: float, names: tuple[str, ...], faults: tuple[str, ...], jobs: int, keep: Path | None, write: bool
) -> None:
    """Let every sender meet every fault; exit 1 if anything was lost, or came twice without need."""
    kinds = [kind for kind in KINDS if chosen(kind.name, names)]
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        plan = Plan(seconds, jobs, keep or Path(folder))
        outcomes = play([fault for fault in FAULTS if chosen(fault.name, faults)], kinds, plan)
    console.print(report.table(f"{seconds:g} s of faults", outcomes))
    if write:
        report.write("faults", report.markdown(outcomes))
    problems = [f"{one.sender} x {one.fault}: {problem}" for one in outcomes for problem in one.problems]
    console.print("\n".join(problems) or "Nothing is lost, and nothing came twice without need.")
    sys.exit(1 if problems else 0)


def chosen(name: str, parts: Sequence[str]) -> bool:
    """Tell whether a name is asked for; without parts every one is."""
    return not parts or any(part.lower() in name.lower() for part in parts)


@dataclass(frozen=True)
class Plan:
    """How long a fault lasts, how many cells are played at once, and where they keep their files."""

    seconds: float
    jobs: int
    folder: Path


def play(faults: Sequence[Fault], kinds: Sequence[Kind], plan: Plan) -> list[Outcome]:
    """Play every cell, several at once, and return the outcomes in the order of the table."""
    outcomes: dict[int, Outcome] = {}
    pairs = [(fault, kind) for fault in faults for kind in kinds]
    with ThreadPoolExecutor(plan.jobs) as pool:
        running = {}
        for number, (fault, kind) in enumerate(pairs):
            place = plan.folder / f"{number:03d}"
            place.mkdir(parents=True)
            running[pool.submit(_cell, kind, fault, plan.seconds, place)] = number
        for done in as_completed(running):
            outcomes[running[done]] = outcome = done.result()
            _tell(outcome, len(outcomes), len(pairs))
    return [outcomes[number] for number in sorted(outcomes)]


def _cell(kind: Kind, fault: Fault, seconds: float, place: Path) -> Outcome:
    """Play a cell; one that breaks is a problem, not the end of the others."""
    try:
        return cells.run(kind, fault, seconds, place)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is shown in the table
        traceback.print_exc()
        return Outcome(kind.name, fault.name, problems=(f"the cell broke: {error!r}"[:300],))


def _tell(outcome: Outcome, done: int, of: int) -> None:
    words = outcome.missing or "; ".join(outcome.problems) or f"{outcome.lost} lost, {outcome.duplicated} duplicated"
    console.print(f"{done}/{of} {outcome.sender} x {outcome.fault}: {words}")


if __name__ == "__main__":
    main()
