"""What the rendered objects are called, and the labels and annotations that they carry."""

from typing import Any

from generator.values import Values

AGENT = "kube-audit-agent"
BRIDGE = "kube-audit-bridge"
LOGS = "kube-log-agent"
"""What reads containers' logs, in the agent's namespace."""

COLLECTOR = "kube-audit-collector"
"""What fetches a managed cloud's audit log, in the bridge's namespace."""

NAMES = {"agent": AGENT, "bridge": BRIDGE, "collector": COLLECTOR, "containers": LOGS}
"""What the objects of each component are called."""

CLUSTER_DOMAIN = "cluster.local"
"""The domain of Services, where nobody has chosen another."""


def labels(values: Values, component: str) -> dict[str, str]:
    """Return the labels of every object of one component."""
    return {
        **values.labels,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": values.cluster.name,
        "app.kubernetes.io/managed-by": "audit-generator",
        "app.kubernetes.io/name": NAMES[component],
        "app.kubernetes.io/part-of": BRIDGE,
    }


def metadata(values: Values, component: str) -> dict[str, Any]:
    """Return the part of an object's metadata that all objects of a component share."""
    own = {"annotations": dict(values.annotations)} if values.annotations else {}
    return {**own, "labels": labels(values, component)}


def bridge_component(values: Values) -> str:
    """Return the component whose pods are the bridge: the agent's, where the bridge itself reads the log."""
    return "agent" if values.agent.flavor == "direct" else "bridge"


def bridge_namespace(values: Values) -> str:
    """Return where those pods are."""
    return values.namespaces.agent if bridge_component(values) == "agent" else values.namespaces.bridge


def monitor_metadata(values: Values) -> dict[str, Any]:
    """Return the metadata of what the Prometheus Operator reads, with the labels by which it finds that."""
    component = bridge_component(values)
    shared = metadata(values, component)
    return {
        "name": NAMES[component],
        "namespace": bridge_namespace(values),
        **shared,
        "labels": {**values.monitoring.labels, **shared["labels"]},
    }


def service_names(values: Values) -> tuple[str, ...]:
    """Return the names that the bridge's certificate must have, the one that Fluentd connects to first."""
    name = f"{BRIDGE}.{values.namespaces.bridge}"
    outside = values.forward.expose.host if values.forward.expose else None
    return f"{name}.svc", f"{name}.svc.{CLUSTER_DOMAIN}", name, BRIDGE, *([outside] if outside else [])
