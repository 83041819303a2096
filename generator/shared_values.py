"""Values that concern several objects: images, TLS, network policies, monitoring."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from audit.document import Matching
from generator.fields import Cidr, LabelKey, LabelValue, Model, Name

Registry = Annotated[
    str,
    Matching(
        r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9._-]+)*",
        "a registry, such as registry.example.com:5000/mirror",
        "no slash last",
    ),
]
PrometheusDuration = Annotated[str, Matching(r"[1-9]\d*(ms|s|m|h)", "a duration of Prometheus's, such as 30s")]


def _off(value: Any) -> Any:
    """Read YAML's `off`, which is false, as the word that it is here."""
    return "off" if value is False else value


class Notify(Model):
    """What notices need in the cluster; who is told stands in `bridge.config.notify`: docs/notifications.md."""

    secret: Name | None = None
    """A Secret in the bridge's namespace, which you create: each of its keys is a file, `/run/secrets/notify/KEY`, for addresses and tokens that are secrets."""


class Images(Model):
    """How images are pulled."""

    registry: Registry | None = None
    """Put before every image that names no registry itself: a mirror, for clusters that pull from nowhere else."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When nodes pull."""
    require_digests: bool = False
    """Refuse an image without a digest, `NAME@sha256:...`: a tag may be moved, a digest may not."""


class Issuer(Model):
    """Who signs with cert-manager. Both namespaces must get certificates of the same authority."""

    name: Name
    """The issuer, which exists already."""
    kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """An `Issuer` is one in either namespace, of this name."""


class Tls(Model):
    """TLS between Fluentd and the bridge."""

    mode: Annotated[Literal["off", "secret", "certManager"], BeforeValidator(_off)] = "off"
    """`secret`: you create the Secrets. `certManager`: cert-manager does, from `issuer`, and renews them."""
    secret: Name = "audit-bridge-tls"  # noqa: S105 - a Secret's name
    """The Secret in either namespace: with the bridge's `tls.crt`, `tls.key` and `ca.crt` there, with `ca.crt` for Fluentd, and with `clientCertificates` its `tls.crt` and `tls.key`."""
    client_certificates: bool = False
    """Whether Fluentd must show a certificate of the same authority."""
    issuer: Issuer | None = None
    """With `certManager`, who signs."""


class NetworkPolicies(Model):
    """Who may reach what. Both namespaces deny everything else."""

    enabled: bool = True
    """Render them. They hold only where the cluster's network enforces NetworkPolicies."""
    loggly: tuple[Cidr, ...] = ()
    """Where the bridge may send to, on the port of `loggly.url`. Without any: for Loggly itself every public address, for its addresses are not fixed; for another receiver every address."""
    dns_pod_labels: dict[LabelKey, LabelValue] = Field(default={})
    """Which pods may be asked for names, in any namespace, such as `k8s-app: kube-dns`. Without any whoever listens on port 53, for some clusters have a DNS cache on each node, which is no pod of the network."""


class Prometheus(Model):
    """Which pods may read the bridge's metrics, on its admin port."""

    namespace_labels: dict[LabelKey, LabelValue] = Field(default={"kubernetes.io/metadata.name": "monitoring"})
    """Of Prometheus's namespace. Before Kubernetes 1.21 no namespace has its name as a label: give it one."""
    pod_labels: dict[LabelKey, LabelValue] = Field(default={})
    """Of Prometheus's pods; without any every pod of that namespace."""


class Monitoring(Model):
    """How the bridge is watched. The objects are those of the Prometheus Operator, whose CRDs must be there."""

    prometheus: Prometheus | None = None
    """With it, `{}` for the namespace `monitoring`, Prometheus may reach the bridge's metrics."""
    service_monitor: bool = False
    """A ServiceMonitor for the bridge."""
    pod_monitor: bool = False
    """A PodMonitor for the bridge, instead of it."""
    prometheus_rule: bool = False
    """A PrometheusRule: alerts about the bridge's health and about grave events, as in `alerts/`."""
    interval: PrometheusDuration = "30s"
    """How often to scrape."""
    labels: dict[LabelKey, LabelValue] = Field(default={})
    """Labels by which Prometheus finds the three objects, such as `release: prometheus`."""
