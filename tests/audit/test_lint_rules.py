"""The table of findings."""

import re

from audit.lint_rules import LINT_RULES, SEVERITIES, Finding
from audit.problems import Place


def test_ids_are_unique_sorted_and_of_one_form() -> None:
    assert sorted(LINT_RULES) == list(LINT_RULES)
    assert [] == [name for name in LINT_RULES if not re.fullmatch(r"KAP[1-9]?[0-9]{2,3}", name)]
    assert [] == [name for name, rule in LINT_RULES.items() if rule.id != name]


def test_names_are_unique_and_speak() -> None:
    names = [rule.name for rule in LINT_RULES.values()]
    assert len(set(names)) == len(names)
    assert [] == [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)]


def test_every_rule_gives_its_reason() -> None:
    assert [] == [rule.id for rule in LINT_RULES.values() if not rule.reason.endswith(".")]
    assert set(SEVERITIES) == {rule.severity for rule in LINT_RULES.values()}


def test_a_finding_is_one_line() -> None:
    finding = Finding(LINT_RULES["KAP205"], Place("p.yaml", 3), "omitStages", "it is kept", "omit it")
    assert "warning" == finding.severity
    assert "p.yaml:3: warning KAP205: omitStages: it is kept - omit it" == str(finding)
    whole = Finding(LINT_RULES["KAP206"], Place("p.yaml"), "", "it is kept", "drop it")
    assert "p.yaml: note KAP206: it is kept - drop it" == str(whole)
