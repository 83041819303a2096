"""Findings for people."""

import io

from rich.console import Console

from audit.lint_rules import LINT_RULES, Finding
from audit.problems import Place
from generator.lint_text import counted, show

ERROR = Finding(LINT_RULES["KAP203"], Place("p.yaml", 7), "rules[1]", "this rule records secrets", "do not")
NOTE = Finding(LINT_RULES["KAP206"], Place("p.yaml"), "", "events are recorded", "drop them")


def shown(*findings: Finding, terminal: bool = False) -> str:
    out = io.StringIO()
    show(findings, Console(file=out, width=20, force_terminal=terminal, color_system="standard" if terminal else None))
    return out.getvalue()


def test_a_finding_is_a_line_and_its_cure_however_narrow_the_terminal() -> None:
    assert (
        "p.yaml:7: error KAP203: rules[1]: this rule records secrets\n    cure: do not\n"
        "p.yaml: note KAP206: events are recorded\n    cure: drop them\n"
    ) == shown(ERROR, NOTE)


def test_a_terminal_gets_colours() -> None:
    assert "\x1b[1;31merror" in shown(ERROR, terminal=True)


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    assert r"\x1b[2J" in shown(Finding(LINT_RULES["KAP103"], Place("p", 1), "", "'\x1b[2J*' matches nothing", "no"))


def test_findings_are_counted_by_severity() -> None:
    assert "nothing found" == counted([])
    assert "1 error, 2 notes" == counted([ERROR, NOTE, NOTE])
