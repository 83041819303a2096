"""A report of `validate` for people, a line a finding with its cure below, and as JSON for programs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from audit.lint_rules import SEVERITIES
from audit.problems import Problem
from audit.text import printable
from generator.checks import Report
from generator.findings import Finding
from generator.lint_text import STYLES


def show(report: Report, console: Console) -> None:
    """Print findings and checks that were not made; colours only where the console has them."""
    for one in report.findings:
        line = Text(f"{printable(str(one.place))}: ", "bold")
        line.append(one.severity, STYLES[one.severity])
        line.append(f" {one.rule or one.check}: ", "bold")
        line.append(printable(f"{one.path}: {one.sentence}" if one.path else one.sentence), "not bold")
        console.print(line, soft_wrap=True)
        console.print(Text(f"    cure: {printable(one.cure)}", "dim"), soft_wrap=True)
    for skipped in report.skipped:
        line = Text(f"{skipped.check}: ", "bold")
        line.append("not checked: ", STYLES["note"])
        line.append(printable(skipped.why), "not bold")
        console.print(line, soft_wrap=True)
        console.print(Text(f"    cure: {printable(skipped.cure)}", "dim"), soft_wrap=True)


def counted(report: Report, made: int) -> str:
    """Return the last line: how much was looked at, and how many findings there are of each severity."""
    counts = Counter(one.severity for one in report.findings)
    words = [f"{counts[one]} {one}{'' if counts[one] == 1 else 's'}" for one in SEVERITIES if counts[one]]
    left = f"; {len(report.skipped)} not made" if report.skipped else ""
    return f"{made} checks of {report.objects} objects{left}: {', '.join(words) or 'nothing found'}"


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "findings": [finding(one) for one in report.findings],
        "skipped": [{"check": one.check, "why": one.why, "cure": one.cure} for one in report.skipped],
    }


def refused(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return what is wrong with values that cannot be rendered, in the same form."""
    keys = ("want", "got", "cure")
    found = [
        {"check": "values", "id": "", "severity": "error", "file": one.name, "line": one.line, "path": one.path}
        | {key: getattr(one, key) for key in keys}
        for one in problems
    ]
    return {"findings": found, "skipped": []}


def finding(one: Finding) -> dict[str, Any]:
    """Return one finding as plain data."""
    return {
        "check": one.check,
        "id": one.rule,
        "severity": one.severity,
        "file": one.place.name,
        "line": one.place.line,
        "path": one.path,
        "want": one.want,
        "got": one.got,
        "cure": one.cure,
    }
