"""Rules and subjects for tests."""

from typing import Any

from audit.event import from_record
from audit.facts import facts
from audit.rule_fields import WHOLE, Subject
from audit.rules import Rule
from audit.sigma import Read, read_rules

HEAD = """\
title: A test
logsource: {product: kubernetes, service: audit}
level: high
"""


def subject(event: dict[str, Any], depth: int = WHOLE, label: str = "") -> Subject:
    """Return an event as rules see it at a depth."""
    view = from_record(event)
    return Subject(view, facts(view), label, depth, event if depth == WHOLE else None)


def reading(*detections: str, head: str = HEAD) -> Read:
    """Read a file of rules that differ in their detections, each in YAML's flow style."""
    documents = [f"{head}name: rule-{number}\ndetection: {text}\n" for number, text in enumerate(detections)]
    return read_rules([("rules.yml", "---\n".join(documents))])


def rule(selection: str, condition: str = "selection") -> Rule:
    """Return the rule with one selection, which must be readable."""
    found = reading(f"{{selection: {selection}, condition: {condition}}}")
    assert [] == found.problems
    return found.pack.rules[0]


def matches(selection: str, event: dict[str, Any]) -> bool | None:
    """Tell whether a selection matches a whole event."""
    return rule(selection).predicate.holds(subject(event))
