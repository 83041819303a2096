"""The tables, for a terminal and for docs/delivery.md."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.table import Table

from tests.faults.cells import Outcome
from tests.faults.flood import Flooded, Size
from tests.support.pages import put

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"
Columns = Mapping[str, Callable[[Outcome], str]]
OTHERS: Columns = {
    "sent": lambda outcome: f"{outcome.sent:,}",
    "in Loggly": lambda outcome: f"{outcome.stored:,}",
    "lost": lambda outcome: f"{outcome.lost:,}",
    "duplicated": lambda outcome: f"{outcome.duplicated:,}",
    "recovered after": lambda outcome: "" if outcome.recovery is None else f"{outcome.recovery:.1f} s",
}
BRIDGE: Columns = {
    "sent": OTHERS["sent"],
    "acked": lambda outcome: "" if outcome.acked is None else f"{outcome.acked:,}",
    "in Loggly": OTHERS["in Loggly"],
    "dead letters": lambda outcome: f"{outcome.dead:,}" if outcome.dead else "",
    **{name: OTHERS[name] for name in ("lost", "duplicated", "recovered after")},
    "peak RSS": lambda outcome: _megabytes(outcome.peak_bytes) if outcome.peak_bytes else "",
}


def table(title: str, outcomes: Sequence[Outcome], columns: Columns) -> Table:
    """Return a table for a terminal; a row with a problem is red."""
    made = Table(title=title)
    made.add_column("fault")
    made.add_column("sender")
    for column in columns:
        made.add_column(column, justify="right")
    for outcome in outcomes:
        if not outcome.missing:
            cells = [cell(outcome) for cell in columns.values()]
            made.add_row(outcome.fault, outcome.sender, *cells, style="red" if outcome.problems else "")
    return made


def absent(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a sentence for each sender or fault that could not take part."""
    return sorted(
        {f"{outcome.sender} or {outcome.fault}: {outcome.missing}" for outcome in outcomes if outcome.missing}
    )


def markdown(outcomes: Sequence[Outcome], columns: Columns) -> str:
    """Return a table for a page, one row a cell that was played."""
    lines = [f"| Fault | Sender | {' | '.join(columns)} |", f"|---|---|{'---:|' * len(columns)}"]
    fault = ""
    for outcome in outcomes:
        if not outcome.missing:
            name = outcome.fault if outcome.fault != fault else ""
            lines.append(f"| {name} | {outcome.sender} | {' | '.join(cell(outcome) for cell in columns.values())} |")
            fault = outcome.fault
    return "\n".join(lines)


def flooded(size: Size, found: Flooded) -> str:
    """Say in words what came of a flood."""
    return (
        f"{size.connections:,} random and mutated connections, {size.slow} slow clients and one client with"
        f" {size.nested_bytes / 1e6:,.0f} MB of nested arrays, in {found.seconds:.0f} s: the good client's {len(found.waits):,}"
        f" chunks were acked, half of them within {found.percentile(0.5) * 1000:.0f} ms, 99 of 100 within"
        f" {found.percentile(0.99) * 1000:.0f} ms. The bridge's memory was {_megabytes(found.before_bytes)} before,"
        f" {_megabytes(found.peak_bytes)} at most, and {_megabytes(found.after_bytes)} after."
    )


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between a page's markers."""
    put(page, name, text)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
