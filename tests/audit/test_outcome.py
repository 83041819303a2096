import msgspec

from audit.event import from_line
from audit.outcome import FormLine, Line, Outcome, RuleLine, Unseen, Volume, outcome
from audit.policy_reading import read
from audit.simulate import Simulation
from tests.support.log import line

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
    verbs: [get]
  - level: None
    users: [nobody]
"""
LOG = [
    line("alice", "get", "secrets", level="Metadata"),
    line("alice", "get", "pods", at=60, level="Metadata"),
    line("bob", "list", "pods", at=120, level="Metadata"),
]
SIZES = [len(one) + 1 for one in LOG]


def found(log: list[bytes] = LOG) -> Outcome:
    simulation = Simulation([read(POLICY, "mine.yaml").policy])
    for one in log:
        simulation.add(from_line(one), one)
    return outcome(simulation, unread=2)


def volume(*sizes: int) -> Volume:
    return Volume(len(sizes), sum(sizes), len(sizes) / 2, sum(sizes) / 2)


def test_totals_are_a_minute() -> None:
    assert (volume(*SIZES), volume(*SIZES[:2])) == (found().log, found().policies[0].volume)
    assert (2.0, 2) == (found().minutes, found().unread)


def test_by_actor_and_by_request() -> None:
    alice = Line("alice", (volume(*SIZES[:2]), volume(*SIZES[:2])))
    assert (alice, Line("bob", (volume(SIZES[2]), volume()))) == found().actors
    assert {"get secrets", "get pods", "list pods"} == {one.name for one in found().requests}


def test_by_stage_and_level() -> None:
    assert (FormLine("ResponseComplete", "Metadata", 2),) == found().policies[0].forms


def test_by_rule_in_the_policys_order() -> None:
    """One that decides nothing is there, too, and what no rule matched comes last."""
    assert (
        RuleLine(4, "Metadata", 2, volume(*SIZES[:2])),
        RuleLine(6, "None", 0, volume()),
        RuleLine(None, "None", 1, volume()),
    ) == found().policies[0].rules


def test_what_is_no_longer_seen() -> None:
    assert (Unseen("bob", "list", "pods", 1),) == found().policies[0].unseen


def test_detections() -> None:
    by_id = {one.id: one for one in found().policies[0].detections}
    assert (1, 1, "partly") == (
        by_id["secret-viewed"].matched,
        by_id["secret-viewed"].seen,
        by_id["secret-viewed"].word,
    )
    assert "list secrets by jane: dropped, for no rule matches" in by_id["secret-viewed"].misses
    assert (6, "partly") == (by_id["failed-login"].probes, by_id["failed-login"].word)


def test_over_time() -> None:
    assert [(0, (1, 1)), (60, (1, 1)), (120, (1, 0))] == [
        (one.start - found().spans[0].start, one.events) for one in found().spans if one.events[0]
    ]


def test_an_empty_log() -> None:
    empty = found([])
    assert (0, None, (), ()) == (empty.log.events, empty.first, empty.spans, empty.actors)


def test_it_is_json_with_keys_as_javascript_writes_them() -> None:
    data = msgspec.json.decode(msgspec.json.encode(found()))
    assert {
        "log",
        "minutes",
        "first",
        "last",
        "unread",
        "policies",
        "actors",
        "requests",
        "spanSeconds",
        "spans",
    } == set(data)
    assert 1.5 == data["log"]["eventsPerMinute"]
