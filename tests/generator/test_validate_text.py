"""A report for people and for programs."""

from io import StringIO

from rich.console import Console

from audit.problems import Place, Problem
from generator.checks import Report
from generator.findings import Finding, Skipped
from generator.validate_text import as_json, counted, refused, show

FOUND = Finding("pods", "error", Place("a.yaml", 3), "spec.x", "a volume", "'y'", "add it")
RULE = Finding("policy", "warning", Place("p.yaml", 1), "", "no noise", "this rule keeps noise", "drop it", "KAP206")
REPORT = Report((FOUND, RULE), (Skipped("schemas", "no package", "install it"),), 7)


def test_people_get_lines_with_the_cure_below() -> None:
    written = StringIO()
    show(REPORT, Console(file=written))
    assert [
        "a.yaml:3: error pods: spec.x: expected a volume, got 'y'",
        "    cure: add it",
        "p.yaml:1: warning KAP206: this rule keeps noise",
        "    cure: drop it",
        "schemas: not checked: no package",
        "    cure: install it",
    ] == written.getvalue().splitlines()


def test_the_last_line_counts() -> None:
    assert "12 checks of 7 objects; 1 not made: 1 error, 1 warning" == counted(REPORT, 12)
    assert "13 checks of 0 objects: nothing found" == counted(Report((), (), 0), 13)


def test_programs_get_every_part() -> None:
    assert {
        "findings": [
            {
                "check": "pods",
                "id": "",
                "severity": "error",
                "file": "a.yaml",
                "line": 3,
                "path": "spec.x",
                "want": "a volume",
                "got": "'y'",
                "cure": "add it",
            },
            {
                "check": "policy",
                "id": "KAP206",
                "severity": "warning",
                "file": "p.yaml",
                "line": 1,
                "path": "",
                "want": "no noise",
                "got": "this rule keeps noise",
                "cure": "drop it",
            },
        ],
        "skipped": [{"check": "schemas", "why": "no package", "cure": "install it"}],
    } == as_json(REPORT)


def test_values_that_cannot_be_rendered_have_the_same_form() -> None:
    assert {
        "findings": [
            {
                "check": "values",
                "id": "",
                "severity": "error",
                "file": "v.yaml",
                "line": 2,
                "path": "a.b",
                "want": "x",
                "got": "y",
                "cure": "z",
            }
        ],
        "skipped": [],
    } == refused([Problem("v.yaml", 2, "a.b", "x", "y", "z")])
