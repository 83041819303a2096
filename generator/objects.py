"""Rendered manifests as objects that know their lines, and the pods that they would run.

Checks read what was rendered and not what it was rendered from, so that a fault of a template is found as well. Nothing here
assumes that an object has the right form: what is missing is None, and the schemas say so elsewhere.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.problems import Path, Place, path_text
from audit.reading import parse
from generator.findings import Finding, Severity

FOLDER = "kubernetes/"
"""Where the manifests are among the rendered files."""

_TEMPLATES: Mapping[str, Path] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), ("spec", "template")),
}
"""Where each kind that runs pods keeps their template."""


@dataclass(frozen=True, slots=True)
class Object:
    """One document of a manifest; `lines` has the line of every path, from 1."""

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.data.get("kind", ""))

    @property
    def group(self) -> str:
        """Its API group; empty for the core group."""
        return str(self.data.get("apiVersion", "")).rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name."""
        return str(dig(self.data, "metadata", "name") or "")

    @property
    def namespace(self) -> str:
        """Its namespace; empty for what is in none."""
        return str(dig(self.data, "metadata", "namespace") or "")

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return mapping(dig(self.data, "metadata", "labels"))

    def dig(self, *path: str | int) -> Any:
        """Return what stands at a path, None where nothing does."""
        return dig(self.data, *path)

    def finding(
        self, check: str, path: Path, want: str, got: str, cure: str, *, severity: Severity = "error"
    ) -> Finding:
        """Return a finding at a path, with the line of it or of the nearest value around it."""
        around = path
        while around and around not in self.lines:
            around = around[:-1]
        return Finding(check, severity, Place(self.file, self.lines.get(around)), path_text(path), want, got, cure)


@dataclass(frozen=True, slots=True)
class Pod:
    """The pods of a workload: the object, the path of their spec in it, and the labels that they get."""

    owner: Object
    path: Path
    spec: Mapping[str, Any]
    labels: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Where they run."""
        return self.owner.namespace

    @property
    def volumes(self) -> dict[str, Mapping[str, Any]]:
        """The volumes by name, those that each pod of a StatefulSet claims for itself among them."""
        claimed = items(self.owner.dig("spec", "volumeClaimTemplates"))
        claims = {str(dig(one, "metadata", "name")): {"persistentVolumeClaim": one} for one in claimed}
        return {**claims, **{str(dig(one, "name")): mapping(one) for one in items(self.spec.get("volumes"))}}

    @property
    def containers(self) -> list[tuple[Path, Mapping[str, Any]]]:
        """Every container with its path: those that run, and those that run before."""
        kinds = ("containers", "initContainers")
        return [
            ((*self.path, kind, at), mapping(one))
            for kind in kinds
            for at, one in enumerate(items(self.spec.get(kind)))
        ]

    @property
    def ports(self) -> dict[str | int, int]:
        """The ports that containers name, by name and by number."""
        declared = [mapping(port) for _, container in self.containers for port in items(container.get("ports"))]
        found = [(port.get("name"), port.get("containerPort")) for port in declared]
        return {key: number for name, number in found if isinstance(number, int) for key in (name, number) if key}


def objects(files: Mapping[str, str]) -> list[Object]:
    """Return every object of the rendered manifests, in the order of the files. Raises `DocumentError` for what is no YAML."""
    manifests = [path for path in files if path.startswith(FOLDER) and path.endswith((".yaml", ".yml"))]
    return [
        one for path in manifests for one in _documents(path, files[path]) if one.group != "kustomize.config.k8s.io"
    ]


def pods(found: list[Object]) -> list[Pod]:
    """Return the pods that the objects would run."""
    return [
        Pod(one, (*_TEMPLATES[one.kind], "spec"), spec, mapping(one.dig(*_TEMPLATES[one.kind], "metadata", "labels")))
        for one in found
        if one.kind in _TEMPLATES
        if (spec := mapping(one.dig(*_TEMPLATES[one.kind], "spec")))
    ]


def dig(data: Any, *path: str | int) -> Any:
    """Return what stands at a path of plain data, None where nothing does."""
    for part in path:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a map as it is, and an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a label selector, matchLabels and matchExpressions, selects labels; an empty one selects all, None nothing."""
    if selector is None:
        return False
    equal = mapping(mapping(selector).get("matchLabels")).items() <= labels.items()
    return equal and all(_meets(mapping(one), labels) for one in items(mapping(selector).get("matchExpressions")))


def _meets(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(expression.get("key")), items(expression.get("values"))
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def _documents(file: str, text: str) -> Iterator[Object]:
    before = 0
    for part in re.split(r"^---\n", text, flags=re.MULTILINE):
        data, lines = parse(part, file)
        if isinstance(data, dict):
            yield Object(file, data, {path: before + line for path, line in lines.items()})
        before += part.count("\n") + 1
