"""What Prometheus sees: every series from the start, at zero, under the names that dashboards use."""

import re

from prometheus_client.parser import text_string_to_metric_families

from bridge.activity import Match
from bridge.metrics import LAG_BUCKETS, Metrics


def series(metrics: Metrics) -> dict[str, float]:
    """Return every series with its value; buckets of the histogram by their bound."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {
        sample.name + "".join(f"{{{key}={value}}}" for key, value in sample.labels.items()): sample.value
        for family in families
        for sample in family.samples
    }


EXPECTED = {
    "audit_bridge_chunks_received_total",
    "audit_bridge_events_received_total{source=forward}",
    "audit_bridge_events_delivered_total",
    "audit_bridge_loggly_requests_total{code=200}",
    "audit_bridge_loggly_requests_total{code=error}",
    "audit_bridge_unacked_bytes",
    "audit_bridge_connections",
    "audit_bridge_last_delivery_timestamp_seconds",
    "audit_bridge_oldest_unacked_seconds",
    "audit_bridge_delivery_lag_seconds_count",
    "audit_bridge_delivery_lag_seconds_sum",
    "audit_bridge_delivery_lag_seconds_bucket{le=+Inf}",
}


def test_every_series_exists_from_the_start_at_zero() -> None:
    """An alert on a series that is not there never fires."""
    found = series(Metrics())
    assert set() == EXPECTED - found.keys()
    assert {0.0} == set(found.values())
    assert [] == [name for name in found if not name.startswith("audit_bridge_")]


def test_no_series_tells_when_it_was_made() -> None:
    assert b"_created" not in Metrics().exposition()


def test_every_family_says_what_it_is() -> None:
    helps = re.findall(r"^# HELP \S+ (.*)$", Metrics().exposition().decode(), re.MULTILINE)
    assert [] == [words for words in helps if not words.endswith(".")]


def test_what_is_counted_is_seen() -> None:
    metrics = Metrics()
    metrics.events_received.labels("forward").inc(5)
    metrics.requests.labels("503").inc()
    metrics.unacked_bytes.set(1_000)
    metrics.delivery_lag.observe(0.3)
    metrics.watch_oldest(lambda: 12.5)
    found = series(metrics)
    assert (5, 1, 1_000, 12.5, 1) == (
        found["audit_bridge_events_received_total{source=forward}"],
        found["audit_bridge_loggly_requests_total{code=503}"],
        found["audit_bridge_unacked_bytes"],
        found["audit_bridge_oldest_unacked_seconds"],
        found["audit_bridge_delivery_lag_seconds_count"],
    )


def test_a_log_has_its_series_while_it_is_read() -> None:
    """What was missed of it stays: an alarm is for an increase."""
    metrics = Metrics()
    metrics.watch_file("/a", lambda: 5, lambda: 7)
    metrics.file_gaps.labels("/a").inc()
    found = series(metrics)
    assert (5, 7, 1) == tuple(
        found[f"audit_bridge_file_{name}{{path=/a}}"] for name in ("position_bytes", "lag_bytes", "gap_total")
    )
    metrics.unwatch_file("/a")
    assert ["audit_bridge_file_gap_total{path=/a}"] == [name for name in series(metrics) if "_file_" in name]


def test_lag_is_told_apart_from_tenths_of_a_second_to_a_day() -> None:
    metrics = Metrics()
    metrics.delivery_lag.observe(0.2)
    found = series(metrics)
    bounds = [float(bound) for bound in LAG_BUCKETS]
    assert [0.0, *[1.0] * (len(bounds) - 1)] == [
        found[f"audit_bridge_delivery_lag_seconds_bucket{{le={bound}}}"] for bound in bounds
    ]
    assert (0.1, 86_400.0) == (bounds[0], bounds[-1])


def test_two_bridges_in_a_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.events_delivered.inc()
    assert (1, 0) == tuple(series(each)["audit_bridge_events_delivered_total"] for each in (one, other))


def test_rules_that_were_told_most_stand_first() -> None:
    metrics = Metrics()
    for rule, severity, count in (("a", "low", 1), ("b", "high", 3), ("c", "high", 0)):
        metrics.rule_matches.labels(rule, severity).inc(count)
    assert (Match("b", "high", 3), Match("a", "low", 1)) == metrics.matches()


def test_a_total_is_over_all_labels() -> None:
    metrics = Metrics()
    metrics.events_dead_lettered.labels("400").inc(2)
    metrics.events_dead_lettered.labels("413").inc(3)
    assert (5, 0) == (metrics.total(metrics.events_dead_lettered), metrics.total(metrics.events_delivered))


def test_a_sink_has_its_series_from_the_start() -> None:
    metrics = Metrics()
    metrics.watch_sink("team", lambda: 3)
    found = series(metrics)
    assert 3 == found["audit_bridge_notifications_waiting{sink=team}"]
    assert {0} == {
        value for name, value in found.items() if "notification" in name and "waiting" not in name and "team" in name
    }
    assert 'notifications_dropped_total{reason="gave_up",sink="team"} 0.0' in metrics.exposition().decode()
