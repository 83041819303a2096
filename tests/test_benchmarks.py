"""What turns figures into tables and goals; the figures themselves are `make bench`'s."""

import pytest

from benchmarks import latency, report
from benchmarks.fleet import of_one, of_pairs
from benchmarks.growth import Series
from benchmarks.load import Load
from benchmarks.report import PAGE, replaced
from benchmarks.results import Goal
from benchmarks.stages import BATCH, DECODE, SOCKETS, stage_of

LOAD = Load(
    cpu=10.0, rate=100_000.0, peak_bytes=100_000_000, taken_bytes=1_250, posted_bytes=1_500, request_events=3_125
)


def test_the_page_has_the_sizes_that_the_formula_gives() -> None:
    assert report.sizes().markdown() in PAGE.read_text("utf-8")


@pytest.mark.parametrize(("value", "met"), [(2.0, True), (2.01, False), (None, None)])
def test_a_goal_is_met_up_to_its_limit(value: float | None, met: bool | None) -> None:
    assert met is Goal("raw lines", 2.0, value, " times the bare loop").met


@pytest.mark.parametrize(
    ("points", "growth"),
    [({1: 10.0, 10: 5.0, 100: 6.0}, 1.2), ({1: 10.0, 10: 8.0}, 0.8), ({1: 10.0, 10: 15.0, 100: 5.0}, 1.5)],
)
def test_growth_is_the_dearest_point_against_the_cheapest_smaller_one(points: dict[int, float], growth: float) -> None:
    assert growth == Series("events", points).growth


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.99, 4.0), (0.25, 1.0), (0.0, 1.0)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert value == latency.percentile([1.0, 2.0, 3.0, 4.0], share)


def test_a_table_replaces_what_stands_between_its_markers() -> None:
    page = "before <!-- a:begin -->\nold\n<!-- a:end --> after"
    assert "before <!-- a:begin -->\n| new \\1 |\n<!-- a:end --> after" == replaced(page, "a", "| new \\1 |")


def test_missing_markers_are_named() -> None:
    sentence = "expected <!-- a:begin --> and <!-- a:end -->, got none - add both lines where the table belongs"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        replaced("", "a", "text")


def test_one_fleet_fills_its_requests_and_pairs_do_not() -> None:
    pairs, one = of_pairs(LOAD).figures(), of_one(LOAD).figures()
    assert ("2,000", "3,000/s", "200 GB") == (pairs["bridges"], pairs["requests to Loggly"], pairs["memory"])
    assert ("30", "320/s", "3 GB") == (one["bridges"], one["requests to Loggly"], one["memory"])
    assert ("10 cores", "12 Gbit/s", "130 TB a day") == (
        one["CPU"],
        one["network, bridges to Loggly"],
        one["volume at Loggly"],
    )


def test_places_belong_to_stages() -> None:
    assert SOCKETS == stage_of(("", "", 0))
    assert SOCKETS == stage_of(("bridge/session.py", "data_received", 0))
    assert DECODE == stage_of(("audit/event.py", "from_line", 0))
    assert BATCH == stage_of(("bridge/batch.py", "body", 0))
