"""What runs where: which components a cluster has, and what each agent reads, by flavor. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from generator import host, templates, webhook
from generator.adoption import CONTAINERS, MOUNT, SCRIPT, adopting
from generator.flavors import FLAVORS, FLUENTD_CONTAINERS_IMAGE, Flavor
from generator.images import pulled
from generator.metadata import service_names
from generator.values import Values

HOST_DIRECTORY = "/etc/kube-audit-agent"
"""Where an agent on a machine has its environment and its certificates."""

CONFIGURATIONS = {
    ("agent", "fluentd"): "fluent.conf",
    ("agent", "fluent-bit"): "fluent-bit.yaml",
    ("containers", "fluentd"): "containers.conf",
    ("containers", "fluent-bit"): "containers.yaml",
}
"""What an agent's configuration is called beside the manifests, by component and kind."""

COMPONENT = "app.kubernetes.io/component"
"""The label that says which component an object is of."""

CONTAINERS_TAG = "kube.containers."
"""How Fluentd's tag of containers' logs begins."""

CONTAINERS_STATE = "containers"
"""The part of the state directory that is the containers' agent's own."""

READY = "ready.rb"
"""Fluentd's readiness probe."""

SERVER_IS_A_POD = "/var/log/containers/kube-apiserver-*.log"
"""The API server's own log, where its standard output is also the audit log."""


def flavor(values: Values) -> Flavor:
    """Return the flavor of the values."""
    return FLAVORS[values.agent.flavor]


def on_host(values: Values) -> bool:
    """Whether the agent is a package on the machines."""
    chosen = values.agent.on_host
    return flavor(values).on_host if chosen is None else chosen


def has_bridge(values: Values) -> bool:
    """Whether the cluster runs bridges that agents send to."""
    return values.bridge.enabled and values.agent.flavor != "direct"


def components(values: Values) -> frozenset[str]:
    """Return the components that have objects in the cluster."""
    found = {
        "agent": not (on_host(values) or host.way(values).managed or webhook.by_service(values)),
        "bridge": has_bridge(values),
        "collector": host.way(values).managed,
        "containers": values.sources.containers,
    }
    return frozenset(name for name, there in found.items() if there)


def images(values: Values) -> dict[str, str]:
    """Return the images that the cluster's nodes pull, without a registry put before them, by the key of values that names each."""
    chosen, there = flavor(values), components(values)
    own = values.bridge.image if chosen.kind == "bridge" else values.agent.image or chosen.image
    logs = values.sources.image or (FLUENTD_CONTAINERS_IMAGE if chosen.kind == "fluentd" else own)
    known = {
        "agent": ("agent", own),
        "cloud": ("collector", values.cloud.image),
        "bridge": ("bridge", values.bridge.image),
        "sources": ("containers", logs),
    }
    return {key: image for key, (component, image) in known.items() if component in there and image}


def of_components(
    there: Collection[str], text: str, objects: Sequence[dict[str, Any]]
) -> tuple[str, list[dict[str, Any]]]:
    """Leave out of a manifest the objects of components that are not there; `objects` are the documents of `text`."""
    kept = [_is_there(one, there) for one in objects]
    if all(kept):
        return text, list(objects)
    head, *documents = re.split(r"(?m)^---\n", text)
    left = [f"---\n{one}" for one, keep in zip(documents, kept, strict=True) if keep]
    return head + "".join(left) if left else "", [one for one, keep in zip(objects, kept, strict=True) if keep]


_SHARED = ("Namespace", "Certificate")
"""Kinds of the agent's objects that the one for containers' logs uses as well."""


def _is_there(one: dict[str, Any], there: Collection[str]) -> bool:
    """Whether an object's component is there; what reads containers' logs shares the agent's namespace and certificate."""
    component = one["metadata"].get("labels", {}).get(COMPONENT)
    return component in there or (component == "agent" and "containers" in there and one.get("kind") in _SHARED)


