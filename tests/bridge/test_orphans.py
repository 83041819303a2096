import pytest

from bridge import orphans
from bridge.orphans import Orphans
from bridge.receipts import Receipt
from bridge.recent import REMEMBERED_SECONDS

KEY = ("192.0.2.1", "t", "id")
OTHER = ("192.0.2.1", "t", "another")


def test_a_chunk_sent_again_takes_the_place_of_the_one_that_was_left() -> None:
    left, receipt = Orphans(), Receipt(0.0)
    left.leave(KEY, receipt, 10.0)
    assert left.adopt(OTHER, 11.0) is None
    assert receipt is left.adopt(KEY, 11.0)
    assert left.adopt(KEY, 12.0) is None, "a second one is another event that is like it"


def test_two_events_that_are_alike_keep_a_place_each() -> None:
    left, receipts = Orphans(), [Receipt(0.0), Receipt(0.0)]
    for receipt in receipts:
        left.leave(KEY, receipt, 10.0)
    assert [*receipts, None] == [left.adopt(KEY, 11.0) for _ in range(3)]


def test_one_that_is_left_again_and_again_is_remembered_from_the_last_time() -> None:
    """A hold of hours: the sender comes back every minute."""
    left, receipt = Orphans(), Receipt(0.0)
    for minute in range(100):
        left.leave(KEY, receipt, 60.0 * minute)
        assert receipt is left.adopt(KEY, 60.0 * minute + 1)
    assert 0 == len(left)


def test_it_is_forgotten_in_time() -> None:
    left = Orphans()
    left.leave(KEY, Receipt(0.0), 10.0)
    left.leave(OTHER, Receipt(0.0), 20.0)
    assert left.adopt(KEY, 11.0 + REMEMBERED_SECONDS) is None
    assert left.adopt(OTHER, 20.0 + REMEMBERED_SECONDS)


def test_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    # A constant, so that the test need not make 100,000 of them.
    monkeypatch.setattr(orphans, "REMEMBERED_CHUNKS", 2)
    left = Orphans()
    for number in range(3):
        left.leave(("c", "t", str(number)), Receipt(0.0), 0.0)
    assert [False, True, True] == [bool(left.adopt(("c", "t", str(number)), 0.0)) for number in range(3)]


def test_one_that_will_never_be_done_is_not_waited_for() -> None:
    left, receipt = Orphans(), Receipt(0.0)
    receipt.hopeless = True
    left.leave(KEY, receipt, 0.0)
    assert left.adopt(KEY, 1.0) is None
