"""Each object against the JSON schema of its kind in the cluster's Kubernetes release, strictly: an unknown field is an error.

The schemas come with the package kubernetes-validate (108 MB), so they are an extra of the installation: where it is missing
the check says that it was not made. Its own `validate` reads megabytes for each object and stops at the first mistake; here a
schema is read once, and every mistake is told.
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from audit.problems import Path, described
from audit.releases import at_least
from generator.findings import Finding, Skipped
from generator.objects import Object

CHECK = "schemas"
PACKAGE = "kubernetes_validate"
INSTALL = "install kube-audit-bridge with its extra [validate]"

FOREIGN = {
    "cert-manager.io": "cert-manager",
    "monitoring.coreos.com": "the Prometheus operator",
}
"""Groups of objects that Kubernetes itself has no schema of, and whose they are."""


def check(objects: Sequence[Object], version: str) -> Iterator[Finding | Skipped]:
    """Find what the release would refuse or ignore in the objects; `version` is a minor release, such as 1.36."""
    if importlib.util.find_spec(PACKAGE) is None:
        yield Skipped(CHECK, "the package kubernetes-validate is not installed", INSTALL)
        return
    release = _release(version)
    if release is None:
        why = f"there are schemas of Kubernetes {minor(releases()[0])} to {minor(releases()[-1])}, none of {version}"
        yield Skipped(CHECK, why, "apply with --dry-run=server, which asks the API server itself")
        return
    for one in objects:
        yield from _object(one, release)


def releases() -> tuple[str, ...]:
    """Return the releases whose schemas are installed, such as 1.36.0, the oldest first."""
    names = {path.name.removeprefix("v").partition("-")[0] for path in _folder().iterdir() if path.name[:1] == "v"}
    return tuple(sorted(names, key=lambda name: [int(part) for part in name.split(".")]))


def minor(release: str) -> str:
    """Return a release without its patch: 1.36 of 1.36.0."""
    return release.rpartition(".")[0]


def _release(version: str) -> str | None:
    """Return the release with the schemas of a version: its own, or the newest where the version is newer than all."""
    fitting = [one for one in releases() if at_least(version, minor(one))]
    return fitting[-1] if fitting else None


def _object(one: Object, release: str) -> Iterator[Finding]:
    validator = _validator(release, one.kind, str(one.data.get("apiVersion")))
    if validator is None:
        yield from _unknown(one, release)
        return
    for error in sorted(validator.iter_errors(_plain(one.data)), key=lambda error: list(map(str, error.absolute_path))):
        for path, want, got, cure in _said(error):
            yield one.finding(CHECK, path, want, got, cure)


def _unknown(one: Object, release: str) -> Iterator[Finding]:
    whose = FOREIGN.get(one.group)
    got = f"{one.kind} of {one.data.get('apiVersion')}"
    if whose:
        want = f"{whose} in the cluster: Kubernetes itself has no such kind"
        yield one.finding(
            CHECK, ("kind",), want, got, f"install {whose} first, or leave the object out", severity="note"
        )
        return
    want = f"a kind that Kubernetes {minor(release)} serves"
    yield one.finding(CHECK, ("kind",), want, got, "check cluster.version, kind and apiVersion")


def _said(error: Any) -> Iterator[tuple[Path, str, str, str]]:
    """Turn an error of jsonschema's into path, want, got and cure; one of unknown fields into one for each of them."""
    path: Path = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            for key in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
                yield (*path, key), "a field that the release knows", f"{key!r}", "take it out, or correct its name"
        case "required":
            yield path, f"the field {error.message.removesuffix(' is a required property')}", "none", "add it"
        case "type":
            wanted = error.validator_value
            kinds = [wanted] if isinstance(wanted, str) else [kind for kind in wanted if kind != "null"]
            words = " or ".join(_TYPES.get(kind, kind) for kind in kinds)
            yield path, words, described(error.instance, path), "correct the value"
        case "enum":
            want = f"one of {', '.join(map(str, error.validator_value))}"
            yield path, want, described(error.instance, path), "choose one"
        case _:
            yield (
                path,
                f"what the schema asks with {error.validator}",
                described(error.instance, path),
                "correct the value",
            )


_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a map",
    "string": "text",
}


def _plain(value: Any) -> Any:
    """Return data as jsonschema knows it: dicts and lists."""
    if isinstance(value, Mapping):
        return {key: _plain(below) for key, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list) else value


def _folder() -> Traversable:
    return resources.files(PACKAGE) / "kubernetes-json-schema"


def _read(release: str, name: str) -> Any:
    return json.loads((_folder() / f"v{release}-local-strict" / f"{name}.json").read_text("utf-8"))


@cache
def _definitions(release: str) -> Any:
    from referencing import Registry, Resource  # noqa: PLC0415 - comes with the extra

    return Resource.from_contents(_read(release, "_definitions")) @ Registry()


@cache
def _validator(release: str, kind: str, api_version: str) -> Any:
    """Return the validator of a kind; None for one that the release does not have."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - comes with the extra
    from referencing import Resource  # noqa: PLC0415

    group, _, number = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], number)))
    try:
        schema = _read(release, name)
    except FileNotFoundError:
        return None
    registry = Resource.from_contents(schema) @ _definitions(release)
    return Draft202012Validator(schema, registry=registry)
