"""What another rendering means for an installation that runs: said before it happens, and nothing else is said."""

import pytest

from generator.alerts_command import documents
from generator.consequences import consequences, report
from generator.load import load
from tests.support.commands import VALUES
from tests.support.rendered import files

ROLLED = "its pods restart, a new one before each old one; what is not acked waits on the nodes"
AGENT = "DaemonSet kube-audit-agent in audit-agent"
BRIDGE = "Deployment kube-audit-bridge in audit-bridge"


def rendered(*settings: str) -> dict[str, str]:
    return dict(files("default", *settings))


def following(*settings: str) -> list[str]:
    """Return what follows when values change by settings."""
    return consequences(files("default"), files("default", *settings))


def test_nothing_follows_from_nothing() -> None:
    assert [] == following()
    assert [] == consequences({}, rendered())


@pytest.mark.parametrize(
    ("setting", "sentences"),
    [
        ("environment=test", [f"{BRIDGE}: {ROLLED} (its configuration)"]),
        (
            "bridge.image=example.com/bridge:2",
            [f"{BRIDGE}: {ROLLED} (image kube-audit-bridge:0.1.0 to example.com/bridge:2)"],
        ),
        (
            "agent.buffer.totalBytes=1GiB",
            [f"{AGENT}: its pods restart, node by node; what is written meanwhile waits in the log (its configuration)"],
        ),
        (
            "audit.log.maxAge=3",
            ["host/kube-apiserver-patch.json changed, host/kubeadm.yaml changed: follow host/README.md on every control-plane machine; its API server restarts"],
        ),
        ("bridge.replicas=3", []),
    ],
)  # fmt: skip
def test_a_change_is_told_by_what_follows(setting: str, sentences: list[str]) -> None:
    assert sentences == following(setting)


def test_a_namespace_that_is_left_is_deleted_first_with_all_that_is_in_it() -> None:
    [gone, *others] = following("namespaces.agent=elsewhere")
    assert (
        "Namespace audit-agent is no longer rendered, and apply leaves it: before you apply, "
        "kubectl delete namespace audit-agent, with all that is in it"
    ) == gone
    assert [] == [sentence for sentence in others if "in audit-agent" in sentence]


def test_an_object_that_is_left_is_deleted_first() -> None:
    assert (
        "PodDisruptionBudget kube-audit-bridge in audit-bridge is no longer rendered, and apply leaves it: before you apply, "
        "kubectl -n audit-bridge delete poddisruptionbudget kube-audit-bridge"
    ) in following("bridge.replicas=1", "bridge.eventsPerSecond=10")


def test_what_the_api_server_will_not_change_is_deleted_first() -> None:
    after = rendered()
    deployment = "kubernetes/50-deployment.yaml"
    after[deployment] = after[deployment].replace(
        "selector:\n    matchLabels:\n", "selector:\n    matchLabels:\n      tier: x\n"
    )
    bindings = "kubernetes/12-rolebinding.yaml"
    after[bindings] = after[bindings].replace("kind: Role\n", "kind: ClusterRole\n")
    found = consequences(rendered(), after)
    assert (
        f"{BRIDGE}: spec.selector cannot change in place: before you apply, "
        "kubectl -n audit-bridge delete deployment kube-audit-bridge"
    ) in found
    assert (
        "RoleBinding kube-audit-bridge in audit-bridge: roleRef cannot change in place: before you apply, "
        "kubectl -n audit-bridge delete rolebinding.rbac.authorization.k8s.io kube-audit-bridge"
    ) in found


def test_a_file_that_somebody_broke_is_passed_over() -> None:
    before = rendered() | {"kubernetes/50-deployment.yaml": "a: ["}
    assert [] == consequences(before, rendered())


def test_changed_alerts_are_told() -> None:
    inputs = [load([VALUES / "default.yaml"], settings) for settings in ([], ["bridge.config.rules.disable=[exec]"])]
    before, after = ({f"alerts/{name}": text for name, text in documents(one).items()} for one in inputs)
    assert ["alerts/alerts.md changed: alerts that are set up in Loggly by hand are to be compared with it"] == (
        consequences(before, after)
    )


def test_the_report_names_the_versions_where_they_differ() -> None:
    assert "" == report(rendered(), rendered(), "1", "1")
    assert [
        "For an installation that was made from what was here:",
        "  - audit-generator 1 wrote this, and 2 does now: its CHANGELOG.md says what else changes",
    ] == report(rendered(), rendered(), "1", "2").splitlines()
    assert "" == report({}, rendered(), None, "2")
