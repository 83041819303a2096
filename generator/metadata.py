"""What the rendered objects are called, and the labels and annotations that they carry."""

from typing import Any

from generator.values import Values

AGENT = "kube-audit-agent"
BRIDGE = "kube-audit-bridge"

CLUSTER_DOMAIN = "cluster.local"
"""The domain of Services, where nobody has chosen another."""


def labels(values: Values, component: str) -> dict[str, str]:
    """Return the labels of every object of one component."""
    name = AGENT if component == "agent" else BRIDGE
    return {
        **values.labels,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": values.cluster.name,
        "app.kubernetes.io/managed-by": "audit-generator",
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": BRIDGE,
    }


def metadata(values: Values, component: str) -> dict[str, Any]:
    """Return the part of an object's metadata that all objects of a component share."""
    own = {"annotations": dict(values.annotations)} if values.annotations else {}
    return {**own, "labels": labels(values, component)}


def monitor_metadata(values: Values) -> dict[str, Any]:
    """Return the same for what the Prometheus Operator reads, with the labels by which it finds that."""
    shared = metadata(values, "bridge")
    return {**shared, "labels": {**values.monitoring.labels, **shared["labels"]}}


def service_names(values: Values) -> tuple[str, ...]:
    """Return the names that the bridge's certificate must have, the one that Fluentd connects to first."""
    name = f"{BRIDGE}.{values.namespaces.bridge}"
    return f"{name}.svc", f"{name}.svc.{CLUSTER_DOMAIN}", name, BRIDGE
