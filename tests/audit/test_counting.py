"""So many in a time, for each group, whatever is sent twice or comes late."""

from audit.counting import MOST_ENTRIES, Counter
from audit.rules import Counting
from audit.sigma import Read, read_rules
from tests.support.events import event
from tests.support.rules import HEAD, subject

BASE = f"{HEAD}name: base\ndetection: {{s: {{verb: get}}, condition: s}}\n---\n"


def read(kind: str, condition: str) -> Read:
    return read_rules(
        [
            (
                "rules.yml",
                (
                    f"{BASE}title: Many\nlevel: high\ncorrelation: {{type: {kind}, rules: [base], group-by: [audit.sourceIP], "
                    f"timespan: 1m, condition: {condition}}}\n"
                ),
            )
        ]
    )


def counter(kind: str = "event_count", condition: str = "{gte: 3}") -> Counter:
    found = read(kind, condition)
    assert [] == found.problems
    return Counter(found.pack.countings[0])


def taken(count: Counter, *times: float, ip: str = "10.0.0.7", name: str = "x") -> list[bool]:
    seen = subject(event(sourceIPs=[ip], objectRef={"resource": "secrets", "name": name}))
    return [count.take(seen, (ip, time), time) for time in times]


def test_so_many_in_the_time_are_told_and_counted_anew() -> None:
    assert [False, False, True, False, False, True] == taken(counter(), 0, 10, 20, 30, 40, 50)


def test_what_is_old_does_not_count() -> None:
    assert [False, False, False, True] == taken(counter(), 0, 50, 100, 105)


def test_each_group_has_its_own_count() -> None:
    count = counter()
    assert [False, False] == taken(count, 0, 1)
    assert [False, False] == taken(count, 0, 1, ip="10.0.0.8")
    assert [True] == taken(count, 2)


def test_an_event_that_is_sent_again_counts_once_and_is_told_again() -> None:
    assert [False, False, False, True, True, False] == taken(counter(), 0, 0, 10, 20, 20, 30)


def test_what_comes_in_another_order_counts_within_the_time() -> None:
    assert [False, False, True] == taken(counter(), 20, 0, 10)
    assert [False, False, False] == taken(counter(), 100, 120, 0)


def test_different_values_are_counted() -> None:
    count = counter("value_count", "{field: objectRef.name, gte: 3}")
    assert [False] * 3 == [taken(count, at, name="x")[0] for at in (0, 1, 2)]
    assert [False, True] == [taken(count, at, name=name)[0] for at, name in ((3, "y"), (4, "z"))]


def test_many_groups_are_forgotten() -> None:
    count = counter(condition="{gte: 1000}")
    for number in range(2 * MOST_ENTRIES // 1000):
        taken(count, 0, ip=f"10.0.1.{number}")
    assert MOST_ENTRIES // 1000 == len(count._groups)


def test_the_correlation_knows_its_rules() -> None:
    counting = counter().counting
    assert isinstance(counting, Counting)
    assert ["base"] == [rule.name for rule in counting.rules]
    assert [False] == [rule.told for rule in counting.rules]
