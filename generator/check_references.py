"""Names that one object says and another must have: namespaces, ServiceAccounts, ConfigMaps with their keys, Secrets, Roles.

Secrets are not rendered, so that no token stands in a file: whoever applies makes them. The README must say how; a Secret that
it does not name would only be missed when a pod waits for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from audit.problems import Path, Place
from generator.findings import Finding
from generator.objects import FOLDER, Object, Pod, dig, items, mapping, pods

CHECK = "references"
KUSTOMIZATION = FOLDER + "kustomization.yaml"
README = "README.md"

_CLUSTER_SCOPED = frozenset(
    {"ClusterRole", "ClusterRoleBinding", "Namespace", "PodSecurityPolicy", "PriorityClass", "CustomResourceDefinition"}
)
"""Kinds in no namespace, as far as anything here renders or a user is likely to add."""

_MADE = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that every cluster has."""


class Reference(NamedTuple):
    """A name that a pod says: where, of which kind, which name, and which keys of it must exist."""

    path: Path
    kind: str
    name: str
    keys: tuple[str, ...] = ()
    optional: bool = False


def check(files: Mapping[str, str], objects: Sequence[Object]) -> Iterator[Finding]:
    """Find names that lead nowhere."""
    known = {(one.kind, one.namespace, one.name): one for one in objects}
    yield from _twice(objects)
    yield from _namespaces(objects)
    for pod in pods(list(objects)):
        for reference in references(pod):
            yield from _referred(pod, reference, known, files.get(README, ""))
    for one in objects:
        if one.kind in ("RoleBinding", "ClusterRoleBinding"):
            yield from _binding(one, known)
    yield from _kustomization(files)


def references(pod: Pod) -> Iterator[Reference]:
    """Yield every name of another object that a pod needs."""
    if account := pod.spec.get("serviceAccountName"):
        yield Reference((*pod.path, "serviceAccountName"), "ServiceAccount", str(account))
    for at, secret in enumerate(items(pod.spec.get("imagePullSecrets"))):
        yield Reference((*pod.path, "imagePullSecrets", at), "Secret", str(dig(secret, "name")))
    for at, volume in enumerate(items(pod.spec.get("volumes"))):
        path: Path = (*pod.path, "volumes", at)
        yield from _sources(path, mapping(volume), ("name", "secretName"))
        for part, source in enumerate(items(dig(volume, "projected", "sources"))):
            yield from _sources((*path, "projected", "sources", part), mapping(source), ("name", "name"))
    for path, container in pod.containers:
        yield from _environment(path, container)


def _sources(path: Path, source: Mapping[str, Any], names: tuple[str, str]) -> Iterator[Reference]:
    for field, kind, name in (("configMap", "ConfigMap", names[0]), ("secret", "Secret", names[1])):
        if field in source:
            below = mapping(source[field])
            keys = tuple(str(dig(item, "key")) for item in items(below.get("items")))
            yield Reference((*path, field), kind, str(below.get(name)), keys, below.get("optional") is True)


def _environment(path: Path, container: Mapping[str, Any]) -> Iterator[Reference]:
    for at, variable in enumerate(items(container.get("env"))):
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if below := mapping(dig(variable, "valueFrom", field)):
                where = (*path, "env", at, "valueFrom", field)
                keys = (str(below.get("key")),)
                yield Reference(where, kind, str(below.get("name")), keys, below.get("optional") is True)
    for at, whole in enumerate(items(container.get("envFrom"))):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if below := mapping(dig(whole, field)):
                optional = below.get("optional") is True
                yield Reference((*path, "envFrom", at, field), kind, str(below.get("name")), (), optional)


