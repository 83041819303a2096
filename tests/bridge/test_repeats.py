"""Floods are summed up, the first of a kind never is; in virtual time."""

from bridge.repeats import MOST_KINDS, Repeats, Summary


def test_the_first_ones_pass_and_the_others_are_counted() -> None:
    repeats = Repeats[str](most=2, period=10)
    assert [True, True, False, False] == [repeats.admit("k", f"m{n}", now=n) for n in range(4)]
    assert [] == repeats.due(9.9)
    assert [Summary(2, 10, "m3")] == repeats.due(10)


def test_a_period_begins_with_its_first_message() -> None:
    repeats = Repeats[str](most=1, period=10)
    assert [True, False] == [repeats.admit("k", "m", now) for now in (100, 109)]
    assert [Summary(1, 10, "m")] == repeats.due(110)
    assert repeats.admit("k", "m", 110)


def test_what_did_not_repeat_has_no_summary() -> None:
    repeats = Repeats[str](most=1, period=10)
    repeats.admit("k", "m", 0)
    assert None is repeats.next_due()
    assert [] == repeats.due(10)


def test_kinds_are_counted_apart() -> None:
    repeats = Repeats[str](most=1, period=10)
    assert [True, True, False, False] == [repeats.admit(kind, kind, now) for now, kind in enumerate("abab")]
    assert 10 == repeats.next_due()
    assert [Summary(1, 10, "a")] == repeats.due(10)
    assert 11 == repeats.next_due()
    assert [Summary(1, 10, "b")] == repeats.due(11)


def test_a_flood_without_end_is_most_and_one_summary_a_period() -> None:
    repeats = Repeats[int](most=10, period=10)
    lines = 0
    for number in range(100_000):  # a thousand a second
        now = number / 1_000
        lines += len(repeats.due(now)) + repeats.admit("k", number, now)
    assert 10 * 10 + 9 == lines


def test_invented_kinds_share_what_is_left() -> None:
    repeats = Repeats[int](most=1, period=10)
    passed = [repeats.admit(number, number, 0) for number in range(2 * MOST_KINDS)]
    assert MOST_KINDS + 1 == sum(passed)
    assert [Summary(MOST_KINDS - 1, 10, 2 * MOST_KINDS - 1)] == repeats.due(10)
    assert repeats.admit("a new one", 0, 10)


def test_nothing_is_kept_back_at_the_end() -> None:
    repeats = Repeats[str](most=1, period=10)
    for now in (0, 1, 2):
        repeats.admit("k", f"m{now}", now)
    assert [Summary(2, 3, "m2")] == repeats.rest(3)
    assert [] == repeats.rest(3)
