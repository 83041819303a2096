"""Lint's findings for people: a line that editors can jump to, the cure below it, and a count at the end."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from audit.lint_rules import SEVERITIES, Finding
from audit.text import printable

STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print findings in their order; colours only where the console has them."""
    for finding in findings:
        where = f"{finding.path}: " if finding.path else ""
        line = Text(f"{printable(str(finding.place))}: ", "bold")
        line.append(finding.severity, STYLES[finding.severity])
        line.append(f" {finding.rule.id}: ", "bold")
        line.append(printable(f"{where}{finding.message}"), "not bold")
        console.print(line, soft_wrap=True)
        console.print(Text(f"    cure: {printable(finding.cure)}", "dim"), soft_wrap=True)


def counted(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity, in words."""
    counts = Counter(finding.severity for finding in findings)
    words = [f"{counts[one]} {one}{'' if counts[one] == 1 else 's'}" for one in SEVERITIES if counts[one]]
    return ", ".join(words) or "nothing found"
