"""How far a command has come, on a terminal's last line."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def progress(total: int | None) -> Progress:
    """Return a bar towards `total` lines, or a count where nobody knows how many there are; on standard error."""
    bar = [BarColumn(), MofNCompleteColumn()] if total else [TextColumn("{task.completed:,.0f} lines")]
    return Progress(TextColumn("{task.description}"), *bar, TimeElapsedColumn(), console=Console(stderr=True))
