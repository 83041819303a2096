"""The audit policy that values lead to: lint, blind rules, flags."""

from generator.check_policy import alerts, flags, policy
from tests.support.rendered import changed, files, inputs, said

READS = "audit.policy.rules=[{level: None, verbs: [get]}, {level: RequestResponse}]"
METADATA = "audit.policy.rules=[{level: Metadata}]"
DISABLED = "bridge.config.rules.disable=[host-ipc-pod]"


def test_the_recommended_policy_is_right() -> None:
    of = inputs()
    assert ([], [], []) == (list(policy(of)), list(alerts(of)), list(flags(files())))


def test_what_lint_finds_is_told_under_its_own_ids() -> None:
    assert {"KAP201", "KAP203", "KAP204"} <= {one.rule for one in policy(inputs("production", READS))}
    (first, *_) = policy(inputs("production", READS))
    assert ("policy", "error", "host/audit-policy.yaml", "no commands-dropped-as-reads") == (
        first.check,
        first.severity,
        first.place.name,
        first.want,
    )


def test_the_policy_is_read_for_the_clusters_release() -> None:
    group = "audit.policy.rules=[{level: Request, resources: [{group: '*', resources: [pods]}]}, {level: Metadata}]"
    assert "KAP003" not in {one.rule for one in policy(inputs("production", group, "cluster.version='1.36'"))}


def test_the_policy_of_1_7_is_read_as_1_8_reads_it() -> None:
    of = inputs("production", "cluster.version='1.7'")
    assert [] == [one for one in policy(of) if one.severity == "error"]


def test_rules_that_the_policy_leaves_blind_are_told_with_the_change_that_helps() -> None:
    sentences = said(alerts(inputs("production", METADATA, DISABLED)))
    assert (
        "host/audit-policy.yaml: warning alerts: expected all that detection rules privileged-container, host-path-volume, "
        "sensitive-host-path, host-network-pod, host-pid-pod, capabilities-added, miner-image look for, got none of it: "
        "create pods by jane: only Metadata by the rule at line 7, and Request is needed"
        ' - put first: {level: Request, verbs: [create], resources: [{group: "", resources: [pods]}]}'
    ) in sentences


def test_a_policy_that_drops_a_part_leaves_rules_half_blind() -> None:
    sentences = said(alerts(inputs("production", "audit.policy.rules=[{level: None, verbs: [get]}, {level: Request}]")))
    assert any(
        "detection rule exec looks for, got all but 4 of 8 requests: get pods/attach by jane: dropped" in one
        for one in sentences
    )


def test_flags_without_a_backend_are_told() -> None:
    (sentence,) = said(flags(changed("host/kubeadm.yaml", "audit-log-path", "audit-log-pth")))
    assert sentence.startswith("host/kubeadm.yaml: error KAP401: ")
