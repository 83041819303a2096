"""How a frame is drawn."""

import io

from rich.console import Console

from bridge.activity import Actor, Match
from bridge.frame import Frame, Row
from bridge.screen import drawn

GOOD = Row(
    address="http://a:9880",
    cluster="prod",
    environment="eu",
    state="accepting",
    received_rate=1234.4,
    delivered_rate=0.5,
    lag_seconds=0.4,
    unacked_bytes=5_000,
    limit_bytes=64_000_000,
    answers={"200": 2, "503": 1},
)
BAD = Row(address="http://b:9880", problem="connection \x1b[2Jrefused")
HELD = Row(
    address="http://c:9880",
    state="held",
    headline="Held: Loggly takes nothing, everything is kept",
    refusal="403 Forbidden, 3 times, last never",
    oldest_seconds=95,
)


def shown(*rows: Row, actors: tuple[Actor, ...] = (), rules: tuple[Match, ...] = ()) -> list[str]:
    """Return the lines of a wide terminal without colours, blanks put together."""
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(drawn(Frame(rows, 600, 1_200, 34, actors, rules)))
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_a_bridge_that_is_well() -> None:
    lines = shown(GOOD)
    assert "Bridge Cluster State In/s To Loggly/s Lag Oldest Unacked Loggly's answers" == lines[0]
    assert "http://a:9880 prod eu accepting 1,234 0.5 0.4 s - 5.0 kB 200 2x 503 1x" == lines[1]
    assert "34 of 1,200 events of 10 min were denied" in lines
    assert "No rule was told." in lines
    assert [] == [line for line in lines if line.startswith("all ")]


def test_what_is_wrong_stands_below_and_is_text() -> None:
    lines = shown(GOOD, BAD, HELD)
    assert "http://b:9880 no answer" in lines
    assert "all 1,234 0.5" in lines
    assert "http://b:9880: connection \\x1b[2Jrefused" in lines
    assert "http://c:9880: Held: Loggly takes nothing, everything is kept: 403 Forbidden, 3 times, last never" in lines
    assert "http://c:9880 held - - - 1 min 35 s 0 B -" in lines


def test_actors_and_rules() -> None:
    actors = tuple(Actor(f"user-{at}", 100 - at, at) for at in range(12))
    lines = shown(GOOD, actors=(*actors,), rules=(Match("secret-read", "high", 2),))
    assert "Actor Events Denied" in lines
    assert "user-9 91 9" in lines
    assert "user-10 90 10" not in lines
    assert "secret-read high 2" in lines
