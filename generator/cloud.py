"""What fetches the audit log of a managed cloud, and what the bridge does in place of a policy.

A managed control plane takes no policy and shows no file: the cloud keeps the log. One Fluentd beside the bridge reads it there, and
the bridge leaves out what a policy would not have written.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from audit.presets import PRESETS
from generator import host
from generator.cloud_values import Aks, Eks, Gke
from generator.flavors import FLUENTD_IMAGE
from generator.images import pulled
from generator.metadata import COLLECTOR
from generator.values import Values

GKE_TAG = "gke."
"""How Fluentd's tag of Google's records begins: they are no Kubernetes audit events."""


class Plugin(NamedTuple):
    """What Fluentd needs for a cloud: a gem, its version, and the ports that it connects to beside 443."""

    gem: str
    version: str
    port: int = 443


PLUGINS: Mapping[str, Plugin] = {
    "eks": Plugin("fluent-plugin-cloudwatch-logs", "0.15.0"),
    "gke": Plugin("fluent-plugin-gcloud-pubsub-custom", "1.6.0"),
    "aks": Plugin("fluent-plugin-kafka", "0.19.7", 9093),
}


def is_managed(values: Values) -> bool:
    """Whether a cloud runs the control plane."""
    return host.way(values).managed


def chosen(values: Values) -> Eks | Gke | Aks:
    """Return where the cloud keeps the log. Only for a managed cluster whose values have been checked."""
    found: Eks | Gke | Aks = getattr(values.cloud, values.cluster.distribution)
    return found


def bridge_config(values: Values, config: dict[str, Any]) -> dict[str, Any]:
    """Return the bridge's configuration with what stands for a policy, where the user says nothing else.

    Google's records are shipped as they are: no policy can be asked about them.
    """
    name = values.cluster.distribution
    if not is_managed(values):
        return config
    if name == "gke":
        return {**config, "others": [*config.get("others", ()), {"prefix": GKE_TAG, "tags": list(values.loggly.tags)}]}
    given, filtering = values.bridge.config.filter, config.get("filter", {})
    if not given.omit_stages:
        filtering = {**filtering, "omit_stages": ["RequestReceived"]}
    if given.policy_file is None:
        filtering = {**filtering, "policy_file": PRESETS[0]}
    return {**config, "filter": filtering}


def collector_context(values: Values) -> dict[str, Any]:
    """Return what the collector's templates need; `collector` is None where the cluster has none."""
    if not is_managed(values):
        return {"collector": None}
    name, cloud = values.cluster.distribution, chosen(values)
    return {
        "cloud": cloud,
        "cloud_name": name,
        "collector": COLLECTOR,
        "collector_image": pulled(values.cloud.image or "", values.images.registry),
        "collector_port": PLUGINS[name].port,
        "fluentd_image": FLUENTD_IMAGE,
        "log_group": log_group(values) if isinstance(cloud, Eks) else "",
        "plugin": PLUGINS[name],
        "way": host.way(values),
    }


def log_group(values: Values) -> str:
    """Return the group in CloudWatch that has EKS's control-plane logs."""
    eks = values.cloud.eks
    return (eks.log_group if eks else None) or f"/aws/eks/{values.cluster.name}/cluster"
