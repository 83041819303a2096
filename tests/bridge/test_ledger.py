"""What is wanted, in the order of time."""

from bridge.ledger import Ledger, Want
from bridge.prints import Key


def want(time: int, name: str = "a", digest: bytes = b"1", line: int = 1) -> Want:
    return Want(time, Key(name, "s"), digest, 0, line)


def test_windows_are_in_the_order_of_time_whatever_that_of_the_logs() -> None:
    with Ledger() as ledger:
        ledger.add([want(3), want(1)])
        ledger.add([want(2)])
        assert [[want(1), want(2)], [want(3)]] == list(ledger.windows(most=2))
        assert 3 == len(ledger)


def test_events_of_one_time_are_never_parted() -> None:
    with Ledger() as ledger:
        ledger.add([want(1, str(number)) for number in range(5)] + [want(2)])
        assert [5, 1] == [len(window) for window in ledger.windows(most=2)]


def test_a_window_is_no_longer_than_its_bound() -> None:
    with Ledger() as ledger:
        ledger.add([want(0), want(1), want(10_000_001)])
        assert [[want(0), want(1)], [want(10_000_001)]] == list(ledger.windows(seconds=10))


def test_what_a_log_holds_twice_is_wanted_once() -> None:
    with Ledger() as ledger:
        ledger.add([want(1, line=1), want(1, line=2), want(1, digest=b"2", line=3)])
        assert [[want(1, line=1), want(1, digest=b"2", line=3)]] == list(ledger.windows())


def test_a_window_again() -> None:
    with Ledger() as ledger:
        ledger.add([want(time) for time in range(5)])
        assert [want(1), want(2)] == ledger.between(1, 2)
        assert [] == list(Ledger().windows())
