"""Batches: every line goes into exactly one, in order, within the bounds; ages by the caller's clock."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.batch import Batch, Batches, Bounds
from bridge.receipts import Receipt

KUBE, OTHER = ("kubernetes", "audit"), ("other",)


def batches(max_bytes: int = 1_000, max_events: int = 100, max_age: float = 1.0) -> Batches:
    return Batches(Bounds(max_bytes, max_events, max_age, acked_age=0.25))


def receipt() -> Receipt:
    return Receipt(0.0)


CHUNKS = st.lists(
    st.tuples(
        st.sampled_from([KUBE, OTHER]),
        st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=12),
    ),
    max_size=12,
)


@given(CHUNKS, st.integers(1, 100), st.integers(1, 6))
def test_every_line_goes_into_one_batch_in_order_within_the_bounds(
    chunks: list[tuple[tuple[str, ...], list[bytes]]], max_bytes: int, max_events: int
) -> None:
    open_batches = batches(max_bytes, max_events)
    closed: list[Batch] = []
    receipts = [receipt() for _ in chunks]
    for (tags, lines), own in zip(chunks, receipts, strict=True):
        closed += open_batches.add(tags, lines, own, 0.0)
        own.complete()
    closed += open_batches.flush()
    for tags in (KUBE, OTHER):
        sent = [line for batch in closed if batch.tags == tags for line in batch.lines]
        assert [line for its, lines in chunks if its == tags for line in lines] == sent
    for batch in closed:
        assert batch.lines
        assert len(batch.lines) <= max_events
        assert batch.size == sum(len(line) + 1 for line in batch.lines) == len(batch.body()) + 1
        assert batch.size <= max_bytes or len(batch.lines) == 1
        assert len(batch.lines) == sum(count for _, count in batch.parts)
    assert [not lines for _, lines in chunks] == [own.done for own in receipts]
    for batch in closed:
        batch.settle()
    assert all(own.done for own in receipts)


@given(CHUNKS, st.integers(1, 100), st.integers(1, 6))
def test_batches_are_filled(chunks: list[tuple[tuple[str, ...], list[bytes]]], max_bytes: int, max_events: int) -> None:
    """A batch is closed by the line that no longer fits, never earlier."""
    open_batches = batches(max_bytes, max_events)
    closed = [batch for tags, lines in chunks for batch in open_batches.add(tags, lines, receipt(), 0.0)]
    closed += open_batches.flush()
    for tags in (KUBE, OTHER):
        for batch, after in pairwise(batch for batch in closed if batch.tags == tags):
            assert len(batch.lines) == max_events or batch.size + len(after.lines[0]) + 1 > max_bytes


def test_a_batch_is_closed_at_once_when_it_is_full() -> None:
    open_batches = batches(max_bytes=10)
    (batch,) = open_batches.add(KUBE, [b"1234", b"5678"], receipt(), 0.0)
    assert (b"1234\n5678", 10) == (batch.body(), batch.size)
    assert open_batches.next_due() is None


def test_bytes_are_counted_with_every_newline() -> None:
    open_batches = batches(max_bytes=10)
    (batch,) = open_batches.add(KUBE, [b"1234", b"56789"], receipt(), 0.0)
    assert [b"1234"] == batch.lines
    assert [[b"56789"]] == [batch.lines for batch in open_batches.flush()]


def test_a_line_over_the_bound_goes_alone() -> None:
    closed = batches(max_bytes=10).add(KUBE, [b"1", b"x" * 50, b"2", b"y" * 9], receipt(), 0.0)
    assert [[b"1"], [b"x" * 50], [b"2"], [b"y" * 9]] == [batch.lines for batch in closed]


def test_no_lines_open_no_batch() -> None:
    open_batches = batches()
    own = receipt()
    assert [] == open_batches.add(KUBE, [], own, 0.0)
    assert open_batches.next_due() is None
    own.complete()
    assert own.done


def test_tag_sets_do_not_mix() -> None:
    open_batches = batches()
    for tags, line in [(KUBE, b"1"), (OTHER, b"2"), (KUBE, b"3"), ((), b"4")]:
        open_batches.add(tags, [line], receipt(), 0.0)
    assert {KUBE: [b"1", b"3"], OTHER: [b"2"], (): [b"4"]} == {
        batch.tags: batch.lines for batch in open_batches.flush()
    }
    assert [] == open_batches.flush()


def test_age_counts_from_the_first_line() -> None:
    open_batches = batches(max_age=1.0)
    open_batches.add(KUBE, [b"1"], receipt(), 10.0)
    open_batches.add(OTHER, [b"2"], receipt(), 10.5)
    open_batches.add(KUBE, [b"3"], receipt(), 10.9)
    assert 11.0 == open_batches.next_due()
    assert [] == open_batches.due(10.999)
    assert [[b"1", b"3"]] == [batch.lines for batch in open_batches.due(11.0)]
    assert 11.5 == open_batches.next_due()
    assert [[b"2"]] == [batch.lines for batch in open_batches.due(60.0)]
    assert open_batches.next_due() is None


def test_who_waits_for_an_ack_waits_less() -> None:
    """From the first such line on, whatever gathered before it, and never longer than the oldest line may wait."""
    open_batches = batches(max_age=1.0)
    open_batches.add(KUBE, [b"1"], receipt(), 10.0)
    open_batches.add(KUBE, [b"2"], receipt(), 10.25, waits=True)
    open_batches.add(KUBE, [b"3"], receipt(), 10.375, waits=True)
    assert 10.5 == open_batches.next_due()
    assert [[b"1", b"2", b"3"]] == [batch.lines for batch in open_batches.due(10.5)]
    open_batches.add(KUBE, [b"4"], receipt(), 20.0)
    open_batches.add(KUBE, [b"5"], receipt(), 20.875, waits=True)
    assert 21.0 == open_batches.next_due()


def test_a_body_is_the_lines_and_takes_their_place() -> None:
    batch = Batch(KUBE, 0.0, [b"1", b"", b"3"], 5)
    assert b"1\n\n3" == batch.body() == batch.body()
    assert (3, [b"1", b"", b"3"]) == (batch.count, batch.lines)
    assert b"" == Batch(KUBE, 0.0).body()
    assert [] == Batch(KUBE, 0.0).lines


def test_a_new_batch_has_an_age_of_its_own() -> None:
    open_batches = batches(max_bytes=4, max_age=1.0)
    open_batches.add(KUBE, [b"1"], receipt(), 10.0)
    open_batches.add(KUBE, [b"22"], receipt(), 10.9)
    assert 11.9 == open_batches.next_due()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_a_receipt_over_several_batches_is_done_with_the_last(order: list[int]) -> None:
    open_batches = batches(max_events=2)
    mine, other = receipt(), receipt()
    open_batches.add(KUBE, [b"0"], other, 0.0)
    closed = open_batches.add(KUBE, [b"1", b"2", b"3", b"4", b"5"], mine, 0.0)
    mine.complete()
    for position, index in enumerate(order):
        assert not mine.done
        closed[index].settle()
        assert (position == 2) == mine.done


# A batch that Loggly refuses is taken apart


def batch_of(counts: list[int]) -> tuple[Batch, list[Receipt]]:
    """Return one batch with lines of several chunks, and their receipts."""
    open_batches = batches(max_events=1_000, max_bytes=10_000)
    receipts = [receipt() for _ in counts]
    for number, (own, count) in enumerate(zip(receipts, counts, strict=True)):
        open_batches.add(KUBE, [f"{number}-{line}".encode() for line in range(count)], own, 5.0)
        own.complete()
    (batch,) = open_batches.flush()
    return batch, receipts


def assert_sound(batch: Batch) -> None:
    assert sum(len(line) + 1 for line in batch.lines) == batch.size
    assert len(batch.lines) == sum(count for _, count in batch.parts)
    assert (KUBE, 6.0) == (batch.tags, batch.due)


COUNTS = st.lists(st.integers(1, 5), min_size=1, max_size=5)


@given(COUNTS)
def test_halves_are_the_whole_in_order_each_with_its_receipts(counts: list[int]) -> None:
    batch, receipts = batch_of(counts)
    lines = list(batch.lines)
    one, other = batch.halves()
    assert (lines, len(lines) // 2) == (one.lines + other.lines, len(one.lines))
    for half in (one, other):
        assert_sound(half)
    other.settle()
    assert len(lines) == 1 or not receipts[0].done
    one.settle()
    assert all(own.done for own in receipts)


@given(COUNTS, st.data())
def test_taken_apart_line_by_line_each_receipt_is_done_with_its_last(counts: list[int], data: st.DataObject) -> None:
    batch, receipts = batch_of(counts)
    left = dict(enumerate(counts))
    while batch.lines:
        at = data.draw(st.integers(0, len(batch.lines) - 1))
        before = list(batch.lines)
        alone = batch.only(at)
        assert ([before[at]], before) == (alone.lines, batch.lines)
        batch.drop(at)
        assert before[:at] + before[at + 1 :] == batch.lines
        assert_sound(alone)
        assert_sound(batch)
        alone.settle()
        left[int(before[at].split(b"-")[0])] -= 1
        assert [count == 0 for count in left.values()] == [own.done for own in receipts]


def test_a_batch_cut_in_half_is_empty() -> None:
    """Or its lines would be sent twice."""
    batch, (own,) = batch_of([3])
    batch.halves()
    batch.settle()
    assert ([], 0, False) == (batch.lines, batch.size, own.done)


def test_another_line_in_its_place_settles_the_same_receipt() -> None:
    batch, (own,) = batch_of([1])
    batch.put([b"shorter"])
    assert_sound(batch)
    assert [b"shorter"] == batch.lines
    batch.settle()
    assert own.done


def test_a_batch_settles_once() -> None:
    batch, (own,) = batch_of([2])
    own.expect(2)
    batch.settle()
    batch.settle()
    assert ([], 0, False) == (batch.lines, batch.size, own.done)
