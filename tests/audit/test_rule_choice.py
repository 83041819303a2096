"""What settings make of the rules that are there."""

from audit.builtin import builtin
from audit.checking import Complaint
from audit.rule_choice import chosen, without
from audit.settings import Settings

OWN = """\
title: Our own
name: own
logsource: {product: kubernetes, service: audit}
detection: {s: {verb: get}, condition: s}
"""


def settings(**rules: object) -> Settings:
    return Settings.model_validate({"rules": rules})


def test_shipped_rules_and_own_ones() -> None:
    names = {one.name for one in chosen(settings(), [("own.yml", OWN)]).pack.told()}
    assert {*(one.name for one in builtin().pack.told()), "own"} == names
    assert ["own"] == [one.name for one in chosen(settings(builtin=False), [("own.yml", OWN)]).pack.told()]


def test_a_rule_that_is_disabled_is_not_told_but_counted() -> None:
    pack = without(builtin().pack, ("failed-login", "exec"))
    names = {one.name for one in pack.told()}
    assert {"failed-login", "exec"}.isdisjoint(names)
    assert "failed-logins-burst" in names
    assert "failed-login" in {rule.name for rule in pack.rules}


def test_exceptions_are_taken_out() -> None:
    wanted = settings(**{"except": [{"rules": ["exec"], "users": ["alice"]}]})
    assert ["exec"] == [rule.name for rule in chosen(wanted, []).pack.rules if rule.excepted]


def test_names_that_no_rule_has() -> None:
    wanted = Settings.model_validate(
        {
            "rules": {"disable": ["exek", "port-forward"], "except": [{"rules": ["exec", "nothing*"], "users": ["a"]}]},
            "notify": [{"name": "a", "type": "webhook", "url": "http://a", "rules": ["secret-*", "port-forward"]}],
        }
    )
    want = "the name of a rule"
    assert (
        Complaint(("rules", "disable", 0), want, "'exek'", "did you mean 'exec'?"),
        Complaint(("rules", "except", 0, "rules", 1), want, "'nothing*'", ""),
        Complaint(("notify", 0, "rules", 1), want, "'port-forward'", ""),
    ) == chosen(wanted, []).complaints
