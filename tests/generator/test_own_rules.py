"""The user's own detection rules are read as the bridge will read them."""

from audit.document import read
from audit.settings import Settings
from generator.own_rules import problems

RULE = "title: Own\nname: {}\nlogsource: {{product: kubernetes}}\ndetection: {{s: {{verb: get}}, condition: s}}\n"
NOTHING = read("", "values.yaml")


def test_a_right_rule_has_no_problems() -> None:
    assert [] == problems(NOTHING, Settings(), [("own.yml", RULE.format("own"))])


def test_a_shipped_name_is_taken_only_where_the_shipped_rules_are_in_use() -> None:
    texts = [("own.yml", RULE.format("exec"))]
    [found] = problems(NOTHING, Settings(), texts)
    assert "own.yml:2: name: expected a name of its own, got 'exec' - choose another" == str(found)
    assert [] == problems(NOTHING, Settings.model_validate({"rules": {"builtin": False}}), texts)


def test_a_name_that_no_rule_has_is_told_with_its_place_in_the_values() -> None:
    document = read("bridge:\n  config:\n    rules:\n      disable: [exek]\n", "values.yaml")
    [found] = problems(document, Settings.model_validate({"rules": {"disable": ["exek"]}}), [])
    assert (
        "values.yaml:4: bridge.config.rules.disable[0]: expected the name of a rule, got 'exek' - did you mean 'exec'?"
    ) == str(found)
