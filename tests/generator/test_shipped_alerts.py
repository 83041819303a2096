"""The kept alerts are those of the shipped rules, and are taken where values leave exactly those."""

from dataclasses import replace

import pytest

from audit.builtin import builtin
from audit.loggly_links import link
from audit.settings import Rules
from generator.alerts import alerts, of_rules, told
from generator.shipped_alerts import FILE, are_all, read, text
from tests.support.rendered import inputs


def test_what_is_kept_is_what_the_rules_come_to() -> None:
    assert text() == FILE.read_text("utf-8")


def test_what_is_read_is_what_the_rules_come_to_for_the_account() -> None:
    expected = [
        replace(one, link=link("mine", one.search, f"-{one.window_minutes}m"))
        for one in of_rules(builtin().pack.told())
    ]
    assert expected == read("mine")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(), True),
        (Rules(tagged=()), True),
        (Rules(builtin=False), False),
        (Rules(disable=("exec",)), False),
        (Rules(files=("a.yml",)), False),
    ],
)
def test_other_rules_are_read_anew(rules: Rules, expected: bool) -> None:
    assert expected == are_all(rules)


def test_either_way_gives_the_same() -> None:
    given = inputs("production")
    assert of_rules(told(given), "example") == alerts(given)
    fewer = inputs("production", "bridge.config.rules.disable=[exec]")
    assert {"exec"} == {one.id for one in alerts(given)} - {one.id for one in alerts(fewer)}
