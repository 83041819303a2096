"""Findings as SARIF: what the form requires, and that every reference in it leads somewhere."""

from typing import Any

import pytest

from audit.lint_rules import LINT_RULES, Finding
from audit.problems import Place
from audit.sarif import sarif


def finding(place: Place, rule: str = "KAP204", path: str = "rules[1]") -> Finding:
    return Finding(LINT_RULES[rule], place, path, "all rules name users", "add a last rule")


def run(*findings: Finding) -> dict[str, Any]:
    log = sarif(findings, "1.2.3")
    assert "2.1.0" == log["version"]
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (only,) = log["runs"]
    return dict(only)


def test_the_tool_says_who_it_is() -> None:
    driver = run()["tool"]["driver"]
    assert ("audit-generator policy lint", "1.2.3") == (driver["name"], driver["version"])
    assert list(LINT_RULES) == [rule["id"] for rule in driver["rules"]]


def test_every_rule_has_its_texts_and_level() -> None:
    for rule in run()["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")


def test_a_result_has_its_rule_level_message_and_line() -> None:
    log = run(finding(Place("policies/a policy.yaml", 7)))
    (result,) = log["results"]
    assert log["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "KAP204"
    assert {
        "ruleId": "KAP204",
        "ruleIndex": result["ruleIndex"],
        "level": "error",
        "message": {"text": "rules[1]: all rules name users - add a last rule"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "policies/a%20policy.yaml"},
                    "region": {"startLine": 7},
                }
            }
        ],
    } == result


@pytest.mark.parametrize(
    ("place", "location"),
    [
        (Place("/etc/p.yaml"), {"artifactLocation": {"uri": "file:///etc/p.yaml"}}),
        (Place("p.yaml", 1), {"artifactLocation": {"uri": "p.yaml"}, "region": {"startLine": 1}}),
    ],
)
def test_a_place_is_a_uri_and_a_line(place: Place, location: dict[str, Any]) -> None:
    (result,) = run(finding(place, path=""))["results"]
    assert location == result["locations"][0]["physicalLocation"]
    assert "all rules name users - add a last rule" == result["message"]["text"]