def _referred(
    pod: Pod, reference: Reference, known: Mapping[tuple[str, str, str], Object], readme: str
) -> Iterator[Finding]:
    found = known.get((reference.kind, pod.namespace, reference.name))
    if found is None and reference.kind == "Secret":
        if not (reference.optional or _named(reference.name, readme) or _issued(reference.name, pod.namespace, known)):
            want = f"a Secret that {README} says how to create"
            yield pod.owner.finding(CHECK, reference.path, want, repr(reference.name), f"name it in {README}")
    elif found is None and not reference.optional:
        want = f"a {reference.kind} that is rendered into {pod.namespace}"
        yield pod.owner.finding(CHECK, reference.path, want, repr(reference.name), "render it, or correct the name")
    elif found is not None and reference.kind == "ConfigMap":
        held = mapping(found.data.get("data")).keys() | mapping(found.data.get("binaryData")).keys()
        for key in reference.keys:
            if key not in held:
                want = f"a key of the ConfigMap {reference.name}: {', '.join(sorted(held))}"
                yield pod.owner.finding(CHECK, reference.path, want, repr(key), "correct the key")


def _named(name: str, text: str) -> bool:
    """Whether a text has the name as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _issued(name: str, namespace: str, known: Mapping[tuple[str, str, str], Object]) -> bool:
    """Whether a Certificate of cert-manager's makes the Secret."""
    return any(
        kind == "Certificate" and space == namespace and one.dig("spec", "secretName") == name
        for (kind, space, _), one in known.items()
    )


def _twice(objects: Sequence[Object]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Object] = {}
    for one in objects:
        before = first.setdefault((one.group, one.kind, one.namespace, one.name), one)
        if before is not one:
            want = f"one {one.kind} {one.name} in {one.namespace or 'the cluster'}"
            place = Place(before.file, before.lines.get(()))
            yield one.finding(CHECK, ("metadata", "name"), want, f"a second one; the first is at {place}", "rename one")


def _namespaces(objects: Sequence[Object]) -> Iterator[Finding]:
    made = _MADE | {one.name for one in objects if one.kind == "Namespace"}
    for one in objects:
        path = ("metadata", "namespace")
        if one.kind in _CLUSTER_SCOPED:
            continue
        if not one.namespace:
            want = f"the namespace of the {one.kind} {one.name}"
            yield one.finding(CHECK, path, want, "none: it would go wherever kubectl points", "set metadata.namespace")
        elif one.namespace not in made:
            want = f"a namespace that is rendered: {', '.join(sorted(made - _MADE))}"
            yield one.finding(
                CHECK, path, want, repr(one.namespace), "render the Namespace, or correct the name", severity="warning"
            )


def _binding(one: Object, known: Mapping[tuple[str, str, str], Object]) -> Iterator[Finding]:
    kind, name = str(one.dig("roleRef", "kind")), str(one.dig("roleRef", "name"))
    space = one.namespace if kind == "Role" else ""
    if (kind, space, name) not in known and not (kind == "ClusterRole" and name.startswith("system:")):
        want = f"a {kind} that is rendered" + (f" into {space}" if space else "")
        yield one.finding(CHECK, ("roleRef", "name"), want, repr(name), "render it, or correct the name")
    for at, subject in enumerate(items(one.data.get("subjects"))):
        account = ("ServiceAccount", str(dig(subject, "namespace") or one.namespace), str(dig(subject, "name")))
        if dig(subject, "kind") == "ServiceAccount" and account[1] not in _MADE and account not in known:
            want = f"a ServiceAccount that is rendered into {account[1]}"
            cure = "render it, or correct the name"
            yield one.finding(CHECK, ("subjects", at, "name"), want, repr(account[2]), cure)


def _kustomization(files: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the files that the kustomization lists with those that are there."""
    listed = set(map(str, items(mapping(yaml.safe_load(files.get(KUSTOMIZATION, ""))).get("resources"))))
    there = {path.removeprefix(FOLDER) for path in files if path.startswith(FOLDER) and path != KUSTOMIZATION}
    top = {path for path in there if "/" not in path}
    for path in sorted(top - listed):
        yield Finding(
            CHECK, "error", Place(KUSTOMIZATION), "resources", f"every manifest, {path} as well", "none", "list it"
        )
    for path in sorted(listed - there):
        want = "only manifests that are rendered"
        yield Finding(CHECK, "error", Place(KUSTOMIZATION), "resources", want, repr(path), "take it out")
