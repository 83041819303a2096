"""Lint's findings as SARIF 2.1.0, the form in which code hosts show what a checker found, beside the line.

Source: OASIS, Static Analysis Results Interchange Format Version 2.1.0.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from audit.lint_rules import LINT_RULES, Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
TOOL = "audit-generator policy lint"


def sarif(findings: Iterable[Finding], version: str) -> dict[str, Any]:
    """Return a SARIF log with one run. `version` is the tool's own."""
    driver = {"name": TOOL, "version": version, "rules": [_rule(name) for name in LINT_RULES]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(one) for one in findings]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, Any]:
    rule = LINT_RULES[name]
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": rule.reason.replace("`", ""), "markdown": rule.reason},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding) -> dict[str, Any]:
    where = f"{finding.path}: " if finding.path else ""
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": list(LINT_RULES).index(finding.rule.id),
        "level": finding.severity,
        "message": {"text": f"{where}{finding.message} - {finding.cure}"},
        "locations": [{"physicalLocation": _location(finding)}],
    }


def _location(finding: Finding) -> dict[str, Any]:
    """Return the place of a finding. An absolute path is a file: URI, as the form asks; a relative one stays relative."""
    name = quote(finding.place.name)
    location: dict[str, Any] = {"artifactLocation": {"uri": f"file://{name}" if name.startswith("/") else name}}
    if finding.place.line is not None:
        location["region"] = {"startLine": finding.place.line}
    return location
