"""Values of the manifests that do not go together: namespaces, replicas, volumes, TLS, monitoring, images, labels.

Each function yields what it finds as path, want, got and cure; `crosscheck` makes findings of them.
"""

from collections.abc import Iterator, Mapping

from audit.document import Path
from audit.releases import at_least
from generator import agents, notifying, sizing
from generator.images import has_digest
from generator.manifest_context import most_replicas
from generator.notifying import NAMES_AS_LABELS
from generator.placement import PRIORITY_ANYWHERE
from generator.values import Values

Told = tuple[Path, str, str, str]

OTHERS = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Namespaces that every cluster has for others."""


def manifest_disagreements(values: Values) -> Iterator[Told]:
    """Yield everything that does not go together here."""
    checks = (
        _namespaces,
        _replicas,
        _autoscaling,
        _spool,
        _priority,
        _tls,
        _monitoring,
        _digests,
        _own_names,
        notifying.disagreements,
    )
    for check in checks:
        yield from check(values)


def _namespaces(values: Values) -> Iterator[Told]:
    names = {"agent": values.namespaces.agent, "bridge": values.namespaces.bridge}
    for key, name in names.items():
        if name in OTHERS:
            want = "a namespace of its own: its Pod Security level is set, and what is in it gets no network"
            yield ("namespaces", key), want, repr(name), "leave it out for the default"
    if names["agent"] == names["bridge"]:
        want = "another namespace than the agent's, whose Pod Security level is lower"
        yield ("namespaces", "bridge"), want, repr(names["bridge"]), "name two namespaces"


def _replicas(values: Values) -> Iterator[Told]:
    replicas, events = most_replicas(values), values.bridge.events_per_second
    least = sizing.least_replicas(events)
    if agents.has_bridge(values) and sizing.serving(replicas) < sizing.serving(least):
        want = f"at least {least} for {events:,} events a second, one of them being replaced"
        path = ("bridge", "autoscaling", "maxReplicas") if values.bridge.autoscaling else ("bridge", "replicas")
        yield path, want, str(replicas), "see docs/performance.md"


def _autoscaling(values: Values) -> Iterator[Told]:
    bridge = values.bridge
    if bridge.autoscaling and bridge.storage.claim:
        want = "none with storage.claim: who is scaled away leaves its dead letters and its spool behind"
        yield ("bridge", "autoscaling"), want, "one", "set replicas, or leave storage.claim out"
    given = bridge.resources.requests if bridge.resources else {}
    if bridge.autoscaling and bridge.autoscaling.cpu and given and "cpu" not in given:
        want = "cpu among the requests, which autoscaling.cpu is a share of"
        yield ("bridge", "resources", "requests"), want, ", ".join(given), "name it, or set autoscaling.cpu to null"


def _spool(values: Values) -> Iterator[Told]:
    storage = values.bridge.storage
    if storage.spool and storage.claim is None:
        want = "a volume that outlives the pod with a spool, which is acked for"
        yield ("bridge", "storage", "claim"), want, "none", "set it to {} for the default StorageClass"


def _priority(values: Values) -> Iterator[Told]:
    for key, name in (("agent", values.agent.priority_class), ("bridge", values.bridge.priority_class)):
        if (name or "").startswith("system-") and not at_least(values.cluster.version, PRIORITY_ANYWHERE):
            want = f"no class of the system's: before {PRIORITY_ANYWHERE} only kube-system may use them"
            yield (key, "priorityClass"), want, repr(name), "make a PriorityClass of your own and name it"


def _tls(values: Values) -> Iterator[Told]:
    tls = values.tls
    if tls.mode == "certManager" and tls.issuer is None:
        yield ("tls", "issuer"), "an issuer with the mode certManager", "none", "name one that exists: {name: my-ca}"
    if tls.mode != "certManager" and tls.issuer is not None:
        yield ("tls", "issuer"), "none unless the mode is certManager", "one", "set tls.mode to certManager"
    if tls.mode == "off" and tls.client_certificates:
        yield ("tls", "clientCertificates"), "false while tls.mode is off", "true", "set tls.mode to secret"


def _monitoring(values: Values) -> Iterator[Told]:
    monitoring = values.monitoring
    if monitoring.service_monitor and monitoring.pod_monitor:
        yield ("monitoring", "podMonitor"), "one of the two monitors", "both", "everything would be counted twice"
    prometheus = monitoring.prometheus
    scraped = monitoring.service_monitor or monitoring.pod_monitor
    if monitoring.service_monitor and not agents.has_bridge(values):
        want = "a podMonitor where nothing has a Service: the bridge itself reads the log, or is elsewhere"
        yield ("monitoring", "serviceMonitor"), want, "true", "set podMonitor instead"
    elif monitoring.pod_monitor and not agents.has_bridge(values) and values.agent.flavor != "direct":
        yield ("monitoring", "podMonitor"), "false where the bridge is elsewhere", "true", "set it where the bridge is"
    if scraped and prometheus is None and values.network_policy.enabled:
        want = "where Prometheus is, for the NetworkPolicy must let it in"
        yield ("monitoring", "prometheus"), want, "nothing", "set it to {} if that is the namespace monitoring"
    if prometheus is None:
        return
    if not prometheus.namespace_labels and not prometheus.pod_labels:
        want = "labels of the namespace or of the pods"
        yield ("monitoring", "prometheus"), want, "neither", "without any everybody may read the status page"
    by_name = "kubernetes.io/metadata.name" in prometheus.namespace_labels
    if by_name and not at_least(values.cluster.version, NAMES_AS_LABELS):
        want = f"a label that the namespace has: before {NAMES_AS_LABELS} its name is none"
        got, cure = "kubernetes.io/metadata.name", "give the namespace a label, and name that"
        yield ("monitoring", "prometheus", "namespaceLabels"), want, got, cure


def _digests(values: Values) -> Iterator[Told]:
    for key, image in agents.images(values).items():
        if values.images.require_digests and not has_digest(image):
            yield (key, "image"), "an image with its digest, as images.requireDigests asks", repr(image), _DIGEST


_DIGEST = "docker inspect --format '{{index .RepoDigests 0}}' IMAGE tells it"


def _own_names(values: Values) -> Iterator[Told]:
    """Find labels and annotations that are set for the user."""
    reserved = ("app.kubernetes.io/", "pod-security.kubernetes.io/")
    maps: list[tuple[Path, Mapping[str, str]]] = [
        (("agent", "podLabels"), values.agent.pod_labels),
        (("bridge", "podLabels"), values.bridge.pod_labels),
        (("monitoring", "labels"), values.monitoring.labels),
        (("labels",), values.labels),
    ]
    for path, own in maps:
        for key in own:
            if key.startswith(reserved):
                yield (*path, key), "a label of your own", "one that is set for you", "choose another key"
    for component in ("agent", "bridge"):
        if "checksum/config" in getattr(values, component).pod_annotations:
            path = (component, "podAnnotations", "checksum/config")
            yield path, "an annotation of your own", "one that is set for you", "choose another key"
