"""What the rendered objects are called, and the labels and annotations that they carry."""

from generator.values import Values

AGENT = "kube-audit-agent"
BRIDGE = "kube-audit-bridge"


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
