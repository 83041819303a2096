"""The settings say which rules are asked."""

import pytest

from audit.builtin import builtin
from audit.settings import Rules, Settings
from bridge.errors import ConfigError
from bridge.rules import load

OWN = """\
title: Our own
name: own
logsource: {product: kubernetes, service: audit}
detection: {s: {verb: get}, condition: s}
"""


def names(rules: Rules, **files: str) -> list[str]:
    return [one.name for one in load(Settings(rules=rules), files.__getitem__)[0].told()]


def test_the_shipped_rules_are_asked_unless_said_otherwise() -> None:
    assert [one.name for one in builtin().pack.told()] == names(Rules())
    assert [] == names(Rules(builtin=False))


def test_own_rules_are_asked_too() -> None:
    assert ["own"] == names(Rules(builtin=False, files=("a",)), a=OWN)
    assert "own" in names(Rules(files=("a",)), a=OWN)


def test_a_rule_that_is_disabled_is_not_told_but_counted() -> None:
    found = names(Rules(disable=("failed-login", "exec")))
    assert {"failed-login", "exec"}.isdisjoint(found)
    assert "failed-logins-burst" in found


def test_the_same_rules_are_the_same_object() -> None:
    """So that what they count goes on when only a token has changed."""
    one, other = (load(Settings(rules=Rules(files=("a",))), lambda _: OWN)[0] for _ in range(2))
    assert one is other


def test_what_cannot_be_used_is_an_error() -> None:
    with pytest.raises(ConfigError) as error:
        load(Settings(rules=Rules(files=("a.yml",), disable=("exek",))), lambda _: OWN.replace("own", "exec"))
    assert [
        "a.yml:2: name: expected a name of its own, got 'exec' - choose another",
        "(configuration): rules.disable[0]: expected the name of a rule, got 'exek' - did you mean 'exec'?",
    ] == str(error.value).splitlines()


def test_what_never_matches_is_a_sentence() -> None:
    _, never = load(Settings(rules=Rules(builtin=False, files=("a.yml",))), lambda _: OWN.replace("verb", "verbs"))
    assert "a.yml:4: detection: expected a rule that can match, got one that never can - see the above" in never
