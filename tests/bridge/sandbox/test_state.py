from bridge.sandbox.script import Script, Step
from bridge.sandbox.state import Sandbox


def test_reset_is_as_after_the_start() -> None:
    sandbox = Sandbox(frozenset({"first"}), "api", lambda: 1.5)
    sandbox.tokens = frozenset({"second"})
    sandbox.script = Script([Step(status=500)])
    sandbox.store.add([b"x"], (), sandbox.now)
    sandbox.statistics.count_stored(1, 1, 0)
    sandbox.reset()
    assert (frozenset({"first"}), 0, [], 0) == (
        sandbox.tokens,
        len(sandbox.script),
        sandbox.store.all(),
        sandbox.statistics.body_bytes,
    )


def test_tokens_are_in_no_representation() -> None:
    assert "secret" not in repr(Sandbox(frozenset({"secret"}), "secret", lambda: 0.0))


def test_now_is_in_microseconds() -> None:
    assert Sandbox(frozenset(), None, lambda: 1.5).now == 1_500_000
