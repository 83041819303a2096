"""What stands inside one pod template and must fit together: mounts and volumes, ports by name, names that are used twice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.problems import Path
from generator.findings import Finding
from generator.objects import Object, Pod, dig, items, mapping, pods

CHECK = "pods"

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def check(objects: Sequence[Object]) -> Iterator[Finding]:
    """Find what the kubelet would stumble over in each pod template."""
    for pod in pods(list(objects)):
        yield from _volumes(pod)
        yield from _names(pod)
        for path, container in pod.containers:
            yield from _mounts(pod, path, container)
            yield from _ports(pod, path, container)
            yield from _bounds(pod, path, container)


def _volumes(pod: Pod) -> Iterator[Finding]:
    mounted = {dig(mount, "name") for _, one in pod.containers for mount in items(one.get("volumeMounts"))}
    for at, volume in enumerate(items(pod.spec.get("volumes"))):
        name = dig(volume, "name")
        if name not in mounted:
            path = (*pod.path, "volumes", at, "name")
            cure = "mount it, or take it out"
            yield pod.owner.finding(
                CHECK, path, "a volume that a container mounts", repr(name), cure, severity="warning"
            )


def _names(pod: Pod) -> Iterator[Finding]:
    lists = [("containers", "name", pod.path), ("volumes", "name", pod.path)]
    for path, container in pod.containers:
        yield from _twice(pod, container, "env", "name", path)
        yield from _twice(pod, container, "volumeMounts", "mountPath", path)
    for field, key, path in lists:
        yield from _twice(pod, pod.spec, field, key, path)
    declared = Counter(dig(port, "name") for _, one in pod.containers for port in items(one.get("ports")))
    for name, count in declared.items():
        if name and count > 1:
            yield pod.owner.finding(CHECK, pod.path, "a name for each port", f"{name!r} {count} times", "rename one")


def _twice(pod: Pod, data: Mapping[str, Any], field: str, key: str, path: Path) -> Iterator[Finding]:
    seen: set[Any] = set()
    for at, one in enumerate(items(data.get(field))):
        name = dig(one, key)
        if name in seen:
            want = f"each {key} of {field} once"
            yield pod.owner.finding(CHECK, (*path, field, at, key), want, f"{name!r} again", "take one out")
        seen.add(name)


def _mounts(pod: Pod, path: Path, container: Mapping[str, Any]) -> Iterator[Finding]:
    claimed = {dig(claim, "metadata", "name") for claim in items(pod.owner.dig("spec", "volumeClaimTemplates"))}
    volumes = claimed | {dig(volume, "name") for volume in items(pod.spec.get("volumes"))}
    for at, mount in enumerate(items(container.get("volumeMounts"))):
        name = dig(mount, "name")
        if name not in volumes:
            want = f"a volume of the pod: {', '.join(sorted(volumes)) or 'it has none'}"
            where = (*path, "volumeMounts", at, "name")
            yield pod.owner.finding(CHECK, where, want, repr(name), "add the volume, or correct the name")


def _ports(pod: Pod, path: Path, container: Mapping[str, Any]) -> Iterator[Finding]:
    """Find probes of a port that the container does not name. A number needs no name."""
    named = {dig(port, "name") for port in items(container.get("ports"))}
    for probe in _PROBES:
        for way in ("httpGet", "tcpSocket"):
            port = dig(container, probe, way, "port")
            if isinstance(port, str) and port not in named:
                want = f"a port that the container names: {', '.join(sorted(map(str, named)))}"
                yield pod.owner.finding(CHECK, (*path, probe, way, "port"), want, repr(port), "correct the name")


def _bounds(pod: Pod, path: Path, container: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a container that may use up its node: no memory limit, or one below what it asks for."""
    resources = mapping(container.get("resources"))
    limits, requests = mapping(resources.get("limits")), mapping(resources.get("requests"))
    if "memory" not in limits:
        cure = "set resources.limits.memory"
        yield pod.owner.finding(CHECK, (*path, "resources"), "a limit of memory", "none", cure, severity="warning")
    for name in ("cpu", "memory"):
        asked, most = bytes_of(requests.get(name)), bytes_of(limits.get(name))
        if asked is not None and most is not None and asked > most:
            want = f"a limit of {name} from the request of {requests[name]} up"
            where = (*path, "resources", "limits", name)
            yield pod.owner.finding(CHECK, where, want, repr(limits[name]), "raise it: the API server refuses the pod")


_UNITS = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def bytes_of(quantity: Any) -> float | None:
    """Return a Kubernetes quantity as a number: bytes, or cores; None for what is none."""
    text = str(quantity)
    digits = text.rstrip("mkMGTKi")
    try:
        return float(digits) * _UNITS[text[len(digits) :]]
    except (KeyError, ValueError):
        return None
