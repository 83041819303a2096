"""The user's own detection rules are read as the bridge will read them."""

from generator.own_rules import problems

RULE = "title: Own\nname: {}\nlogsource: {{product: kubernetes}}\ndetection: {{s: {{verb: get}}, condition: s}}\n"


def test_a_right_rule_has_no_problems() -> None:
    assert [] == problems([("own.yml", RULE.format("own"))], builtin=True)


def test_a_shipped_name_is_taken_only_where_the_shipped_rules_are_in_use() -> None:
    texts = [("own.yml", RULE.format("exec"))]
    [found] = problems(texts, builtin=True)
    assert "own.yml:2: name: expected a name of its own, got 'exec' - choose another" == str(found)
    assert [] == problems(texts, builtin=False)
