"""Fluentd's configuration against its pod: what it reads is mounted, what it keeps outlives the pod, where it sends is a Service.

A configuration that no ConfigMap holds runs outside of the cluster, as a package on the machine; then there is nothing to compare.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from audit.document import DocumentError
from generator.check_fluentd import configurations, parsed
from generator.findings import Finding
from generator.fluentd_config import Section
from generator.objects import Object, Pod, dig, items, mapping, pods

CHECK = "agent"

_KEPT = (("source", "pos_file"), ("buffer", "path"))
"""What must outlive the pod, or positions and events that wait are lost with it."""

_VARIABLE = re.compile(r"ENV(?:\.fetch\(|\[)\s*['\"](\w+)['\"]\s*[\])](\s*\|\|)?")


def check(files: Mapping[str, str], objects: Sequence[Object]) -> Iterator[Finding]:
    """Find what a pod with Fluentd's configuration lacks for it."""
    for name in configurations(files):
        try:
            root = parsed(files, name)
        except DocumentError:
            continue  # the check of the configuration itself says so
        for pod, container in _running(files[name], objects):
            yield from _paths(root, pod, container)
            yield from _variables(root, container)
            yield from _servers(root, objects)


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


def _paths(root: Section, pod: Pod, container: Mapping[str, Any]) -> Iterator[Finding]:
    for section in root.walk():
        if section.name == "source" and section.type == "tail" and section.value("path"):
            for path in section.value("path").split(","):
                if _mount(path.strip(), container) is None:
                    want = f"a path that {pod.owner.kind} {pod.owner.name} mounts"
                    yield _finding(section, "path", want, repr(path.strip()), "mount its directory, read-only")
        for name, parameter in _KEPT:
            if section.name == name and section.value(parameter):
                yield from _kept(section, parameter, container, pod.volumes)


def _kept(
    section: Section, parameter: str, container: Mapping[str, Any], volumes: Mapping[Any, Mapping[str, Any]]
) -> Iterator[Finding]:
    path = section.value(parameter)
    mount = _mount(path, container)
    want = "a path on the node that can be written to"
    if mount is None:
        yield _finding(section, parameter, want, f"{path!r}, which no volume holds", "mount a hostPath there")
    elif mount.get("readOnly"):
        yield _finding(section, parameter, want, f"{path!r}, which is mounted read-only", "keep it elsewhere")
    elif "hostPath" not in volumes.get(mount.get("name"), {}) and "persistentVolumeClaim" not in volumes.get(
        mount.get("name"), {}
    ):
        got = f"{path!r}, on a volume that goes with the pod"
        yield _finding(section, parameter, want, got, "mount a hostPath there")


def _mount(path: str, container: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the innermost mount that holds a path."""
    mounts = [mapping(mount) for mount in items(container.get("volumeMounts"))]
    holding = [one for one in mounts if PurePosixPath(path).is_relative_to(str(one.get("mountPath")))]
    return max(holding, key=lambda one: len(str(one.get("mountPath"))), default=None)


def _variables(root: Section, container: Mapping[str, Any]) -> Iterator[Finding]:
    given = {str(dig(variable, "name")) for variable in items(container.get("env"))}
    for section in root.walk():
        for name, parameter in section.parameters.items():
            for match in _VARIABLE.finditer(parameter.value if parameter.ruby else ""):
                if match[1] not in given and not match[2]:
                    want = f"a variable that the container has: {', '.join(sorted(given)) or 'none'}"
                    yield _finding(section, name, want, repr(match[1]), "add it to env, or give a default with ||")


def _servers(root: Section, objects: Sequence[Object]) -> Iterator[Finding]:
    """Find addresses within the cluster that are no Service of ours, or not with this port."""
    services = {(one.name, one.namespace): one for one in objects if one.kind == "Service"}
    for server in (section for section in root.walk() if section.name == "server"):
        name, _, rest = server.value("host").partition(".")
        namespace, _, domain = rest.partition(".")
        if domain.partition(".")[0] != "svc":
            continue
        service = services.get((name, namespace))
        if service is None:
            want = "a Service that is rendered: " + ", ".join(f"{one}.{space}.svc" for one, space in sorted(services))
            yield _finding(server, "host", want, repr(server.value("host")), "correct the name")
            continue
        ports = {str(dig(port, "port")) for port in items(service.dig("spec", "ports"))}
        if server.value("port", "24224") not in ports:
            want = f"a port of the Service {name}: {', '.join(sorted(ports))}"
            yield _finding(server, "port", want, repr(server.value("port", "24224")), "correct the port")


def _finding(section: Section, parameter: str, want: str, got: str, cure: str) -> Finding:
    found = section.parameters.get(parameter)
    of = f"<{section.name}{' ' + section.argument if section.argument else ''}>"
    return Finding(CHECK, "error", found.place if found else section.place, f"{of} {parameter}", want, got, cure)
