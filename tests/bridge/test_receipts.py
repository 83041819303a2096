"""The rule that everything serves: done when every line is delivered, told once, and never before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.receipts import Receipt


class Told:
    """Counts how often a receipt has been done."""

    times = 0

    def __call__(self) -> None:
        self.times += 1


def test_it_is_done_when_all_lines_are_delivered_and_no_more_come() -> None:
    receipt, told = Receipt(5.0), Told()
    receipt.on_done(told)
    receipt.expect(3)
    receipt.settle(1)
    receipt.complete()
    assert (False, 0) == (receipt.done, told.times)
    receipt.settle(2)
    assert (True, 1) == (receipt.done, told.times)
    assert 5.0 == receipt.begun


def test_what_is_delivered_before_the_chunk_is_read_to_its_end_is_not_done() -> None:
    receipt, told = Receipt(0.0), Told()
    receipt.on_done(told)
    receipt.expect(1)
    receipt.settle(1)
    assert (False, 0) == (receipt.done, told.times)
    receipt.complete()
    assert (True, 1) == (receipt.done, told.times)


def test_a_chunk_without_lines_is_done_when_it_is_read() -> None:
    receipt = Receipt(0.0)
    assert not receipt.done
    receipt.complete()
    assert receipt.done


def test_who_asks_late_is_told_at_once_and_once() -> None:
    receipt, told = Receipt(0.0), Told()
    receipt.complete()
    receipt.on_done(told)
    receipt.complete()
    assert 1 == told.times


def test_all_that_wait_are_told_in_their_order() -> None:
    """A chunk that is sent again waits for the receipt of the first."""
    receipt = Receipt(0.0)
    told: list[str] = []
    receipt.on_done(lambda: told.append("first"))
    receipt.on_done(lambda: told.append("again"))
    assert [] == told
    receipt.complete()
    assert ["first", "again"] == told


@given(st.lists(st.integers(1, 9), max_size=6), st.data())
def test_whatever_the_order_it_is_told_once_and_last(counts: list[int], data: st.DataObject) -> None:
    """Deliveries come in any order, between lines that are still being read."""
    receipt, told = Receipt(0.0), Told()
    receipt.on_done(told)
    left = list(counts)
    under_way: list[int] = []
    while left or under_way:
        assert (False, 0) == (receipt.done, told.times)
        if left and (not under_way or data.draw(st.booleans())):
            receipt.expect(left[-1])
            under_way.append(left.pop())
        else:
            receipt.settle(under_way.pop(data.draw(st.integers(0, len(under_way) - 1))))
    receipt.complete()
    assert (True, 1) == (receipt.done, told.times)


def test_what_is_told_may_raise_without_being_told_again() -> None:
    receipt = Receipt(0.0)
    calls = []

    def fail() -> None:
        calls.append(1)
        raise OSError("gone")

    receipt.on_done(fail)
    with pytest.raises(OSError, match=r"^gone$"):
        receipt.complete()
    receipt.complete()
    assert [1] == calls
