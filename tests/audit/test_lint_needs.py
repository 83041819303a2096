"""What detections and the CIS benchmark need of a policy."""

import pytest

from audit.builtin import builtin
from audit.lint_needs import blind, cis, detections
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from tests.support.policies import QUIET, policy

REST = "{level: Metadata}"
SERVICES = {"node-port-service", "load-balancer-service", "ingress-without-tls"}
RIGHTS = {"cluster-admin-bound", "role-of-everything", "role-with-escalation", "role-with-exec", "role-with-kubelet"}
PODS = {one.name for one in builtin().pack.told() if one.level == "Request"} - SERVICES - RIGHTS
BLIND: dict[str, set[str]] = {
    "recommended": set(),
    "metadata": SERVICES | RIGHTS | PODS,
    "cis": SERVICES | RIGHTS,
    "gce": set(),
}


def unseen(*rules: str, head: str = QUIET) -> list[str]:
    return [name for one in blind(policy(*rules, head=head)) for name in one.names]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("version", ["1.9", "1.20", "1.36"])
def test_a_preset_lets_rules_see(name: str, version: str) -> None:
    """`recommended` and `gce` all of them; the others all but those that read a body which they do not record."""
    found = blind(read(preset(name, version), name, version).policy)
    assert BLIND[name] == {rule for one in found for rule in one.names}
    assert all(one.whole for one in found)


def test_everything_with_bodies_lets_every_rule_see() -> None:
    assert [] == unseen("{level: Request}")


def test_nothing_lets_none_see() -> None:
    assert {one.name for one in builtin().pack.told()} == set(unseen("{level: None}"))


@pytest.mark.parametrize(
    ("rules", "head", "why"),
    [
        (
            ("{level: None, verbs: [get], resources: [{resources: [pods/portforward]}]}", "{level: Request}"),
            QUIET,
            "the detection rule port-forward is half blind: get pods/portforward by jane: dropped by the rule at line 5",
        ),
        (
            ("{level: Metadata, resources: [{resources: [pods]}]}", "{level: Request}"),
            QUIET,
            (
                "the detection rules privileged-container, host-path-volume, sensitive-host-path, host-network-pod, host-pid-pod,"
                " host-ipc-pod and 2 more are blind: create pods by jane: only Metadata by the rule at line 5, and Request is needed"
            ),
        ),
        (
            ("{level: Request}",),
            "omitStages: [RequestReceived, ResponseStarted]\n",
            (
                "the detection rules failed-login, failed-logins-burst are blind: get pods by nobody (401): the stage ResponseStarted"
                " is omitted by the rule at line 5"
            ),
        ),
    ],
)
def test_blind_rules_say_why(rules: tuple[str, ...], head: str, why: str) -> None:
    assert [why] == [hit.message for hit in detections(policy(*rules, head=head))]


def test_a_watch_may_be_seen_at_either_stage() -> None:
    assert [] == unseen("{level: Request, verbs: [watch], omitStages: [ResponseComplete]}", "{level: Request}")


def short(*rules: str) -> list[tuple[str, str]]:
    return [(hit.id, hit.message) for hit in cis(policy(*rules))]


def test_the_benchmark_is_met_by_metadata_for_all() -> None:
    assert [] == short(REST)


@pytest.mark.parametrize("name", ["recommended", "metadata", "cis"])
def test_the_benchmark_is_met_by_presets(name: str) -> None:
    assert [] == list(cis(read(preset(name), name).policy))


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        (
            "{level: None, verbs: [watch], resources: [{resources: [secrets]}]}",
            ("KAP301", "`watch` of secrets by a person is not recorded"),
        ),
        (
            "{level: None, userGroups: ['system:serviceaccounts'], resources: [{resources: [configmaps]}]}",
            ("KAP301", "`get` of configmaps by a service account is not recorded"),
        ),
        (
            "{level: None, resources: [{group: authentication.k8s.io}]}",
            ("KAP301", "`create` of tokenreviews.authentication.k8s.io by a person is not recorded"),
        ),
        (
            "{level: None, verbs: [delete], resources: [{group: apps}]}",
            ("KAP302", "`delete` of deployments.apps by a person is not recorded"),
        ),
        (
            "{level: None, resources: [{resources: [services/*]}]}",
            ("KAP303", "`get` of services/proxy by a person is not recorded"),
        ),
        (
            "{level: Request, verbs: [deletecollection]}",
            (
                "KAP304",
                "this rule records secrets, configmaps at Request",
            ),
        ),
    ],
)
def test_the_benchmark_is_missed(rule: str, finding: tuple[str, str]) -> None:
    assert [finding] == short(rule, REST)


@pytest.mark.parametrize(
    "rule",
    [
        "{level: None, userGroups: ['system:nodes'], resources: [{resources: [configmaps]}]}",
        "{level: None, verbs: [get], resources: [{resources: [pods]}, {group: apps}]}",
        "{level: None, verbs: [create], resources: [{resources: [services, pods/attach]}]}",
        "{level: Request, verbs: [create], resources: [{group: apps}, {resources: [pods]}]}",
    ],
)
def test_the_benchmark_is_not_missed(rule: str) -> None:
    assert [] == short(rule, REST)
