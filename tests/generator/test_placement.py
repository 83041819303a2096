"""Where pods run."""

from typing import Any

import pytest

from generator.distributions import CONTROL_PLANE, MASTER
from generator.placement import agent_placement, bridge_placement
from generator.values import Values


def values(version: str = "1.36", distribution: str = "kubeadm", **given: Any) -> Values:
    return Values.model_validate({"cluster": {"version": version, "distribution": distribution}, **given})


def test_the_agent_runs_on_every_control_plane_node_and_on_no_other() -> None:
    found = agent_placement(values())
    terms = found["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [{"matchExpressions": [{"key": key, "operator": "Exists"}]} for key in (CONTROL_PLANE, MASTER)] == terms
    assert "system-node-critical" == found["priorityClassName"]
    assert "nodeSelector" not in found


@pytest.mark.parametrize(
    ("version", "given", "expected"),
    [("1.17", None, "system-node-critical"), ("1.16", None, None), ("1.36", "", None), ("1.16", "own", "own")],
)
def test_the_agents_priority_is_that_of_a_node_where_it_may(
    version: str, given: str | None, expected: str | None
) -> None:
    found = agent_placement(values(version, agent={"priorityClass": given}))
    assert expected == found.get("priorityClassName")


def test_own_tolerations_come_beside_those_of_control_plane_nodes() -> None:
    own = {"key": "dedicated", "effect": "NoExecute", "tolerationSeconds": 60}
    assert [*agent_placement(values())["tolerations"], own] == agent_placement(values(agent={"tolerations": [own]}))[
        "tolerations"
    ]


@pytest.mark.parametrize("distribution", ["k3s", "rke2"])
def test_servers_may_have_more_taints(distribution: str) -> None:
    usual = agent_placement(values())["tolerations"]
    assert ["NoSchedule", "NoSchedule"] == [one["effect"] for one in usual]
    more = [
        {"key": "node-role.kubernetes.io/etcd", "operator": "Exists", "effect": "NoExecute"},
        {"key": "CriticalAddonsOnly", "operator": "Exists"},
    ]
    assert [*usual, *more] == agent_placement(values(distribution=distribution))["tolerations"]


def test_where_every_node_has_the_log_none_is_asked_for() -> None:
    """The one node of minikube had no label of a role when Kubernetes was one process on it."""
    found = agent_placement(values("1.8", "minikube"))
    assert {"affinity", "tolerations"}.isdisjoint(found)


@pytest.mark.parametrize("place", [agent_placement, lambda given: bridge_placement(given, "Deployment")])
def test_an_own_affinity_is_instead(place: Any) -> None:
    own: Any = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}}
    given = values(agent={"affinity": own}, bridge={"affinity": own})
    assert own == place(given)["affinity"]


REQUIRED = {"spread": {"hosts": "required"}}


def test_bridges_keep_apart_by_node() -> None:
    """With nothing that an older release does not know."""
    (constraint,) = bridge_placement(values(), "Deployment")["topologySpreadConstraints"]
    assert {"labelSelector", "maxSkew", "topologyKey", "whenUnsatisfiable"} == constraint.keys()
    assert ("kubernetes.io/hostname", "ScheduleAnyway") == (
        constraint["topologyKey"],
        constraint["whenUnsatisfiable"],
    )


def test_where_they_must_only_their_own_rollout_counts() -> None:
    (constraint,) = bridge_placement(values(bridge=REQUIRED), "Deployment")["topologySpreadConstraints"]
    assert ["pod-template-hash"] == constraint["matchLabelKeys"]


@pytest.mark.parametrize(("version", "kind"), [("1.26", "Deployment"), ("1.36", "StatefulSet")])
def test_what_has_no_label_of_a_rollout_counts_all(version: str, kind: str) -> None:
    (constraint,) = bridge_placement(values(version, bridge=REQUIRED), kind)["topologySpreadConstraints"]
    assert "matchLabelKeys" not in constraint


def test_a_spread_that_must_be() -> None:
    spread = {"hosts": "none", "zones": "required"}
    (constraint,) = bridge_placement(values(bridge={"spread": spread}), "Deployment")["topologySpreadConstraints"]
    assert ("topology.kubernetes.io/zone", "DoNotSchedule") == (
        constraint["topologyKey"],
        constraint["whenUnsatisfiable"],
    )


def test_no_spread_at_all() -> None:
    for version in ("1.18", "1.36"):
        given = values(version, bridge={"spread": {"hosts": "none", "zones": "none"}})
        assert {} == bridge_placement(given, "Deployment")


def test_an_older_release_keeps_bridges_apart_by_an_affinity() -> None:
    found = bridge_placement(values("1.18", bridge={"spread": {"hosts": "required", "zones": "preferred"}}), "x")
    selector = {"matchLabels": {"app.kubernetes.io/name": "kube-audit-bridge"}}
    zone = {"labelSelector": selector, "topologyKey": "topology.kubernetes.io/zone"}
    assert {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": zone, "weight": 100}],
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}
            ],
        }
    } == found["affinity"]
    assert "topologySpreadConstraints" not in found
