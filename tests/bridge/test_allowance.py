"""So many requests a minute, in any minute."""

from bridge.allowance import Allowance


def test_a_burst_and_then_evenly() -> None:
    allowance, waits = Allowance(3, 100.0), []
    for now in (100.0, 100.0, 100.0, 100.0, 110.0, 120.0):
        waits.append(allowance.seconds_left(now))
        if not waits[-1]:
            allowance.take(now)
    assert [0.0, 0.0, 0.0, 20.0, 10.0, 0.0] == waits


def test_no_more_is_saved_than_a_minutes() -> None:
    allowance = Allowance(2, 0.0)
    for _ in range(2):
        allowance.take(10_000.0)
    assert 30.0 == allowance.seconds_left(10_000.0)
