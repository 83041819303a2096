"""Where pods run: the fields of a pod that the scheduler looks at, as data for the templates."""

from typing import Any

from audit.releases import at_least
from generator.distributions import Nodes, Taint, distribution
from generator.metadata import BRIDGE
from generator.pod_values import PodValues
from generator.values import Values

Fields = dict[str, Any]

PRIORITY_ANYWHERE = "1.17"
"""The release since which `system-node-critical` may be used outside kube-system."""

SPREAD = "1.19"
"""The release since which topology spread constraints can be relied on; before, an anti-affinity says about the same."""

SPREAD_OF_ONE_ROLLOUT = "1.27"
"""The release since which pods of another rollout can be left out of the count, by the label of their ReplicaSet."""

TOPOLOGIES = {"hosts": "kubernetes.io/hostname", "zones": "topology.kubernetes.io/zone"}
"""Labels of nodes by what bridges are spread over."""


def agent_placement(values: Values) -> Fields:
    """Return the agent's: every control-plane node, whatever its taints, and no other."""
    agent = values.agent
    nodes = distribution(values.cluster.distribution, values.cluster.version).nodes
    default = "system-node-critical" if at_least(values.cluster.version, PRIORITY_ANYWHERE) else ""
    fields = {
        **_common(agent),
        "affinity": _affinity(agent) or _to(nodes),
        "priorityClassName": default if agent.priority_class is None else agent.priority_class,
        "tolerations": [*map(_tolerated, nodes.taints), *_tolerations(agent)],
    }
    return _given(fields)


def collector_placement(values: Values) -> Fields:
    """Return that of what fetches a cloud's log: anywhere, but for what is said of the agent."""
    agent = values.agent
    fields = {
        **_common(agent),
        "affinity": _affinity(agent),
        "priorityClassName": agent.priority_class,
        "tolerations": _tolerations(agent),
    }
    return _given(fields)


def containers_placement(values: Values) -> Fields:
    """Return that of the agent of containers' logs: every node, whatever its taints."""
    mine = agent_placement(values)
    return _given({"priorityClassName": mine.get("priorityClassName"), "tolerations": [{"operator": "Exists"}]})


def _to(nodes: Nodes) -> Fields:
    """Return the affinity to the nodes that have one of the labels; none where every node is one of them."""
    terms = [{"matchExpressions": [{"key": key, "operator": "Exists"}]} for key in nodes.labels]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"nodeAffinity": required} if terms else {}


def _tolerated(taint: Taint) -> Fields:
    effect = {"effect": taint.effect} if taint.effect else {}
    return {"key": taint.key, "operator": "Exists", **effect}


def bridge_placement(values: Values, kind: str) -> Fields:
    """Return the bridge's: anywhere, apart from each other. `kind` is that of the object that makes its pods."""
    bridge = values.bridge
    fields = {
        **_common(bridge),
        "affinity": _affinity(bridge),
        "priorityClassName": bridge.priority_class,
        "tolerations": _tolerations(bridge),
    }
    if at_least(values.cluster.version, SPREAD):
        fields["topologySpreadConstraints"] = _constraints(values, kind)
    elif not fields["affinity"]:
        fields["affinity"] = _anti_affinity(values)
    return _given(fields)


def _constraints(values: Values, kind: str) -> list[Fields]:
    """Return a constraint for each topology.

    Where one must hold, only pods of the same rollout count, or those that are on their way out would be in the way of the new.
    """
    one_rollout = kind == "Deployment" and at_least(values.cluster.version, SPREAD_OF_ONE_ROLLOUT)
    keys = {"matchLabelKeys": ["pod-template-hash"]} if one_rollout else {}
    how: dict[str, Fields] = {
        "preferred": {"whenUnsatisfiable": "ScheduleAnyway"},
        "required": {"whenUnsatisfiable": "DoNotSchedule", **keys},
    }
    shared = {"labelSelector": _selector(), "maxSkew": 1}
    return [{**shared, "topologyKey": key, **how[word]} for key, word in _spread(values)]


def _anti_affinity(values: Values) -> Fields:
    """Return the affinity that older releases spread by."""
    terms: dict[str, list[Fields]] = {"preferred": [], "required": []}
    for key, word in _spread(values):
        terms[word].append({"labelSelector": _selector(), "topologyKey": key})
    weighted = [{"podAffinityTerm": term, "weight": 100} for term in terms["preferred"]]
    either = {
        "preferredDuringSchedulingIgnoredDuringExecution": weighted,
        "requiredDuringSchedulingIgnoredDuringExecution": terms["required"],
    }
    return {"podAntiAffinity": _given(either)} if _spread(values) else {}


def _spread(values: Values) -> list[tuple[str, str]]:
    """Return labels of nodes, each with `preferred` or `required`."""
    words = {name: getattr(values.bridge.spread, name) for name in TOPOLOGIES}
    return [(key, words[name]) for name, key in TOPOLOGIES.items() if words[name] != "none"]


def _selector() -> Fields:
    return {"matchLabels": {"app.kubernetes.io/name": BRIDGE}}


def _common(pods: PodValues) -> Fields:
    return {"nodeSelector": dict(pods.node_selector)}


def _affinity(pods: PodValues) -> Fields:
    return pods.affinity.model_dump(by_alias=True, exclude_none=True) if pods.affinity else {}


def _tolerations(pods: PodValues) -> list[Fields]:
    return [one.model_dump(by_alias=True, exclude_unset=True, exclude_none=True) for one in pods.tolerations]


def _given(fields: Fields) -> Fields:
    """Leave out what is empty: the API server keeps no empty field, and would see a change at every apply."""
    return {key: value for key, value in fields.items() if value}
