"""What the templates of manifests need to know beyond the values: names, peers, placement, certificates, as data."""

from typing import Any

from generator import network, notifying, placement, webhook
from generator.images import pulled
from generator.metadata import LOGS, NAMES, bridge_namespace, labels, metadata, monitor_metadata, service_names
from generator.pod_values import PodValues
from generator.values import Values

TLS_DIRECTORY = "/run/secrets/tls"
"""Where either side's container has tls.crt, tls.key and ca.crt."""

STATE_DIRECTORY = "/var/lib/kube-audit-bridge"
"""Where the bridge's container has the volume that it keeps things on."""


def manifest_context(values: Values) -> dict[str, Any]:
    """Return names for templates; all of it follows from the values alone."""
    kind = bridge_kind(values)
    return {
        "bridge_image": pulled(values.bridge.image, values.images.registry),
        "bridge_kind": kind,
        "bridge_namespace": bridge_namespace(values),
        "dns_rule": network.dns_rule(values),
        "fewest_replicas": fewest_replicas(values),
        "loggly_peers": network.loggly_peers(values),
        "loggly_port": network.loggly_port(values),
        "logs": LOGS,
        "metadata": {name: metadata(values, name) for name in NAMES},
        "monitor_metadata": monitor_metadata(values),
        "notify_directory": notifying.DIRECTORY,
        "notify_rules": notifying.egress_rules(values),
        "placement": {
            "agent": placement.agent_placement(values),
            "bridge": placement.bridge_placement(values, kind),
            "collector": placement.collector_placement(values),
            "containers": placement.containers_placement(values),
        },
        "pod_labels": {name: {**_pods(values, name).pod_labels, **labels(values, name)} for name in NAMES},
        "prometheus_peers": network.prometheus_peers(values),
        "service_names": service_names(values),
        "state_bytes": state_bytes(values),
        "state_directory": STATE_DIRECTORY,
        "tls_directory": TLS_DIRECTORY,
        "webhook_arguments": webhook.arguments(values),
        "webhook_by_service": webhook.by_service(values),
        "webhook_called": webhook.called(values) if values.audit.webhook else "",
        "webhook_directory": webhook.SECRETS_DIRECTORY,
        "webhook_is_direct": webhook.is_direct(values),
    }


def _pods(values: Values, component: str) -> PodValues:
    """Return what is said of a component's pods; that of the agent holds for both of them."""
    return values.bridge if component == "bridge" else values.agent


def bridge_kind(values: Values) -> str:
    """Return the kind of the object that makes the bridge's pods: with volumes of their own they need names that stay."""
    return "StatefulSet" if values.bridge.storage.claim else "Deployment"


def most_replicas(values: Values) -> int:
    """Return how many bridges there may be."""
    scaling = values.bridge.autoscaling
    return scaling.max_replicas if scaling else values.bridge.replicas


def fewest_replicas(values: Values) -> int:
    """Return how many bridges there are at least."""
    scaling = values.bridge.autoscaling
    return scaling.min_replicas if scaling else values.bridge.replicas


def state_bytes(values: Values) -> int:
    """Return how large a bridge's volume must be: twice each bound, for a file, and its log while it is written."""
    config = values.bridge.config
    return 2 * (config.dead_letter.max_bytes + (config.spool.max_bytes if values.bridge.storage.spool else 0))
