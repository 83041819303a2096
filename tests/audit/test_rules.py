"""Rules say how severe they are, and what they need."""

from audit.rules import Pack, deepest, worst
from tests.support.rules import reading


def test_the_highest_severity_counts() -> None:
    assert "high" == worst(["low", "high", "informational"])


def test_the_deepest_level_counts() -> None:
    assert "Request" == deepest(["Metadata", "Request"])
    assert "Metadata" == deepest([])


def test_a_pack_tells_in_the_order_of_its_files() -> None:
    pack = reading("{s: {verb: get}, condition: s}", "{s: {verb: put}, condition: s}").pack
    assert ["rule-0", "rule-1"] == [one.name for one in pack.told()]
    assert [] == Pack().told()
