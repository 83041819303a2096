"""What two looks at some bridges come to."""

from typing import Any

from bridge.activity import Actor, Match, Recent
from bridge.answers import Refusal
from bridge.frame import Frame, Row, frame
from bridge.hold import Held
from bridge.scrape import Scrape
from tests.support.scrapes import ADDRESS, scrape
from tests.support.status import NOW


def row(before: Scrape, now: Scrape) -> Row:
    return frame([before], [now]).rows[0]


def test_rates_are_of_the_time_between() -> None:
    found = row(scrape(10.0, received=100, delivered=50), scrape(12.5, received=350, delivered=50))
    assert (100.0, 0.0) == (found.received_rate, found.delivered_rate)


def test_without_a_look_before_there_are_none() -> None:
    first = frame([], [scrape(1.0, received=9)]).rows[0]
    problem = row(Scrape(ADDRESS, 0.0, problem="x"), scrape(1.0))
    restarted = row(scrape(0.0, received=9, delivered=9), scrape(1.0, received=3, delivered=3))
    at_once = row(scrape(1.0), scrape(1.0))
    assert [(None, None)] * 4 == [
        (one.received_rate, one.delivered_rate) for one in (first, problem, restarted, at_once)
    ]


def test_loggly_s_answers_are_those_since_the_look_before() -> None:
    before = scrape(0.0, {"200": 5.0, "503": 2.0, "error": 0.0})
    assert {"200": 2} == row(before, scrape(1.0, {"200": 7.0, "503": 2.0, "error": 0.0})).answers
    assert {"200": 1} == row(before, scrape(1.0, {"200": 1.0, "503": 0.0})).answers
    assert {"200": 7} == frame([], [scrape(1.0, {"200": 7.0, "503": 0.0})]).rows[0].answers


def test_the_rest_of_a_row() -> None:
    state: dict[str, Any] = {
        "held": Held("Loggly answers status 403", NOW - 90),
        "refusals": (Refusal("403", "Forbidden", NOW - 90, NOW - 30, 3),),
        "lag": 0.4,
        "oldest": 95.0,
        "unacked_bytes": 32_000_000,
    }
    assert Row(
        address=ADDRESS,
        cluster="prod-1",
        environment="production",
        version="1.2.3",
        state="held",
        headline="Held: Loggly takes nothing, everything is kept",
        received_rate=0.0,
        delivered_rate=0.0,
        lag_seconds=0.4,
        oldest_seconds=95.0,
        unacked_bytes=32_000_000,
        limit_bytes=64_000_000,
        refusal="403 Forbidden, 3 times, last 2026-01-31T12:34:26Z",
    ) == row(scrape(0.0), scrape(1.0, **state))


def test_a_bridge_that_does_not_answer_has_its_row() -> None:
    found = frame([scrape(0.0)], [Scrape(ADDRESS, 1.0, problem="no answer in time")])
    assert Frame((Row(ADDRESS, "no answer in time"),), 0, 0, 0, (), ()) == found
    assert (None, None) == (found.received_rate, found.delivered_rate)


def test_what_bridges_saw_is_added_up() -> None:
    one = scrape(
        1.0,
        address="a",
        received=10,
        recent=Recent(600, 5, 2, (Actor("eve", 3, 2), Actor("alice", 2, 0))),
        matches=(Match("x", "high", 1),),
    )
    other = scrape(
        1.0,
        address="b",
        received=20,
        recent=Recent(600, 7, 0, (Actor("alice", 7, 0),)),
        matches=(Match("x", "high", 2), Match("y", "low", 5)),
    )
    found = frame([scrape(0.0, address="a"), scrape(0.0, address="b")], [one, other])
    assert (600, 12, 2, 30.0) == (found.seconds, found.events, found.denied, found.received_rate)
    assert (Actor("alice", 9, 0), Actor("eve", 3, 2)) == found.actors
    assert (Match("y", "low", 5), Match("x", "high", 3)) == found.rules
