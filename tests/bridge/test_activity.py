"""Who did how much lately."""

import json

from audit.detecting import AlertLine, Found
from bridge.activity import LOOKED_AT, MOST_ACTORS, NOBODY, OTHERS, Activity, Actor, Recent


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def line(actor: str = "alice", verdict: str = "allowed", **audit: str) -> bytes:
    said = {"cluster": "c", "actor": actor, "verdict": verdict, **audit}
    return json.dumps(
        {"kind": "Event", "user": {"audit": {"actor": "no"}}, "audit": said}, separators=(",", ":")
    ).encode()


def test_actors_and_what_was_denied() -> None:
    activity = Activity(Clock())
    activity.saw([line(), line("bob", "denied_authz"), line("bob")])
    activity.saw([line("", "denied_authn")])
    assert Recent(600, 4, 2, (Actor("bob", 2, 1), Actor(NOBODY, 1, 1), Actor("alice", 1, 0))) == activity.recent()


def test_of_many_some_are_looked_at_and_count_for_all() -> None:
    activity = Activity(Clock())
    for _ in range(4):
        activity.saw([line("even"), line("odd", "denied_authz")] * (LOOKED_AT * 5))
    found = activity.recent()
    assert (LOOKED_AT * 40, LOOKED_AT * 20) == (found.events, found.denied)
    assert [LOOKED_AT * 20] * 2 == [actor.events for actor in found.actors]


def test_what_is_told_is_counted_one_by_one() -> None:
    activity = Activity(Clock())
    alert = AlertLine.of(line("eve", "denied_authz"), Found(("access-denied",), "low"))
    for _ in range(3):
        activity.saw([*[line()] * 640, alert])
    found = activity.recent()
    assert (3, Actor("eve", 3, 3)) == (found.denied, found.actors[1])
    assert 1_900 <= found.actors[0].events <= 2_000


def test_what_is_no_event_is_nobody_s() -> None:
    activity = Activity(Clock())
    activity.saw([line(parseError="not JSON"), b'{"message":"x"}', b'{"audit":{broken}', b""])
    activity.saw([])
    assert Recent() == activity.recent()


def test_old_minutes_are_forgotten() -> None:
    clock = Clock()
    activity = Activity(clock)
    activity.saw([line()])
    clock.now += 300
    activity.saw([line("bob")])
    assert 2 == activity.recent().events
    clock.now += 300
    assert (Actor("bob", 1, 0),) == activity.recent().actors
    clock.now += 86_400
    assert Recent() == activity.recent()


def test_memory_is_bounded() -> None:
    activity = Activity(Clock())
    for at in range(MOST_ACTORS + 50):
        activity.saw([line(f"user-{at}")])
    found = activity.recent()
    assert (MOST_ACTORS + 50, 10, Actor(OTHERS, 50, 0)) == (found.events, len(found.actors), found.actors[0])
