"""Manifests as an older release takes them.

The templates are written for current releases; this takes out what a release does not know, or says it as it was said then.

An API server drops a field that it does not know, and kubectl refuses it; the seccomp profile of a pod must not be lost so.
"""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from audit.releases import at_least
from generator import templates
from generator.versions import API_VERSIONS, FIELDS, api_version

Object = dict[str, Any]

SECCOMP = "seccomp.security.alpha.kubernetes.io/pod"
"""The annotation that held a pod's seccomp profile before 1.19."""


def written_for(version: str, text: str, objects: list[Object]) -> str:
    """Return a manifest for a release: `text` with its comments where its objects need no change, else the changed objects."""
    fitted = [one for found in objects if (one := fit(copy.deepcopy(found), version))]
    if fitted == objects:
        return text
    return "".join(f"---\n{templates.to_yaml(one)}" for one in fitted)


def fit(data: Object, version: str) -> Object | None:
    """Change an object to what a release takes; None where the release cannot say it at all."""
    if data["kind"] in API_VERSIONS:
        data["apiVersion"] = api_version(data["kind"], version)
    if data["kind"] == "NetworkPolicy" and not at_least(version, "1.8") and _is_about_egress_alone(data):
        return None
    for first, change in _CHANGES:
        if not at_least(version, first):
            change(data)
    for field in FIELDS:
        if not at_least(version, field.first):
            _remove(data, field.path.split("."))
    return data


def _is_about_egress_alone(policy: Object) -> bool:
    """Whether a policy says nothing of ingress: 1.7 knows ingress alone, and would deny all of it."""
    return "Ingress" not in policy["spec"].get("policyTypes", ["Ingress"])


def _startup_probe(data: Object) -> None:
    """Let the liveness probe wait as long as the startup probe would have taken at most (a gate before 1.18)."""
    for container in _containers(data):
        if probe := container.pop("startupProbe", None):
            seconds = probe.get("failureThreshold", 3) * probe.get("periodSeconds", 10)
            container.get("livenessProbe", {}).setdefault("initialDelaySeconds", seconds)


def _seccomp(data: Object) -> None:
    """Name the profile in the annotation (before 1.19)."""
    for template in _templates(data):
        if template["spec"].get("securityContext", {}).pop("seccompProfile", {}).get("type") == "RuntimeDefault":
            template["metadata"].setdefault("annotations", {})[SECCOMP] = "runtime/default"


def _seccomp_of_docker(data: Object) -> None:
    """Name the profile as it was named before 1.11."""
    for template in _templates(data):
        if template["metadata"].get("annotations", {}).get(SECCOMP) == "runtime/default":
            template["metadata"]["annotations"][SECCOMP] = "docker/default"


def _one_selector(data: Object) -> None:
    """Name the namespace alone: before 1.11 a peer must not have both selectors."""
    if data["kind"] == "NetworkPolicy":
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in data["spec"].get(direction) or ():
                for peer in rule.get(peers, ()):
                    if "namespaceSelector" in peer:
                        peer.pop("podSelector", None)


def _rules(data: Object) -> None:
    """Write the empty list: the schema of a role wants it before 1.14."""
    if data["kind"] in ("ClusterRole", "Role"):
        data.setdefault("rules", [])


def _metrics(data: Object) -> None:
    """Write metrics as autoscaling/v2beta1 has them (before 1.12): the target's value beside the metric's name."""
    if data["kind"] == "HorizontalPodAutoscaler":
        for metric in data["spec"]["metrics"]:
            if metric["type"] == "Resource":
                source = metric["resource"]
                source["targetAverageUtilization"] = source.pop("target")["averageUtilization"]
            else:
                source = metric["pods"]
                source["targetAverageValue"] = source.pop("target")["averageValue"]
                source["metricName"] = source.pop("metric")["name"]


_CHANGES: tuple[tuple[str, Callable[[Object], None]], ...] = (
    ("1.19", _seccomp),
    ("1.11", _seccomp_of_docker),
    ("1.18", _startup_probe),
    ("1.14", _rules),
    ("1.12", _metrics),
    ("1.11", _one_selector),
)
"""What is said otherwise before a release, in the order in which it is changed."""


def _templates(data: Object) -> list[Object]:
    template = data.get("spec", {}).get("template")
    return [template] if isinstance(template, dict) and "spec" in template else []


def _containers(data: Object) -> Iterable[Object]:
    return (container for template in _templates(data) for container in template["spec"].get("containers", ()))


def _remove(data: Any, path: list[str]) -> None:
    """Remove what stands at a path, where anything does."""
    name, *rest = path
    if name == "*":
        for item in data if isinstance(data, list) else ():
            _remove(item, rest)
    elif isinstance(data, dict) and name in data:
        if rest:
            _remove(data[name], rest)
        else:
            del data[name]
