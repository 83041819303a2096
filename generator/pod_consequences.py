"""What another pod template means for pods that run: restarts and why, and what the nodes keep for the old ones.

Part of `consequences`; pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.objects import Object, dig, items, mapping

WORKLOADS: Mapping[str, str] = {
    "DaemonSet": "node by node; what is written meanwhile waits in the log",
    "Deployment": "a new one before each old one; what is not acked waits on the nodes",
    "StatefulSet": "one after the other; what is not acked waits on the nodes",
}
"""How the pods of each kind are replaced."""

_POD = ("spec", "template", "spec")

STATE = "state"
"""The volume of positions and buffers in the agent's pods."""


def what_stays_behind(was: Object, now: Object) -> Iterator[str]:
    """Yield what pods of the same name will not find again: positions and buffers in another directory, or of another program."""
    if now.kind == "DaemonSet":
        yield from _moved(was, now)
        yield from _another_reader(was, now)


def what_restarts(was: Object, now: Object) -> Iterator[str]:
    """Yield which pods restart and why, and what does not get through meanwhile."""
    yield from _restarted(was, now)
    if now.kind == "DaemonSet":
        yield from _refused_meanwhile(was, now)


def named(one: Object) -> str:
    """Return an object as people call it: kind, name and namespace."""
    return f"{one.kind} {one.name}" + (f" in {one.namespace}" if one.namespace else "")


def delete(one: Object) -> str:
    """Return the command that deletes an object."""
    namespace = f"-n {one.namespace} " if one.namespace else ""
    kind = f"{one.kind}.{one.group}" if "." in one.group else one.kind
    return f"kubectl {namespace}delete {kind.lower()} {one.name}"


def _moved(was: Object, now: Object) -> Iterator[str]:
    """Tell of positions and buffers that stay where they were: the log would be read again, and a buffer never sent."""
    before, after = _state_directory(was), _state_directory(now)
    if before and after and before != after:
        yield (
            f"{named(now)}: positions and buffers stay in {before} of each node: before you apply, {delete(was)}, and on "
            f"each node mv {before} {after} - or the log is sent again, and what the old buffer holds is not sent"
        )


def _state_directory(daemon_set: Object) -> str | None:
    volumes = [mapping(one) for one in items(daemon_set.dig(*_POD, "volumes"))]
    paths = [dig(one, "hostPath", "path") for one in volumes if one.get("name") == STATE]
    return paths[0] if paths and isinstance(paths[0], str) else None


def _another_reader(was: Object, now: Object) -> Iterator[str]:
    """Tell of another program in the agent's pods: none reads the positions of another."""
    before, after = (dig(one.data, *_POD, "containers", 0, "name") for one in (was, now))
    if before != after:
        yield (
            f"{named(now)}: {after} does not know where {before} stopped, and reads the log from its beginning: what is there "
            "was sent, and is sent again"
        )


def _refused_meanwhile(was: Object, now: Object) -> Iterator[str]:
    """Tell of Secrets that agents and bridges know each other by: either side restarts at its own time."""
    before, after = (sorted(set(_secrets(one.dig(*_POD)))) for one in (was, now))
    if before != after:
        names = f"{', '.join(before) or 'none'} to {', '.join(after) or 'none'}"
        yield f"{named(now)}: its Secrets change ({names}): until all pods are new, chunks may be refused; they wait on the nodes"


def _secrets(value: Any) -> Iterator[str]:
    """Yield the names of the Secrets that a pod refers to, but for those that its images are pulled with."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "secretKeyRef" and isinstance(below, dict):
                yield str(below.get("name"))
            elif key == "secretName":
                yield str(below)
            elif key != "imagePullSecrets":
                yield from _secrets(below)
    elif isinstance(value, list):
        for below in value:
            yield from _secrets(below)


def _restarted(was: Object, now: Object) -> Iterator[str]:
    if now.kind not in WORKLOADS:
        return
    reasons = sorted(set(_changes(was.dig("spec", "template"), now.dig("spec", "template"))))
    if reasons:
        yield f"{named(now)}: its pods restart, {WORKLOADS[now.kind]} ({', '.join(reasons)})"


def _changes(was: Any, now: Any, path: str = "") -> Iterator[str]:
    """Yield where two pod templates differ, as a person would name it: an image from which to which, a configuration, a field."""
    if was == now:
        return
    one, other = _named_items(was), _named_items(now)
    depth = path.count(".")
    if one is not None and other is not None and (depth < 2 or (depth < 3 and was and now)):
        for key in sorted({*one, *other}):
            yield from _changes(one.get(key), other.get(key), f"{path}.{key}".removeprefix("."))
    elif path.startswith("metadata.annotations.checksum/"):
        yield "its configuration"
    elif path.endswith(".image"):
        yield f"image {was} to {now}"
    else:
        yield path.removeprefix("spec.").removeprefix("containers.")


def _named_items(value: Any) -> Mapping[str, Any] | None:
    """Return a map as it is, and a list of things with names as a map of them; None for everything else."""
    if isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value):
        return {str(one["name"]): one for one in value}
    return value if isinstance(value, dict) else {} if value is None else None
