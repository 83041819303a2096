"""Each shipped rule matches what it is about, and not what looks like it."""

from collections import Counter
from functools import partial
from typing import Any

import orjson
import pytest

from audit.builtin import builtin, files
from audit.detecting import Detector
from audit.event import from_line, stage_time
from audit.facts import facts
from audit.predicates import fields
from audit.rules import Counting, Rule
from tests.support.events import sample_lines
from tests.support.rule_events import CASES, LABELS
from tests.support.rules import subject

RULES = {rule.name: rule for rule in builtin().pack.rules}


def holds(rule: Rule, event: dict[str, Any]) -> bool | None:
    whole = subject(event)
    return rule.predicate.holds(subject(event, label=LABELS.get(whole.facts.actor, "other")))


def test_every_file_can_be_read_and_every_rule_can_match() -> None:
    assert ([], []) == (builtin().problems, builtin().warnings)


def test_every_rule_has_its_events() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("name", CASES)
def test_what_a_rule_is_about(name: str) -> None:
    about, others = CASES[name]
    assert [True] * len(about) == [holds(RULES[name], event) for event in about]
    assert [False] * len(others) == [holds(RULES[name], event) for event in others]


@pytest.mark.parametrize("rule", [*RULES.values(), *builtin().pack.countings], ids=lambda rule: rule.name)
def test_a_rule_says_all_that_it_should(rule: Rule | Counting) -> None:
    """Tactics and techniques, false positives, an identity of its own, and the audit level that its fields need."""
    assert rule.about.tags
    assert all(tag.startswith("attack.") for tag in rule.about.tags)
    assert rule.about.false_positives
    assert rule.about.description
    assert rule.source.id
    assert rule.level == rule.source.custom_attributes["audit_level"]


def test_bodies_are_only_looked_into_where_metadata_agrees() -> None:
    """A rule that looks into a body names its resource and verb, so that no other body is decoded."""
    deep = [rule for rule in RULES.values() if rule.level != "Metadata"]
    names = [{field.name for field in fields(rule.predicate)} for rule in deep]
    assert all({"objectRef.resource", "verb"} <= found for found in names)


def test_the_log_of_a_real_api_server() -> None:
    """What each rule says of the bundled log: people, controllers and robots at work in a test cluster of 1.20."""
    told: Counter[str] = Counter()
    detector = Detector(builtin().pack)
    for raw in sample_lines():
        view = from_line(raw)
        candidates = detector.candidates(view, facts(view), "")
        if candidates:
            found = detector.decide(candidates, view, partial(orjson.loads, raw), stage_time(view) or "")
            told.update(found.names if found else ())
    assert {
        "human-change": 20,
        "admin-active": 19,
        "rbac-changed": 12,
        "access-denied": 8,
        "account-created": 7,
        "impersonation": 7,
        "secret-edited": 6,
        "secret-viewed": 6,
        "secret-read-denied": 5,
        "role-with-escalation": 4,
        "role-with-exec": 4,
        "namespace-changed": 3,
        "ci-impersonated": 2,
        "token-minted": 1,
        "cluster-admin-bound": 1,
        "secrets-listed-everywhere": 1,
        "failed-login": 1,
        "privileged-container": 1,
        "self-review": 1,
        "network-policy-changed": 1,
        "deployment-deleted": 1,
    } == told


def test_the_files_have_names_in_order() -> None:
    names = [name for name, _ in files()]
    assert sorted(names) == names
