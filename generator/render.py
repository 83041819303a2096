"""Values to files: a pure function. The same input gives the same bytes: no clock, no randomness, sorted keys.

kubernetes/   what `kubectl apply` takes, and a kustomization
host/         what goes onto control-plane machines; no API objects
bridge.yaml, fluent.conf, filter-policy.yaml, rules-N.yml   the configurations, to the byte as in the ConfigMaps, for runs outside a cluster
README.md     the steps, in order
"""

import hashlib
import math
from pathlib import PurePosixPath
from typing import Any

import yaml

from audit.releases import at_least
from generator import agents, cloud, host, host_agent, older, sizing, templates, webhook
from generator.agents import of_components
from generator.crosscheck import ACK_TIMEOUT_SECONDS, CHUNK_BYTES
from generator.errors import TemplateError
from generator.images import pulled
from generator.load import Inputs
from generator.manifest_context import manifest_context, most_replicas
from generator.metadata import AGENT, BRIDGE, labels
from generator.prometheus import prometheus_rule
from generator.values import Resources, Values
from generator.versions import POD_SECURITY_POLICY_GONE, api_version

KUSTOMIZATION = "kubernetes/kustomization.yaml"

MONITOR_PORT = 24220
"""Fluentd's monitor_agent, for the kubelet's probes."""


def render(inputs: Inputs) -> dict[str, str]:
    """Return every file by its path, sorted. Raises `TemplateError`."""
    context = _context(inputs)
    kubernetes = _kubernetes(context)
    context["manifests"] = [PurePosixPath(path).name for path in kubernetes]
    configurations = _configurations(inputs, context)
    context["configurations"] = sorted(configurations)
    files = {
        **kubernetes,
        **host.files(inputs, context),
        KUSTOMIZATION: templates.render("manifests/kustomization.yaml.j2", context),
        **configurations,
        **host_agent.files(inputs.values, context),
        "README.md": templates.render("manifests/README.md.j2", context),
    }
    return dict(sorted(files.items()))


def _configurations(inputs: Inputs, context: dict[str, Any]) -> dict[str, str]:
    """Return the configurations of what the cluster has, by the names that they have beside the manifests."""
    values = inputs.values
    found: dict[str, str] = {}
    if context["has_token"]:
        policy = {} if inputs.filter_text is None else {"filter-policy.yaml": inputs.filter_text}
        found = {"bridge.yaml": context["bridge_yaml"], **policy, **context["rule_files"]}
    agent_files = {} if webhook.by_service(values) else context["agent_files"]
    for name, text in (("agent", agent_files), ("containers", context.get("containers_files", {}))):
        if (config := text.get(context["flavor"].config_name)) and values.agent.flavor != "direct":
            found[agents.CONFIGURATIONS[name, context["flavor"].kind]] = config
    return found


def stream(files: dict[str, str]) -> str:
    """Return the manifests as one stream for `kubectl apply -f -`, in the order of their names: namespaces first."""
    return "".join(text for path, text in files.items() if path.startswith("kubernetes/") and path != KUSTOMIZATION)


def bridge_config(inputs: Inputs) -> dict[str, Any]:
    """Return the bridge's configuration: what other values decide, and what the user set beyond it.

    The token's file is not in it, nor is a filter's or a rule's: the Deployment names them on the command line, so that the same
    file serves a bridge that is run by hand with LOGGLY_TOKEN.
    """
    values = inputs.values
    config = values.bridge.config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if inputs.filter_text is not None:
        config["filter"] = {key: value for key, value in config["filter"].items() if key != "policy_file"}
    if inputs.rule_texts:
        config["rules"] = {key: value for key, value in config["rules"].items() if key != "files"}
    if not at_least(values.cluster.version, "1.8") and not values.bridge.config.filter.omit_stages:
        # The policy of 1.7 cannot leave the stage out that every other policy leaves out.
        config["filter"] = {**config.get("filter", {}), "omit_stages": ["RequestReceived"]}
    config["cluster"] = values.cluster.name
    if values.environment:
        config["environment"] = values.environment
    config["loggly"] = {**config.get("loggly", {}), "url": values.loggly.url, "tags": list(values.loggly.tags)}
    if values.loggly.subdomain and config.get("notify"):  # for the links in notices
        config["loggly"]["subdomain"] = values.loggly.subdomain
    config |= agents.senders_config(values)
    config |= agents.direct_config(values, host.log_path(values), container_log=host.log_file(values) is None)
    return cloud.bridge_config(values, config)


