import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tally import MOST_SPANS, Amount, Amounts, Series, Tally


def test_an_amount_counts_events_and_bytes_column_by_column() -> None:
    """A column of which the size is 0 does not have the event."""
    row = Amounts(3)
    row.add([10, 0, 4])
    row.add([5, 5, 0])
    assert [Amount(2, 15), Amount(1, 5), Amount(1, 4)] == [row[column] for column in range(3)]


def test_rows_come_with_the_most_events_first() -> None:
    tally: Tally[str, Amounts] = Tally(lambda: Amounts(1))
    for name in "abbcbc":
        tally[name].add([1])
    assert [("b", 3), ("c", 2), ("a", 1)] == [(name, row.events[0]) for name, row in tally.items()]


@given(st.lists(st.integers(0, 30), max_size=200))
def test_a_full_tally_loses_names_and_no_events(keys: list[int]) -> None:
    tally: Tally[int, Amounts] = Tally(lambda: Amounts(1), most=6)
    for key in keys:
        tally[key].add([2])
    assert 6 >= len(tally)
    assert Amount(len(keys), 2 * len(keys)) == Amount(
        sum(row.events[0] for row in tally.rows()), sum(row.bytes[0] for row in tally.rows())
    )


@given(st.lists(st.floats(0, 4e9), max_size=60))
def test_a_series_keeps_every_event_in_a_bounded_number_of_spans(times: list[float]) -> None:
    """Whatever the times are, and in whatever order."""
    series = Series(1)
    for time in times:
        series.at(time).add([3])
    spans = list(series.spans())
    assert MOST_SPANS >= len(spans)
    assert len(times) == sum(amounts.events[0] for _, amounts in spans)
    assert all(start % series.seconds == 0 for start, _ in spans)


def test_a_series_of_nothing() -> None:
    series = Series(1)
    assert [] == list(series.spans())
    assert None is series.first


@pytest.mark.parametrize(("last", "seconds"), [(0, 1), (239, 1), (240, 2), (3_600, 16)])
def test_a_span_doubles_as_the_log_goes_on(last: int, seconds: int) -> None:
    series = Series(1)
    for time in (0, last):
        series.at(time).add([1])
    assert seconds == series.seconds


def test_empty_spans_are_shown() -> None:
    series = Series(1)
    for time in (10, 12):
        series.at(time).add([1])
    assert [(10, 1), (11, 0), (12, 1)] == [(start, amounts.events[0]) for start, amounts in series.spans()]
