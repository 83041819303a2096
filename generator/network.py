"""Peers of the NetworkPolicies, as data. Names of hosts are nothing that a NetworkPolicy knows: only addresses and labels are."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from generator.values import Values

Peer = dict[str, Any]

INTERNAL = {
    "0.0.0.0/0": ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    "::/0": ["fc00::/7", "fe80::/10"],
}
"""Addresses that the Internet does not route, by the whole they are a part of: other pods, machines, clouds' metadata."""


def loggly_port(values: Values) -> int:
    """Return the TCP port that events are sent to."""
    url = urlsplit(values.loggly.url)
    return url.port or (443 if url.scheme == "https" else 80)


def loggly_peers(values: Values) -> list[Peer]:
    """Return where the bridge may send to; an empty list is everywhere.

    Loggly's own addresses change, but are never internal ones. Another receiver may be anywhere, unless the URL has its address.
    """
    host = urlsplit(values.loggly.url).hostname or ""
    if values.network_policy.loggly:
        return [{"ipBlock": {"cidr": cidr}} for cidr in values.network_policy.loggly]
    if host == "loggly.com" or host.endswith(".loggly.com"):
        return [{"ipBlock": {"cidr": cidr, "except": internal}} for cidr, internal in INTERNAL.items()]
    return address_peers(host)


def address_peers(host: str) -> list[Peer]:
    """Return the one address that a host is, nothing for a name: a NetworkPolicy cannot know it."""
    return [{"ipBlock": {"cidr": f"{host}/{_bits(host)}"}}] if _bits(host) else []


def dns_rule(values: Values) -> dict[str, Any]:
    """Return the rule by which names may be asked for; without peers of everybody."""
    labels = values.network_policy.dns_pod_labels
    peers = [{"namespaceSelector": {}, "podSelector": {"matchLabels": labels}}] if labels else []
    ports = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    return {"ports": ports, **({"to": peers} if peers else {})}


def prometheus_peers(values: Values) -> list[Peer]:
    """Return who may read metrics; an empty list is nobody."""
    prometheus = values.monitoring.prometheus
    if prometheus is None:
        return []
    peer: Peer = {"namespaceSelector": {"matchLabels": prometheus.namespace_labels}}
    if prometheus.pod_labels:
        peer["podSelector"] = {"matchLabels": prometheus.pod_labels}
    return [peer]


def _bits(host: str) -> int:
    """Return the length of an address, 0 for a name."""
    try:
        return ip_address(host).max_prefixlen
    except ValueError:
        return 0