def bridge_resources(values: Values) -> Resources:
    """Return what the bridge's container asks for: what is given, and for the rest what its events and its limits need."""
    bridge = values.bridge
    replicas, others = most_replicas(values), len(values.forward.clusters)
    return _completed(bridge.resources, sizing.sized(bridge.events_per_second, replicas, _bounds(values), others))


def agent_resources(values: Values) -> Resources:
    """Return what the agent's container asks for, in the same way."""
    events, kind = values.bridge.events_per_second, agents.flavor(values).kind
    return _completed(
        values.agent.resources,
        sizing.direct_sized(events, _bounds(values)) if kind == "bridge" else sizing.agent_sized(events, kind),
    )


def _bounds(values: Values) -> sizing.Limits:
    limits = values.bridge.config.limits
    return sizing.Limits(limits.unacked_bytes, limits.chunk_bytes, limits.decompressed_bytes)


def _completed(given: Resources | None, needed: sizing.Sized) -> Resources:
    own = given.model_dump(exclude_unset=True) if given else {}
    return Resources(**{"requests": dict(needed.requests), "limits": dict(needed.limits), **own})


def checksum(*texts: str) -> str:
    """Return what stands in a pod template's annotation, so that a changed configuration rolls the pods."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _kubernetes(context: dict[str, Any]) -> dict[str, str]:
    """Render the numbered manifests; one that renders to nothing is left out."""
    files = {}
    for name in templates.names("manifests"):
        if not name.removeprefix("manifests/")[0].isdigit():
            continue
        text = templates.render(name, context)
        if text.strip():
            there, objects = of_components(context["components"], text, _checked_objects(name, text))
            fitted = older.written_for(context["values"].cluster.version, there, objects)
            if objects:
                files["kubernetes/" + name.removeprefix("manifests/").removesuffix(".j2")] = fitted
    return files


def _checked_objects(name: str, text: str) -> list[dict[str, Any]]:
    """Return the objects of a manifest; refuse what is not a sequence of them, so that a broken template reaches no cluster."""
    try:
        objects = templates.from_yaml(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise TemplateError(name, None, f"line {line} of what it renders is not YAML: {error.problem}") from error
    for one in objects:
        if not (isinstance(one, dict) and one.get("apiVersion") and one.get("kind") and one.get("metadata")):
            raise TemplateError(name, None, "renders something that is not a Kubernetes object")
    return objects


def _context(inputs: Inputs) -> dict[str, Any]:
    values = inputs.values
    found = host.way(values)
    context: dict[str, Any] = {
        "values": values,
        "agent": AGENT,
        "bridge": BRIDGE,
        **manifest_context(values),
        **cloud.collector_context(values),
        "labels": {component: labels(values, component) for component in ("agent", "bridge")},
        "api_version": lambda kind: api_version(kind, values.cluster.version),
        "agent_image": pulled(agents.images(values).get("agent", ""), values.images.registry),
        "components": agents.components(values),
        "has_token": agents.has_bridge(values) or values.agent.flavor == "direct",
        "agent_resources": agent_resources(values),
        "log_path": host.log_path(values),
        "log_directories": host.log_directories(values),
        "container_log": host.log_file(values) is None,
        "at_least": lambda first: at_least(values.cluster.version, first),
        "host_path_types": found.nodes.checks_host_paths,
        "pod_security_policies": not at_least(values.cluster.version, POD_SECURITY_POLICY_GONE),
        "monitor_port": MONITOR_PORT,
        "chunk_bytes": CHUNK_BYTES,
        "ack_timeout": ACK_TIMEOUT_SECONDS,
        "bridge_resources": bridge_resources(values),
        "filter_policy": inputs.filter_text,
        "rule_files": {f"rules-{at}.yml": text for at, text in enumerate(inputs.rule_texts)},
        "grace_seconds": math.ceil(values.bridge.config.forward.ack_deadline) + 10,
    }
    context["prometheus_rule"] = prometheus_rule(values)
    context["bridge_yaml"] = "---\n" + templates.to_yaml(bridge_config(inputs))
    context |= agents.agent_context(values, context)
    context["agent_checksum"] = checksum(*context["agent_files"].values())
    context["containers_checksum"] = checksum(*context.get("containers_files", {}).values())
    context["bridge_checksum"] = checksum(context["bridge_yaml"])
    return context
