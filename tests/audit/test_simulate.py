from functools import cache

from hypothesis import given

from audit.event import from_line
from audit.filtering import PolicyFilter
from audit.policy import Policy, Rule
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from audit.simulate import Simulation
from audit.tally import Amount
from tests.support.log import line, lines

LEASES = "leases.coordination.k8s.io"
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
POLICY = f"""{HEAD}omitStages: [RequestReceived]
rules:
  - level: None
    userGroups: ["system:nodes"]
    resources: [{{group: coordination.k8s.io}}]
  - level: Metadata
    resources: [{{group: "", resources: [secrets]}}]
  - level: Request
    verbs: [get]
"""


@cache
def policy(text: str) -> Policy:
    return read(text, "policy.yaml").policy


def simulated(log: list[bytes], *texts: str) -> Simulation:
    simulation = Simulation([policy(text) for text in texts])
    for one in log:
        simulation.add(from_line(one), one)
    return simulation


LOG = [
    line("system:node:node-1", "patch", LEASES, stage="RequestReceived"),
    line("system:node:node-1", "patch", LEASES),
    line("alice", "get", "secrets", at=30),
    line("alice", "get", "configmaps", at=60),
    line("alice", "list", "configmaps", at=120),
]


def test_what_is_left_of_a_log() -> None:
    """The lease is dropped by the first rule, the list by none; the secret is there without bodies."""
    simulation = simulated(LOG, POLICY)
    left = [
        line("alice", "get", "secrets", at=30, level="Metadata"),
        line("alice", "get", "configmaps", at=60, level="Request"),
    ]
    assert Amount(5, sum(map(len, LOG)) + 5) == simulation.total[0]
    assert Amount(2, sum(map(len, left)) + 2) == simulation.total[1]


def test_by_rule() -> None:
    """Each rule has what came to it; None has what no rule matched."""
    rows = dict(simulated(LOG, POLICY).rules[0].items())
    found = {index: (row.matched, row.events[0]) for index, row in rows.items()}
    assert {0: (2, 0), 1: (1, 1), 2: (1, 1), None: (1, 0)} == found


def test_by_combination() -> None:
    """The combination remembers which rule decides, and of whom it is."""
    rows = dict(simulated(LOG, POLICY).combinations.items())
    node = rows["system:node:node-1", "patch", LEASES]
    assert ([2, 0], [None, 0], ("system:nodes", "system:authenticated")) == (node.events, node.rules, node.groups)
    assert [1, 1] == rows["alice", "get", "secrets"].events
    assert [None, None] == rows["alice", "list", "configmaps"].rules


def test_by_stage_and_level() -> None:
    """Under a policy at its level, or at the log's own where that is the lower."""
    rows = dict(simulated([*LOG, line("alice", "get", "configmaps", level="Metadata")], POLICY).combinations.items())
    assert {
        (0, "ResponseComplete", "RequestResponse"): 1,
        (0, "ResponseComplete", "Metadata"): 1,
        (1, "ResponseComplete", "Request"): 1,
        (1, "ResponseComplete", "Metadata"): 1,
    } == rows["alice", "get", "configmaps"].forms


def test_a_log_is_as_long_as_from_its_first_event_to_its_last() -> None:
    assert 2.0 == simulated(LOG).minutes


def test_a_short_log_is_a_minute_long() -> None:
    assert 1.0 == simulated(LOG[:2]).minutes
    assert 1.0 == simulated([]).minutes


def test_paths_are_told_apart_without_their_query() -> None:
    rows = dict(simulated([line("alice", "get", "/healthz?verbose")], POLICY).combinations.items())
    assert [("alice", "get", "/healthz")] == list(rows)
    assert rows["alice", "get", "/healthz"].path


def test_what_a_log_hides() -> None:
    """A body that the log does not have cannot be counted."""
    log = [line("alice", "get", "configmaps", level="Metadata") for _ in range(2)]
    assert [
        "2 events of the log have level Metadata where the policy wants Request: how many bytes that adds is not known",
        (
            "the log has no events of the stage ResponseStarted, which the policy does not omit:"
            " failed logins (401), and watches and streams that have not ended, are missing"
        ),
    ] == list(simulated(log, POLICY).gaps(0))


def test_a_log_without_the_stage_that_a_policy_keeps() -> None:
    policy = HEAD + "rules: [{level: Metadata, omitStages: [ResponseStarted]}]"
    assert [
        (
            "the log has no events of the stage RequestReceived, which the policy does not omit:"
            " it would write one more for every request"
        )
    ] == list(simulated([line("alice", "get", "pods")], policy).gaps(0))


def test_a_log_that_has_all_hides_nothing() -> None:
    log = [line("alice", "watch", "configmaps", stage=stage) for stage in ("ResponseStarted", "ResponseComplete")]
    assert [] == list(simulated(log, POLICY).gaps(0))


def test_a_detection_that_a_policy_blinds() -> None:
    """A watch has two stages with a result and is one request."""
    log = [
        line("alice", "watch", "secrets", stage="ResponseStarted"),
        line("alice", "watch", "secrets"),
        line("alice", "get", "secrets", audit_id="another"),
    ]
    late = HEAD + "rules: [{level: Metadata, verbs: [watch], omitStages: [ResponseStarted]}]"
    never = HEAD + "rules: [{level: None}]"
    sightings = simulated(log, POLICY, late, never).sightings
    viewed = [one.name for one in sightings.told].index("secret-viewed")
    assert 2 == sightings.matched[viewed]
    assert [2, 2, 1, 0] == [seen[viewed] for seen in sightings.seen]


@given(lines())
def test_the_parts_are_the_whole(log: list[bytes]) -> None:
    """By rule, by combination, over time: each adds up to the same totals."""
    simulation = simulated(log, *map(preset, PRESETS))
    for column in range(simulation.columns):
        whole = simulation.total[column]
        rows = list(simulation.combinations.rows())
        spans = [amounts for _, amounts in simulation.series.spans()]
        for parts in (rows, spans):
            assert whole == Amount(sum(row.events[column] for row in parts), sum(row.bytes[column] for row in parts))
        assert whole.events == sum(row.forms[form] for row in rows for form in row.forms if form[0] == column)
    for number, rules in enumerate(simulation.rules):
        found = list(rules.rows())
        assert len(log) == sum(row.matched for row in found)
        assert simulation.total[number + 1] == Amount(
            sum(row.events[0] for row in found), sum(row.bytes[0] for row in found)
        )


@given(lines())
def test_the_filtered_log_has_what_the_simulation_says(log: list[bytes]) -> None:
    """To the byte, under every preset and one with rules for each list."""
    texts = [POLICY, *map(preset, PRESETS)]
    simulation = simulated(log, *texts)
    for column, text in enumerate(texts, 1):
        filtering = PolicyFilter(policy(text))
        left = [written for one in log if (written := filtering.line(one)) is not None]
        assert Amount(len(left), sum(map(len, left)) + len(left)) == simulation.total[column]


def test_memory_is_bounded() -> None:
    """Each request is another one, by an actor of its own."""
    simulation = Simulation([Policy((Rule("Metadata"),))])
    simulation.combinations._most = 50
    for number in range(500):
        one = line(f"user-{number}", "get", "secrets", stage="ResponseStarted", audit_id=str(number))
        simulation.add(from_line(one), one)
    rows = simulation.combinations
    assert 50 >= len(rows)
    assert 500 == sum(row.events[0] for row in rows.rows())
    assert 500 == sum(row.forms[0, "ResponseStarted", "RequestResponse"] for row in rows.rows())
