import yaml
from hypothesis import given, settings

from audit.event import from_line
from audit.policy import Policy
from audit.policy_reading import read
from audit.presets import preset
from audit.simulate import Simulation
from audit.suggest import Suggestion, inserted, suggest
from audit.tally import Amount
from tests.support.log import line, lines

LEASES = "leases.coordination.k8s.io"
METADATA = read(preset("metadata"), "metadata").policy
RECOMMENDED = read(preset("recommended"), "recommended").policy
EIGHT = read("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n  - level: Metadata\n", "p.yaml", "1.8").policy


def simulated(log: list[bytes], policy: Policy = METADATA) -> Simulation:
    simulation = Simulation([policy])
    for one in log:
        simulation.add(from_line(one), one)
    return simulation


def suggested(log: list[bytes], policy: Policy = METADATA, least: float = 0.01) -> list[Suggestion]:
    return suggest(simulated(log, policy), least)


def costs(suggestion: Suggestion) -> list[tuple[str, int]]:
    return [(cost.detection.id, cost.matched) for cost in suggestion.costs]


def test_a_rule_for_one_actor_one_resource_and_the_verbs_that_make_the_noise() -> None:
    """Nodes are one actor, for another node does the same."""
    log = [
        line("system:node:node-1", "update", LEASES),
        line("system:node:node-2", "update", LEASES),
        line("system:node:node-2", "get", LEASES),
    ]
    (found,) = suggested(log)
    assert (
        "- level: None\n"
        "  userGroups: ['system:nodes']\n"
        "  verbs: [update, get]\n"
        "  resources:\n"
        "    - group: coordination.k8s.io\n"
        "      resources: [leases]\n"
    ) == found.to_yaml()
    assert (3, 0, True) == (found.saved.events, found.before, found.free)


def test_a_path() -> None:
    (found,) = suggested([line("system:anonymous", "get", "/readyz?verbose")])
    assert (
        "- level: None\n  users: ['system:anonymous']\n  verbs: [get]\n  nonResourceURLs: [/readyz]\n"
        == found.to_yaml()
    )


def test_a_subresource() -> None:
    (found,) = suggested([line("system:kube-scheduler", "create", "pods/binding")])
    assert [{"group": "", "resources": ["pods/binding"]}] == yaml.safe_load(found.to_yaml())[0]["resources"]


def test_what_is_no_noise() -> None:
    """A failed login has no user, and what is rare is not worth a rule."""
    many = [line("system:kube-scheduler", "get", LEASES)] * 99
    log = [
        line("", "list", "pods", code=401, stage="ResponseStarted"),
        *many,
        line("system:kube-scheduler", "get", "pods"),
    ]
    assert [("system:kube-scheduler", "leases")] == [
        (one.rule.users[0], one.rule.resources[0].resources[0]) for one in suggested(log, least=0.05)
    ]


def test_a_path_that_a_rule_cannot_name() -> None:
    """In nonResourceURLs a star is a pattern."""
    assert [] == suggested([line("alice", "get", "/a*")])


def test_what_it_costs() -> None:
    """Said with what is in the log, and with what might come."""
    (found,) = suggested([line("alice", "get", "secrets"), line("alice", "get", "secrets", code=403, audit_id="b")])
    assert [
        ("access-denied", 1),
        ("secret-viewed", 1),
        ("secret-read-denied", 1),
        ("access-denied-burst", 1),
        ("secrets-read-in-bulk", 1),
    ] == costs(found)
    (found,) = suggested([line("system:serviceaccount:a:b", "list", "pods")])
    assert [("access-denied", 0), ("access-denied-burst", 0)] == costs(found)


def test_what_a_log_has_costs_whatever_the_rule_is_about() -> None:
    """A rule about clients looks at no request in particular, until one of them has such a client."""
    (found,) = suggested([line("system:kube-scheduler", "get", "pods", userAgent="kube-hunter")])
    assert [("known-bad-agent", 1)] == costs(found)


def test_what_costs_nothing_comes_first() -> None:
    log = [
        *[line("alice", "get", "secrets", audit_id=str(number)) for number in range(9)],
        *[line("system:serviceaccount:a:b", "list", "pods")] * 5,
        line("system:kube-scheduler", "list", "pods"),
    ]
    assert ["system:kube-scheduler", "system:serviceaccount:a:b", "alice"] == [
        one.rule.users[0] for one in suggested(log)
    ]


def test_before_1_9_a_rule_with_users_takes_failed_logins_too() -> None:
    (found,) = suggested([line("system:kube-scheduler", "get", "pods")], EIGHT)
    assert [("failed-login", 0), ("failed-logins-burst", 0)] == costs(found)


def test_it_goes_before_the_rule_that_decides() -> None:
    """In the recommended policy, secrets are kept by the second rule."""
    (found,) = suggested([line("system:kube-scheduler", "get", "secrets")], RECOMMENDED)
    assert 1 == found.before
    assert found.rule == inserted(RECOMMENDED, [found]).rules[1]


@settings(max_examples=30)
@given(lines(1, 30))
def test_what_is_saved_is_what_the_policy_would_no_longer_write(log: list[bytes]) -> None:
    """Each alone and all together, to the byte; and no detection loses anything that was not said."""
    for policy in (METADATA, RECOMMENDED):
        before = simulated(log, policy)
        found = suggest(before)
        for chosen in [*([one] for one in found), found]:
            after = simulated(log, inserted(policy, chosen))
            saved = Amount(sum(one.saved.events for one in chosen), sum(one.saved.bytes for one in chosen))
            assert saved == Amount(
                before.total.events[1] - after.total.events[1], before.total.bytes[1] - after.total.bytes[1]
            )
            lost = before.sightings.seen[1] - after.sightings.seen[1]
            said = {cost.detection.id for one in chosen for cost in one.costs}
            assert {before.sightings.detections[index].id for index in lost} <= said


@settings(max_examples=30)
@given(lines(1, 30))
def test_every_suggestion_is_a_rule_that_the_api_server_reads(log: list[bytes]) -> None:
    for one in suggested(log):
        text = f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{one.to_yaml()}"
        (rule,) = read(text, "p.yaml").policy.rules
        assert (one.rule.users, one.rule.verbs, one.rule.resources) == (rule.users, rule.verbs, rule.resources)
