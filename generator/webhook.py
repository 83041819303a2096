"""The audit webhook on both sides: the API server's flags, kubeconfig and mounts, and the bridge's port. Pure.

`audit.webhook` of the values decides; nothing here is asked where it is None, unless the function says so.
"""

import math
from ipaddress import ip_address
from typing import Final

from audit.releases import at_least
from audit.units import duration_text
from generator import templates
from generator.values import Values
from generator.webhook_values import Webhook

MOST_EVENTS: Final = 400
"""The API server's default for one batch; more is not needed for any speed, and is more to lose at once."""

LEAST_QPS: Final = 10
"""The API server's default."""

_MINIKUBE: Final = "1.9"  # before, its API server is a part of a process that takes other names

BACKOFF: Final = {"batch": 10.0, "blocking": 0.1, "blocking-strict": 0.1}
"""Seconds of the first of four pauses. The API server's default is the first of them: blocking, it would stop the API server with the bridge."""

SECRETS_DIRECTORY: Final = "/run/secrets/webhook"
"""Where the bridge's container has tls.crt, tls.key and ca.crt."""

DIRECTORIES: Final = {
    "kubeadm": "/etc/kubernetes/audit-webhook",
    "kind": "/etc/kubernetes/audit-webhook",
    "minikube": "/etc/ssl/certs/audit-webhook",
    "k3s": "/var/lib/rancher/k3s/server/audit-webhook",
    "rke2": "/etc/rancher/rke2/audit-webhook",
}
"""Where the API server sees kubeconfig, ca.crt, client.crt and client.key, by distribution; the others have no way that we know to be right."""


def is_direct(values: Values) -> bool:
    """Whether the bridge beside each API server takes the events; false without a webhook."""
    return values.audit.webhook is not None and values.agent.flavor == "direct"


def by_service(values: Values) -> bool:
    """Whether the bridges' Service takes the events; false without a webhook."""
    return values.audit.webhook is not None and values.agent.flavor != "direct"


def server(values: Values) -> str:
    """Return the address that API servers post to. Behind a Service each says its node in the path, where its host file has that."""
    webhook = _webhook(values)
    if is_direct(values):
        return f"https://127.0.0.1:{webhook.port}"
    if webhook.node_port:
        return f"https://{_bracketed(webhook.address or '')}:{webhook.node_port}"
    return f"https://{_bracketed(webhook.cluster_ip or '')}:{webhook.port}"


def called(values: Values) -> str:
    """Return the name or address that the bridge's certificate must be for."""
    webhook = _webhook(values)
    if is_direct(values):
        return "127.0.0.1"
    return (webhook.address if webhook.node_port else webhook.cluster_ip) or ""


def directory(values: Values) -> str:
    """Return where the API server sees the webhook's files; empty where the distribution has no such place."""
    name, version = values.cluster.distribution, values.cluster.version
    return "" if name == "minikube" and not at_least(version, _MINIKUBE) else DIRECTORIES.get(name, "")


def batch_size(values: Values) -> int:
    """Return how many events one request has at most: never more than the bridge takes, were all of the largest size."""
    limits, wanted = values.bridge.config.limits, _webhook(values).batch.max_size
    return wanted or max(1, min(MOST_EVENTS, limits.chunk_bytes // limits.event_bytes))


def qps(values: Values) -> int:
    """Return how many requests a second an API server may send: twice what the cluster's busiest second needs."""
    given, events = _webhook(values).batch.throttle_qps, values.bridge.events_per_second
    return given or max(LEAST_QPS, math.ceil(2 * events / batch_size(values)))


def flags(values: Values) -> dict[str, str]:
    """Return the API server's flags, without their dashes, of every release; none without a webhook.

    Truncation bounds an event, and with the batch's size the request: there is no other bound.
    """
    webhook = values.audit.webhook
    if webhook is None:
        return {}
    found = {
        "audit-webhook-config-file": f"{directory(values)}/kubeconfig",
        "audit-webhook-initial-backoff": duration_text(webhook.initial_backoff or BACKOFF[webhook.mode]),
        "audit-webhook-mode": webhook.mode,
        "audit-webhook-truncate-enabled": "true",
        "audit-webhook-truncate-max-event-size": str(values.bridge.config.limits.event_bytes),
    }
    if webhook.mode != "batch":
        return found
    return found | {
        "audit-webhook-batch-buffer-size": str(webhook.batch.buffer_size),
        "audit-webhook-batch-max-size": str(batch_size(values)),
        "audit-webhook-batch-max-wait": duration_text(webhook.batch.max_wait),
        "audit-webhook-batch-throttle-burst": str(2 * qps(values)),
        "audit-webhook-batch-throttle-qps": str(qps(values)),
    }


def kubeconfig(values: Values) -> str:
    """Return the API server's kubeconfig for the webhook; its files are beside it."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "bridge", "cluster": {"certificate-authority": "ca.crt", "server": server(values)}},
        ],
        "contexts": [{"name": "webhook", "context": {"cluster": "bridge", "user": "apiserver"}}],
        "current-context": "webhook",
        "users": [{"name": "apiserver", "user": {"client-certificate": "client.crt", "client-key": "client.key"}}],
    }
    return (
        f"---\n# Where the API server posts its audit events. Files are beside this one.\n{templates.to_yaml(config)}"
    )


def arguments(values: Values) -> list[str]:
    """Return the bridge's arguments: its port, who may post, where its container has certificates, and on a node, whose events they are.

    None of it stands in the configuration's file, which also serves a bridge that is run by hand, and `audit-bridge verify`.
    """
    webhook = values.audit.webhook
    if webhook is None:
        return []
    files = {"cert_file": "tls.crt", "key_file": "tls.key", "client_ca_file": "ca.crt"}
    found = {
        "port": str(webhook.port),
        "client_names": f'["{webhook.client_name}"]',
        **{f"tls.{key}": f"{SECRETS_DIRECTORY}/{name}" for key, name in files.items()},
    }
    if is_direct(values):
        found |= {"host": "127.0.0.1", "node": '"$(NODE_NAME)"'}
    return [f"--set=webhook.{key}={value}" for key, value in sorted(found.items())]


def _webhook(values: Values) -> Webhook:
    if values.audit.webhook is None:
        raise ValueError("audit.webhook is not set")
    return values.audit.webhook


def _bracketed(host: str) -> str:
    """Write an address of IPv6 as URLs have it."""
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host
