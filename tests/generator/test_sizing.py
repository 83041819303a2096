"""What a bridge asks for follows from its events and its limits."""

import pytest

from generator import sizing
from generator.sizing import Limits, agent_sized, direct_sized, least_replicas, sized

DEFAULTS = Limits(16 * 2**20, 64 * 2**20, 256 * 2**20)


@pytest.mark.parametrize(
    ("events", "replicas", "cpu"),
    [
        (1, 2, "100m"),
        (1_000, 2, "100m"),
        (10_000, 1, "400m"),
        (10_000, 2, "400m"),
        (10_000, 3, "200m"),
        (30_000, 3, "600m"),
        (30_001, 3, "610m"),
    ],
)
def test_cpu_follows_the_events_that_a_bridge_gets_while_another_is_replaced(
    events: int, replicas: int, cpu: str
) -> None:
    found = sized(events, replicas, DEFAULTS)
    assert {"cpu": cpu, "memory": "112Mi"} == found.requests


def test_memory_does_not_follow_the_events() -> None:
    assert sized(1, 2, DEFAULTS).limits == sized(1_000_000, 40, DEFAULTS).limits


def test_memory_follows_the_limits() -> None:
    found = sized(1_000, 2, Limits(48 * 2**20, 32 * 2**20, 128 * 2**20))
    assert {"cpu": "100m", "memory": "208Mi"} == found.requests
    assert {"memory": "400Mi"} == found.limits


def test_memory_follows_the_clusters_that_send() -> None:
    alone, shared = sized(1_000, 2, DEFAULTS), sized(1_000, 2, DEFAULTS, 10)
    assert ("112Mi", "352Mi") == (alone.requests["memory"], shared.requests["memory"])
    assert alone.requests["cpu"] == shared.requests["cpu"]


def test_cpu_has_no_limit() -> None:
    assert {"memory"} == set(sized(1_000, 2, DEFAULTS).limits)


@pytest.mark.parametrize(("events", "replicas"), [(1, 2), (17_500, 2), (17_501, 3), (1_000_000, 59)])
def test_one_bridge_more_than_the_events_need(events: int, replicas: int) -> None:
    assert replicas == least_replicas(events)


def test_a_bridge_is_planned_below_what_one_core_can_do() -> None:
    assert 17_500 == sizing.most_events_per_second()


@pytest.mark.parametrize(("events", "cpu"), [(1, "100m"), (4_000, "100m"), (10_000, "250m"), (10_001, "260m")])
def test_an_agent_is_sized_for_all_events_of_the_cluster(events: int, cpu: str) -> None:
    found = agent_sized(events)
    assert ({"cpu": cpu, "memory": "200Mi"}, {"memory": "512Mi"}) == (found.requests, found.limits)


def test_fluent_bit_needs_less_memory_than_fluentd() -> None:
    """With 126 MB waiting it took 76 MB at most."""
    bit = agent_sized(1_000, "fluent-bit")
    assert ("128Mi", "320Mi") == (bit.requests["memory"], bit.limits["memory"])


def test_a_bridge_that_reads_the_log_is_sized_as_one_alone() -> None:
    """One core is as much as one bridge can use, whatever the cluster writes: the machines share it."""
    assert sized(1_000, 1, DEFAULTS) == direct_sized(1_000, DEFAULTS)
    assert "700m" == direct_sized(10**7, DEFAULTS).requests["cpu"]
