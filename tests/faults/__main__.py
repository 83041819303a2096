"""`make faults`: every sender meets every fault, and nothing may be lost; then others meet them; then the flood."""

import sys
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from tests.faults import bridge_faults, cells, loggly_faults, others, report, senders
from tests.faults.cells import Outcome
from tests.faults.fault import Fault
from tests.faults.flood import Size, flood
from tests.faults.senders import Kind

PARTS = ("bridge", "others", "flood")
FAULTS = (*loggly_faults.FAULTS, *bridge_faults.FAULTS)
FLOOD = Size(connections=100_000, slow=200, nested_bytes=10**9)
console = Console(width=150, highlight=False)


@dataclass(frozen=True)
class Plan:
    """How long a fault lasts, how many cells are played at once, where they keep their files, and which are played."""

    seconds: float
    jobs: int
    folder: Path
    names: tuple[str, ...]
    faults: tuple[str, ...]
    write: bool


@click.command()
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1), help="How long a fault lasts.")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this; repeatable.")
@click.option("--sender", "names", multiple=True, help="Only senders whose name contains this; repeatable.")
@click.option("--fault", "faults", multiple=True, help="Only faults whose name contains this; repeatable.")
@click.option("--jobs", default=6, show_default=True, type=click.IntRange(1), help="Cells at once.")
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Leave each cell's files in DIR.")
@click.option("--write", is_flag=True, help="Put what was found into docs/delivery.md.")
def main(
    *,
    seconds: float,
    parts: tuple[str, ...],
    names: tuple[str, ...],
    faults: tuple[str, ...],
    jobs: int,
    keep: Path | None,
    write: bool,
) -> None:
    """Let every sender meet every fault; exit 1 if anything was lost, or came twice without need."""
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        plan = Plan(seconds, jobs, keep or Path(folder), names, faults, write)
        for part in parts or PARTS:
            problems += {"bridge": of_the_bridge, "others": of_others, "flood": of_the_flood}[part](plan)
    console.print("\n".join(problems) or "Nothing is lost, and nothing came twice without need.")
    sys.exit(1 if problems else 0)


def of_the_bridge(plan: Plan) -> list[str]:
    """Play every cell of the bridge, and say what must not be."""
    outcomes = play("bridge", FAULTS, senders.KINDS, plan)
    show("faults", f"{plan.seconds:g} s of faults", outcomes, report.BRIDGE, plan)
    return [f"{one.sender} x {one.fault}: {problem}" for one in outcomes for problem in one.problems]


def of_others(plan: Plan) -> list[str]:
    """Let others meet the faults that they can meet; what they lose is not our problem."""
    outcomes = play("others", others.FAULTS, others.KINDS, plan)
    show("others", "the same faults, others", outcomes, report.OTHERS, plan)
    return []


def of_the_flood(plan: Plan) -> list[str]:
    """Flood the bridge, and say what must not be."""
    folder = plan.folder / "flood"
    folder.mkdir(parents=True)
    found = flood(folder, FLOOD)
    text = report.flooded(FLOOD, found)
    console.print(text)
    if plan.write:
        report.write("flood", text)
    return [f"flood: {problem}" for problem in found.problems]


def show(name: str, title: str, outcomes: Sequence[Outcome], columns: report.Columns, plan: Plan) -> None:
    """Print a table, and put it into the page where that is asked for."""
    console.print(report.table(title, outcomes, columns))
    for sentence in report.absent(outcomes):
        console.print(sentence)
    if plan.write:
        report.write(name, report.markdown(outcomes, columns))


def play(part: str, faults: Sequence[Fault], kinds: Sequence[Kind], plan: Plan) -> list[Outcome]:
    """Play the cells that are asked for, several at once, and return the outcomes in the order of the table."""
    outcomes: dict[int, Outcome] = {}
    pairs = [
        (fault, kind)
        for fault in faults
        for kind in kinds
        if chosen(fault.name, plan.faults) and chosen(kind.name, plan.names)
    ]
    with ThreadPoolExecutor(plan.jobs) as pool:
        running = {}
        for number, (fault, kind) in enumerate(pairs):
            place = plan.folder / part / f"{number:03d}"
            place.mkdir(parents=True)
            running[pool.submit(_cell, kind, fault, plan.seconds, place)] = number
        for done in as_completed(running):
            outcomes[running[done]] = outcome = done.result()
            _tell(outcome, len(outcomes), len(pairs))
    return [outcomes[number] for number in sorted(outcomes)]


def chosen(name: str, parts: Sequence[str]) -> bool:
    """Tell whether a name is asked for; without parts every one is."""
    return not parts or any(part.lower() in name.lower() for part in parts)


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
