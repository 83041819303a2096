"""An agent's configuration against its pod: what it reads is mounted, what it keeps outlives the pod, where it sends is a Service.

A configuration that no ConfigMap holds runs outside of the cluster, as a package on the machine; then there is nothing to compare.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from audit.document import DocumentError
from generator import check_fluentd, fluent_bit_config
from generator.agent_needs import Need, Needs, of_fluent_bit, of_fluentd
from generator.findings import Finding
from generator.objects import Object, Pod, dig, items, mapping, pods

CHECK = "agent"

_LASTING = frozenset({"hostPath", "persistentVolumeClaim"})
"""Kinds of volumes that outlive a pod."""


def check(files: Mapping[str, str], objects: Sequence[Object]) -> Iterator[Finding]:
    """Find what a pod with an agent's configuration lacks for it. One that cannot be read is told by its own check."""
    for name, needed in _needs(files):
        for pod, container in _running(files[name], objects):
            yield from _paths(needed, pod, container)
            yield from _variables(needed, container)
            yield from _servers(needed, objects)


def _needs(files: Mapping[str, str]) -> Iterator[tuple[str, Needs]]:
    for name in check_fluentd.configurations(files):
        try:
            yield name, of_fluentd(check_fluentd.parsed(files, name))
        except DocumentError:
            continue
    for name in fluent_bit_config.configurations(files):
        try:
            yield name, of_fluent_bit(fluent_bit_config.parsed(files[name], name))
        except DocumentError:
            continue


def _running(text: str, objects: Sequence[Object]) -> Iterator[tuple[Pod, Mapping[str, Any]]]:
    """Yield the pods, with their first container, that mount a ConfigMap with this text."""
    holders = {
        (one.namespace, one.name)
        for one in objects
        if one.kind == "ConfigMap" and text in mapping(one.dig("data")).values()
    }
    for pod in pods(list(objects)):
        mounted = {(pod.namespace, dig(volume, "configMap", "name")) for volume in items(pod.spec.get("volumes"))}
        if mounted & holders and pod.containers:
            yield pod, pod.containers[0][1]


def _paths(needed: Needs, pod: Pod, container: Mapping[str, Any]) -> Iterator[Finding]:
    for need in needed.reads:
        if _mount(need.value, container) is None:
            want = f"a path that {pod.owner.kind} {pod.owner.name} mounts"
            yield _finding(need, want, repr(need.value), "mount its directory, read-only")
    for need in needed.keeps:
        yield from _kept(need, container, pod.volumes)


def _kept(need: Need, container: Mapping[str, Any], volumes: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    mount = _mount(need.value, container)
    want = "a path on the node that can be written to"
    if mount is None:
        yield _finding(need, want, f"{need.value!r}, which no volume holds", "mount a hostPath there")
    elif mount.get("readOnly"):
        yield _finding(need, want, f"{need.value!r}, which is mounted read-only", "keep it elsewhere")
    elif not _LASTING & volumes.get(str(mount.get("name")), {}).keys():
        yield _finding(need, want, f"{need.value!r}, on a volume that goes with the pod", "mount a hostPath there")


def _mount(path: str, container: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the innermost mount that holds a path."""
    mounts = [mapping(mount) for mount in items(container.get("volumeMounts"))]
    holding = [one for one in mounts if PurePosixPath(path).is_relative_to(str(one.get("mountPath")))]
    return max(holding, key=lambda one: len(str(one.get("mountPath"))), default=None)


def _variables(needed: Needs, container: Mapping[str, Any]) -> Iterator[Finding]:
    given = {str(dig(variable, "name")) for variable in items(container.get("env"))}
    for need in needed.variables:
        if need.value not in given:
            want = f"a variable that the container has: {', '.join(sorted(given)) or 'none'}"
            yield _finding(need, want, repr(need.value), "add it to env, or give a default")


def _servers(needed: Needs, objects: Sequence[Object]) -> Iterator[Finding]:
    """Find addresses within the cluster that are no Service of ours, or not with this port."""
    services = {(one.name, one.namespace): one for one in objects if one.kind == "Service"}
    for host, port in needed.servers:
        name, _, rest = host.value.partition(".")
        namespace, _, domain = rest.partition(".")
        if domain.partition(".")[0] != "svc":
            continue
        service = services.get((name, namespace))
        if service is None:
            want = "a Service that is rendered: " + ", ".join(f"{one}.{space}.svc" for one, space in sorted(services))
            yield _finding(host, want, repr(host.value), "correct the name")
            continue
        ports = {str(dig(one, "port")) for one in items(service.dig("spec", "ports"))}
        if port.value not in ports:
            want = f"a port of the Service {name}: {', '.join(sorted(ports))}"
            yield _finding(port, want, repr(port.value), "correct the port")


def _finding(need: Need, want: str, got: str, cure: str) -> Finding:
    return Finding(CHECK, "error", need.place, need.label, want, got, cure)
