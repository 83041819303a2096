"""What turns figures into tables and goals; the figures themselves are `make bench`'s."""

from pathlib import Path

import pytest

from benchmarks import fleet, latency, report, ways
from benchmarks.fleet import of_one, of_pairs
from benchmarks.growth import Series
from benchmarks.load import Load
from benchmarks.report import PAGE, replaced
from benchmarks.results import Goal, Met, Results, Way
from benchmarks.stages import BATCH, DECODE, READ, SOCKETS, stage_of
from generator import sizing

LOAD = Load(
    cpu=10.0, rate=100_000.0, peak_bytes=100_000_000, taken_bytes=1_250, posted_bytes=1_500, request_events=3_125
)


def test_the_page_has_the_sizes_that_the_formula_gives() -> None:
    assert report.sizes().markdown() in PAGE.read_text("utf-8")


def test_the_page_has_the_figures_of_the_formula() -> None:
    page = PAGE.read_text("utf-8")
    assert f"eventsPerSecond * {sizing.EVENT_CPU_MICROSECONDS} µs" in page
    assert f"eventsPerSecond / {sizing.most_events_per_second():,}" in page
    assert f"on {sizing.least_replicas(fleet.EVENTS)} bridges" in page


def test_a_run_can_write_all_its_tables(tmp_path: Path) -> None:
    met = Met("a peer", "1.0", {ways.METADATA: LOAD})
    all_ways = [Way(course.name, LOAD, bare=5.0) for course in ways.COURSES]
    goals = [Goal("a goal", 2.0, all_ways[0].ratio, " times")]
    machine = {"processor": "a processor", "cores": 2, "python": "3", "kernel": "6", "load_before": 0.1}
    found = Results(
        "2026-01-01", machine, 1_000, all_ways, goals, [met], ["another"], [Series("events", {1: 1.0, 2: 1.5})], LOAD
    )
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text("utf-8"), "utf-8")
    report.write(found, page)
    for grid in report.grids(found):
        assert grid.markdown() in page.read_text("utf-8")
    assert ["goals", "ways", "peers", "growth", "fleet"] == [grid.name for grid in report.grids(found)]


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
    assert ("59", "320/s", "6 GB") == (one["bridges"], one["requests to Loggly"], one["memory"])
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
    assert READ == stage_of(("bridge/log_source.py", "at_hand", 0))


def test_an_agent_is_planned_above_what_was_measured() -> None:
    """The page has Fluentd's CPU seconds for a million lines, without and with bodies."""
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| Fluentd tail raw → forward")]
    cells = [cell.strip() for cell in row.split("|")]
    assert float(cells[2]) < float(cells[5]) < sizing.AGENT_EVENT_CPU_MICROSECONDS
