"""Conditions are compiled whole, or refused with a sentence."""

import pytest

from tests.support.events import event
from tests.support.rules import HEAD, matches, reading, rule, subject


@pytest.mark.parametrize(
    ("detection", "sentence"),
    [
        (
            "{selection: [some words], condition: selection}",
            (
                "rules.yml:5: detection: expected fields of audit.k8s.io, audit.* or a name from docs/rules.md, "
                "got the keyword 'some words' without one - name the field"
            ),
        ),
        (
            "{selection: {stageTimestamp|hour: 3}, condition: selection}",
            (
                "rules.yml:5: detection.selection.stageTimestamp|hour: expected a value, "
                "got a part of a time at 'stageTimestamp' - leave it out"
            ),
        ),
        (
            "{selection: {verb|expand: '%verbs%'}, condition: selection}",
            (
                "rules.yml:5: detection.selection.verb|expand: expected plain text, got a placeholder at 'verb' - "
                "write the values themselves"
            ),
        ),
    ],
)
def test_what_makes_no_sense_for_an_event_is_refused(detection: str, sentence: str) -> None:
    assert [sentence] == [str(problem) for problem in reading(detection).problems]


@pytest.mark.parametrize(
    ("selection", "sentences"),
    [
        (
            "{verb: [create, replace]}",
            [
                (
                    "rules.yml:5: detection.selection.verb: expected a value that verb can have, got 'replace', "
                    "which never stands there when rules are asked - correct it or leave it out"
                )
            ],
        ),
        (
            "{objectref.resource: pods}",
            [
                (
                    'rules.yml:5: detection.selection["objectref.resource"]: expected fields of audit.k8s.io, audit.* or a name '
                    "from docs/rules.md, got 'objectref.resource', which no audit event has - correct it or leave it out"
                ),
                "rules.yml:5: detection: expected a rule that can match, got one that never can - see the above",
            ],
        ),
    ],
)
def test_what_never_matches_is_said(selection: str, sentences: list[str]) -> None:
    found = reading(f"{{selection: {selection}, condition: selection}}")
    assert sentences == [str(warning) for warning in found.warnings]
    assert 1 == len(found.pack.rules)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("1 of sel*", True),
        ("all of sel*", False),
        ("selection_a and not selection_b", True),
        ("selection_b or (selection_a and not selection_b)", True),
        ("not selection_a", False),
    ],
)
def test_conditions(condition: str, wanted: bool) -> None:
    found = reading(f"{{selection_a: {{verb: get}}, selection_b: {{verb: put}}, condition: {condition}}}")
    assert wanted is found.pack.rules[0].predicate.holds(subject(event()))


def test_the_authorizers_word_may_be_looked_for_in_the_code() -> None:
    """Public rules do so, and never match as they are written."""
    assert matches("{responseStatus.code: ALLOW}", event())
    assert not matches("{responseStatus.code: FORBID}", event())


def test_the_values_of_a_field_are_looked_up_together() -> None:
    found = rule("{verb: [get, list, watch]}")
    assert "Among" == type(found.predicate).__name__
    many = rule("{requestURI|contains: [a-, b-, secrets]}")
    assert many.predicate.holds(subject(event()))
    assert "Among" == type(many.predicate).__name__


def test_an_absent_field_is_null() -> None:
    assert matches("{objectRef.nothing: null}", event())
    found = reading("{selection: {nothing: null}, condition: selection}", head=HEAD)
    assert found.pack.rules[0].predicate.holds(subject(event()))


def test_a_hostile_regular_expression_takes_no_time() -> None:
    """RE2 is linear, where others would take for ever."""
    assert not matches("{userAgent|re: '^(a+)+$'}", event(userAgent="a" * 5_000 + "!"))
