from hypothesis import given
from hypothesis import strategies as st

from bridge.partials import Partials


def changed(partials: Partials[str]) -> tuple[set[str], set[str]]:
    stop, go_on = partials.changes()
    return set(stop), set(go_on)


def test_below_the_bound_nobody_stops() -> None:
    partials = Partials[str](100)
    partials.update("a", 60)
    partials.update("b", 40)
    assert (set(), set()) == changed(partials)


def test_past_the_bound_all_stop_but_the_one_that_began_first() -> None:
    partials = Partials[str](100)
    for client in "abc":
        partials.update(client, 40)
    assert ({"b", "c"}, set()) == changed(partials)
    partials.update("a", 90)
    assert (set(), set()) == changed(partials), "they know already"
    partials.update("a", 0)
    assert (set(), {"b", "c"}) == changed(partials)


def test_one_that_is_gone_makes_room() -> None:
    partials = Partials[str](100)
    partials.update("a", 60)
    partials.update("b", 60)
    assert ({"b"}, set()) == changed(partials)
    partials.update("a", 0)
    assert (60, (set(), {"b"})) == (partials.total, changed(partials))


def test_one_that_never_pauses_goes_to_the_end_of_the_line() -> None:
    """Request after request without a gap: the others get their turn all the same."""
    partials = Partials[str](100)
    for client in "abc":
        partials.update(client, 40)
    assert ({"b", "c"}, set()) == changed(partials)
    partials.update("a", 50, anew=True)
    assert ({"a"}, {"b"}) == changed(partials)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 100), st.booleans()), max_size=40))
def test_somebody_can_always_go_on(updates: list[tuple[str, int, bool]]) -> None:
    """The total is what the clients hold, and never do all of them stand still."""
    partials, held, stopped = Partials[str](100), dict[str, int](), set[str]()
    for client, size, anew in updates:
        partials.update(client, size, anew=anew)
        held[client] = size
        stop, go_on = changed(partials)
        stopped = (stopped | stop) - go_on
        holding = {name for name, size in held.items() if size}
        assert sum(held.values()) == partials.total
        assert not holding or holding - stopped
        assert stopped <= holding
