"""The table, for a terminal and for docs/delivery.md."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.table import Table

from tests.faults.cells import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"
COLUMNS: dict[str, Callable[[Outcome], str]] = {
    "sent": lambda outcome: f"{outcome.sent:,}",
    "acked": lambda outcome: "" if outcome.acked is None else f"{outcome.acked:,}",
    "in Loggly": lambda outcome: f"{outcome.stored:,}",
    "dead letters": lambda outcome: f"{outcome.dead:,}" if outcome.dead else "",
    "lost": lambda outcome: f"{outcome.lost:,}",
    "duplicated": lambda outcome: f"{outcome.duplicated:,}",
    "recovered after": lambda outcome: "" if outcome.recovery is None else f"{outcome.recovery:.1f} s",
    "peak RSS": lambda outcome: f"{outcome.peak_bytes / 1e6:.0f} MB" if outcome.peak_bytes else "",
}


def table(title: str, outcomes: Iterable[Outcome]) -> Table:
    """Return the table for a terminal; what must not be is said below it."""
    made = Table(title=title)
    made.add_column("fault")
    made.add_column("sender")
    for column in COLUMNS:
        made.add_column(column, justify="right")
    for outcome in outcomes:
        if outcome.missing:
            made.add_row(outcome.fault, outcome.sender, f"({outcome.missing})", style="dim")
        else:
            cells = [cell(outcome) for cell in COLUMNS.values()]
            made.add_row(outcome.fault, outcome.sender, *cells, style="red" if outcome.problems else "")
    return made


def markdown(outcomes: Sequence[Outcome]) -> str:
    """Return the table for a page, one row a cell that was played."""
    lines = [f"| Fault | Sender | {' | '.join(COLUMNS)} |", f"|---|---|{'---:|' * len(COLUMNS)}"]
    fault = ""
    for outcome in outcomes:
        if not outcome.missing:
            name = outcome.fault if outcome.fault != fault else ""
            lines.append(f"| {name} | {outcome.sender} | {' | '.join(cell(outcome) for cell in COLUMNS.values())} |")
            fault = outcome.fault
    return "\n".join(lines)


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between a page's markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    old = page.read_text("utf-8")
    if begin not in old or end not in old:
        raise ValueError(f"{page.name}: expected {begin} and {end}, got none - add both lines where the table belongs")
    new = re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", old, flags=re.DOTALL)
    page.write_text(new, "utf-8")