def agent_context(values: Values, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of agents need beside the `shared` names; what is rendered already among it."""
    chosen, is_package = flavor(values), on_host(values)
    name, _, port = (values.forward.address or service_names(values)[0]).partition(":")
    context = {
        **shared,
        "adopt_mount": MOUNT,
        "adopt_script": SCRIPT,
        "flavor": chosen,
        "on_host": is_package,
        "agent_config": chosen.config,
        "agent_state": values.agent.state_directory if is_package else chosen.state,
        "agent_tls": f"{HOST_DIRECTORY}/tls" if is_package else shared["tls_directory"],
        "forward_host": name,
        "forward_port": int(port or values.bridge.config.forward.port),
    }
    context["agent_files"] = agent_files(values, context)
    own = {key: context[key] for key in context if key not in shared}
    return {**own, **_containers(values, context)}


def agent_files(values: Values, context: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of the agent's configuration, by name, as its ConfigMap holds them."""
    chosen = flavor(values)
    if chosen.kind == "fluent-bit":
        return {chosen.config_name: templates.render("fluentd/fluent-bit.yaml.j2", dict(context))}
    if chosen.kind == "bridge":
        policy = {} if context["filter_policy"] is None else {"filter-policy.yaml": context["filter_policy"]}
        return {chosen.config_name: context["bridge_yaml"], **policy, **context["rule_files"]}
    source = "cloud" if host.way(values).managed else "fluent"
    return {
        chosen.config_name: templates.render(f"fluentd/{source}.conf.j2", dict(context)),
        **({} if on_host(values) else {READY: templates.render("fluentd/ready.rb.j2", dict(context))}),
        **adopting(
            values.agent.adopt_position_file,
            state=context["agent_state"],
            own="kube-audit.pos",
            log=context["log_path"],
            in_pod=not on_host(values),
        ),
    }


def direct_config(values: Values, log_path: str, *, container_log: bool) -> dict[str, Any]:
    """Return what the bridge's configuration has beyond the usual where it reads the log itself."""
    if values.agent.flavor != "direct":
        return {}
    if webhook.is_direct(values):  # the API server beside it posts what the log has
        return {"forward": {**_given(values, "forward"), "host": "127.0.0.1"}}
    form = {"format": "cri"} if container_log else {}
    return {
        "files": [{"path": log_path, **form}],
        "state": {"path": f"{flavor(values).state}/positions.json"},
        # Nobody else sends to it.
        "forward": {**_given(values, "forward"), "host": "127.0.0.1"},
    }


def senders_config(values: Values) -> dict[str, Any]:
    """Return what the bridge's configuration says of its senders: other clusters, and containers' logs."""
    found: dict[str, Any] = {}
    if values.forward.clusters:
        clusters = [far.model_dump(mode="json", exclude_defaults=True) for far in values.forward.clusters]
        found["forward"] = {**_given(values, "forward"), "clusters": clusters}
    if values.sources.containers:
        own = {"prefix": CONTAINERS_TAG, "tags": list(values.sources.tags)}
        found["others"] = [*_given(values, "others"), own]
    return found


def _given(values: Values, name: str) -> Any:
    """Return what the user set of one key of the bridge's configuration."""
    config = values.bridge.config.model_dump(mode="json", by_alias=True, exclude_unset=True, include={name})
    return config.get(name, [] if name == "others" else {})


def _containers(values: Values, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the agent of the containers' logs needs; nothing where there is none."""
    if not values.sources.containers:
        return {}
    chosen = flavor(values)
    namespaces = (*values.sources.exclude_namespaces, values.namespaces.agent, values.namespaces.bridge)
    excluded = [f"/var/log/containers/*_{name}_*.log" for name in sorted({*namespaces})]
    if context["container_log"]:
        excluded.append(SERVER_IS_A_POD)
    within = {**context, "containers_tag": CONTAINERS_TAG, "excluded_paths": excluded}
    template = "containers.yaml" if chosen.kind == "fluent-bit" else "containers.conf"
    probe = {name: text for name, text in context["agent_files"].items() if name == READY}
    source = values.sources.adopt_position_file
    script = adopting(source, state=chosen.state, own="kube-containers.pos", log=CONTAINERS, in_pod=True)
    return {
        "containers_files": {chosen.config_name: templates.render(f"fluentd/{template}.j2", within), **probe, **script},
        "containers_image": pulled(images(values).get("sources", ""), values.images.registry),
        "containers_state": f"{values.agent.state_directory}/{CONTAINERS_STATE}",
    }
