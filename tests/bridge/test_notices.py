"""What a notice says of its events."""

import pytest

from audit.judge import Judge
from bridge.notices import LONGEST, MOST_VALUES, Named, Place, Said, Sighting, shortened, sighting, terms
from tests.support.events import sample_lines
from tests.support.notices import SECONDS, TIME, notice, seen, told


def test_a_line_for_loggly_is_a_sighting() -> None:
    line = Judge("prod", "eu", 1_000_000).line(sample_lines()[0], "cp-1", 0)
    found = sighting(line)
    assert ("prod", "eu") == (found.audit.cluster, found.audit.environment)
    assert found.audit.actor
    assert found.time > 1_700_000_000


def test_a_sighting_has_its_time() -> None:
    assert SECONDS == Sighting(Said(), TIME).time


def test_sightings_add_up() -> None:
    one = notice(
        seen(at="2026-11-24T12:00:05.000000Z", target="pods/a"),
        seen(at=TIME, target="pods/b", action="exec"),
        seen(at=TIME, target="pods/a", action="exec"),
    )
    assert (3, SECONDS, SECONDS + 5) == (one.count, one.first, one.last)
    assert {"actor": Named(("jane",)), "action": Named(("exec",)), "target": Named(("pods/a", "pods/b"))} == one.said


def test_values_are_bounded() -> None:
    """Ten thousand names are five, and the word that there are others."""
    found = notice(*(seen(f"user-{number}") for number in range(10_000))).said["actor"]
    assert MOST_VALUES == len(found.values)
    assert "user-0, user-1, user-2, user-3, user-4 and others" == str(found)


def test_a_value_is_short_and_plain() -> None:
    assert "a b" == shortened("a\nb")
    assert LONGEST == len(shortened("x" * 10_000))
    assert shortened("x" * 10_000).endswith("x...")
    assert "x" * LONGEST == shortened("x" * LONGEST)


@pytest.mark.parametrize("value", ['a"b', "a\\b", shortened("x" * 400), ""])
def test_what_loggly_cannot_quote_is_not_in_the_search(value: str) -> None:
    assert "json.audit.rules:rule-0" == terms(told(), {"actor": value})


def test_the_search_has_what_the_events_have_in_common() -> None:
    found = notice(by={"actor": "jane", "target": ""})
    assert 'json.audit.rules:rule-0 AND json.audit.cluster:"prod" AND json.audit.actor:"jane"' == found.terms
    assert Place("prod", "eu") == (found.cluster, found.environment)
