"""Which matches are told together, and when."""

from bridge.grouping import MOST_GROUPS, Groups
from tests.support.notices import seen, sink, told

RULE = told()


def test_the_first_match_waits_for_others() -> None:
    groups, wants = Groups(), sink(wait="10s")
    assert [True, False] == [groups.take(wants, RULE, seen(), now) for now in (0.0, 9.0)]
    assert (10.0, 1) == (groups.next_due(), groups.waiting)
    assert [] == groups.due(wants, 9.9, 64)
    assert [2] == [one.count for one in groups.due(wants, 10.0, 64)]
    assert (None, 0) == (groups.next_due(), groups.waiting)


def test_a_group_that_goes_on_is_told_again_after_the_interval() -> None:
    groups, wants = Groups(), sink(wait="10s", interval="5m")
    groups.take(wants, RULE, seen(), 0.0)
    groups.due(wants, 10.0, 64)
    for now in (11.0, 100.0, 309.0):
        groups.take(wants, RULE, seen(), now)
    assert 310.0 == groups.next_due()
    assert [3] == [one.count for one in groups.due(wants, 310.0, 64)]


def test_a_group_that_was_quiet_waits_as_at_first() -> None:
    groups, wants = Groups(), sink(wait="10s", interval="5m")
    groups.take(wants, RULE, seen(), 0.0)
    groups.due(wants, 10.0, 64)
    groups.take(wants, RULE, seen(), 1_000.0)
    assert 1_010.0 == groups.next_due()


def test_groups_differ_in_what_the_sink_names() -> None:
    people, one = Groups(), Groups()
    for name in ("jane", "bob", "jane"):
        people.take(sink(), RULE, seen(name, target="x"), 0.0)
        one.take(sink(group_by=["target"]), RULE, seen(name, target="x"), 0.0)
    assert [("jane", 2), ("bob", 1)] == [(n.by["actor"], n.count) for n in people.due(sink(), 99.0, 64)]
    assert [({"target": "x"}, 3)] == [(n.by, n.count) for n in one.due(sink(), 99.0, 64)]


def test_what_has_waited_longest_goes_first_and_the_rest_waits() -> None:
    groups, wants = Groups(), sink()
    for now, name in enumerate(("a", "b", "c")):
        groups.take(wants, RULE, seen(name), float(now))
    assert ["a", "b"] == [one.by["actor"] for one in groups.due(wants, 99.0, 2)]
    assert ["c"] == [one.by["actor"] for one in groups.due(wants, 99.0, 2)]


def test_when_there_are_too_many_no_match_is_lost() -> None:
    """A million invented names: memory is bounded, and the count is right."""
    groups, wants = Groups(), sink()
    for number in range(3 * MOST_GROUPS):
        groups.take(wants, RULE, seen(f"user-{number}"), 0.0)
    assert MOST_GROUPS + 1 == groups.waiting
    found = groups.due(wants, 99.0, 10 * MOST_GROUPS)
    assert 3 * MOST_GROUPS == sum(one.count for one in found)
    assert {} == found[-1].by


def test_a_group_that_was_told_gives_way() -> None:
    groups, wants = Groups(), sink()
    for number in range(MOST_GROUPS):
        groups.take(wants, RULE, seen(f"user-{number}"), 0.0)
    groups.due(wants, 99.0, 10 * MOST_GROUPS)
    groups.take(wants, RULE, seen("new"), 100.0)
    assert [{"actor": "new"}] == [one.by for one in groups.due(wants, 999.0, 64)]


def test_at_the_end_everything_is_due() -> None:
    groups, wants = Groups(), sink()
    groups.take(wants, RULE, seen(), 0.0)
    groups.hurry(1.0)
    assert 1 == len(groups.due(wants, 1.0, 64))
