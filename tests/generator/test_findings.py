"""The form of what is found."""

from audit.problems import Place
from generator.findings import Finding, Skipped


def test_a_finding_is_a_line_with_place_want_got_and_cure() -> None:
    found = Finding("pods", "error", Place("a.yaml", 3), "spec.x", "a volume", "'y'", "add it")
    assert "a.yaml:3: error pods: spec.x: expected a volume, got 'y' - add it" == str(found)


def test_a_rule_with_a_page_of_its_own_says_its_sentence() -> None:
    found = Finding("policy", "warning", Place("p.yaml"), "", "no noise", "this rule keeps noise", "drop it", "KAP206")
    assert "p.yaml: warning KAP206: this rule keeps noise - drop it" == str(found)


def test_a_check_that_was_not_made_says_why() -> None:
    assert "schemas: not checked: no package - install it" == str(Skipped("schemas", "no package", "install it"))
