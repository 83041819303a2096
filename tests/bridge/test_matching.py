"""One window compared."""

from typing import Any

from bridge.ledger import Want
from bridge.matching import Compared, Finding, compare
from bridge.prints import Key, digest
from tests.support.events import event

TIME = 1_769_862_896_123_456


def sent(name: str, **changes: Any) -> dict[str, Any]:
    return {**event(auditID=name), "timestamp": "2026-01-31T12:34:56.123456Z", **changes}


def want(record: dict[str, Any], line: int = 1, time: int = TIME) -> Want:
    return Want(time, Key(record["auditID"], record["stage"]), digest(record), 0, line)


A, B = sent("a"), sent("b")


def test_everything_as_it_should_be() -> None:
    assert Compared(2, 0, TIME) == compare([want(A), want(B)], [B, A])


def test_a_missing_event() -> None:
    assert [Finding("missing", want(B))] == compare([want(A), want(B)], [A]).findings
    assert Compared(1, 0, None, [Finding("missing", want(A))]) == compare([want(A)], [])


def test_a_doubled_event() -> None:
    assert [Finding("doubled", want(A), 3)] == compare([want(A)], [A, A, A]).findings


def test_an_altered_event() -> None:
    changed = sent("a", verb="delete")
    assert [Finding("altered", want(A), found=changed)] == compare([want(A)], [changed]).findings


def test_a_doubled_event_of_which_one_says_something_else() -> None:
    changed = sent("a", verb="delete")
    assert [Finding("doubled", want(A), 2, changed)] == compare([want(A)], [changed, A]).findings


def test_others_are_counted_and_nothing_else() -> None:
    assert Compared(1, 3, TIME) == compare([want(A)], [sent("z"), A, {"message": "x"}, sent("a", stage="Panic")])


def test_an_id_that_a_client_used_twice() -> None:
    """Each is looked for by what it says; the other one in a window beside this one is no double."""
    second = sent("a", verb="list", timestamp="2026-01-31T12:34:56.123457Z")
    wants = [want(A), want(second, 2, TIME + 1)]
    assert [] == compare(wants, [second, A]).findings
    assert [Finding("missing", wants[1])] == compare(wants, [A]).findings
    assert [] == compare([want(A)], [A, second]).findings


def test_an_event_without_a_time_is_compared() -> None:
    untimed = sent("a", timestamp="yesterday")
    assert [Finding("altered", want(A), found=untimed)] == compare([want(A)], [untimed]).findings
