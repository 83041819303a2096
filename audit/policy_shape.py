"""The kinds of values in a policy document, release by release, as the API server's Go types have them.

After kubernetes/apiserver `pkg/apis/audit/v1/types.go` and kubernetes/apimachinery's ObjectMeta, of which a policy has one that
nobody looks at: a wrong type in it is refused all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.checking import Complaint, near
from audit.problems import Path, described, shown
from audit.releases import at_least

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d?\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one shape."""

    entry: "Shape"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with any keys."""

    value: "Shape"


@dataclass(frozen=True, slots=True)
class Keys:
    """A map with known keys; `later` are those that a newer release knows, with that release."""

    known: "Mapping[str, Shape]"
    later: tuple[tuple[str, str], ...] = ()
    version: str = ""


Shape = str | ListOf | MapOf | Keys
"""How a value must look: a word for a single one (`text`, `bool`, `whole`, `time`, `any`), or what it is made of."""

_TEXTS = ListOf("text")

_OWNER = Keys(
    dict.fromkeys(("apiVersion", "kind", "name", "uid"), "text") | {"controller": "bool", "blockOwnerDeletion": "bool"}
)
_MANAGER = Keys(
    dict.fromkeys(("manager", "operation", "apiVersion", "fieldsType", "subresource"), "text")
    | {"time": "time", "fieldsV1": "any"}
)
_METADATA = Keys(
    {
        **dict.fromkeys(("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"), "text"),
        "generation": "whole",
        "creationTimestamp": "time",
        "deletionTimestamp": "time",
        "deletionGracePeriodSeconds": "whole",
        "labels": MapOf("text"),
        "annotations": MapOf("text"),
        "ownerReferences": ListOf(_OWNER),
        "finalizers": _TEXTS,
        "managedFields": ListOf(_MANAGER),
    }
)
_ENTRY = Keys({"group": "text", "resources": _TEXTS, "resourceNames": _TEXTS})
_RULE: Mapping[str, Shape] = {
    "level": "text",
    "users": _TEXTS,
    "userGroups": _TEXTS,
    "verbs": _TEXTS,
    "resources": ListOf(_ENTRY),
    "namespaces": _TEXTS,
    "nonResourceURLs": _TEXTS,
    "omitStages": _TEXTS,
    "omitManagedFields": "bool",
}
_SINCE = (("omitStages", "1.9"), ("omitManagedFields", "1.23"))


def policy_shape(version: str) -> Keys:
    """Return the shape of a policy document for a release."""
    rule = _of(version, _RULE, _SINCE[1:])
    whole: dict[str, Shape] = {
        "apiVersion": "text",
        "kind": "text",
        "metadata": _METADATA,
        "rules": ListOf(rule),
        "omitStages": _TEXTS,
        "omitManagedFields": "bool",
    }
    return _of(version, whole, _SINCE)


def _of(version: str, keys: Mapping[str, Shape], since: tuple[tuple[str, str], ...]) -> Keys:
    later = tuple((key, first) for key, first in since if not at_least(version, first))
    return Keys({key: shape for key, shape in keys.items() if key not in dict(later)}, later, version)


def fit(value: Any, shape: Shape, path: Path, errors: list[Complaint], warnings: list[Complaint]) -> Any:
    """Return the part of a value that has the shape, with None for null and for what is of the wrong kind."""
    match shape:
        case _ if value is None or shape == "any":
            return value
        case ListOf(entry) if isinstance(value, list):
            return [fit(one, entry, (*path, index), errors, warnings) for index, one in enumerate(value)]
        case MapOf(entry) if isinstance(value, dict):
            return {key: fit(one, entry, (*path, key), errors, warnings) for key, one in value.items()}
        case Keys(known) if isinstance(value, dict):
            warnings += [_unknown(shape, (*path, key)) for key in value if key not in known]
            known_keys = [key for key in value if key in known]
            return {key: fit(value[key], known[key], (*path, key), errors, warnings) for key in known_keys}
        case str() if _is_single(value, shape):
            return value
    cure = "put it in quotes" if shape == "text" and isinstance(value, bool | int | float) else ""
    errors.append(Complaint(path, _words(shape), described(value, path), cure))
    return None


def _is_single(value: Any, kind: str) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "time":
            return isinstance(value, str) and _TIME.fullmatch(value) is not None
        case _:  # JSON writes 1.0 as 1
            return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _words(shape: Shape) -> str:
    words = {"bool": "true or false", "whole": "a whole number", "time": "a time such as 2026-01-31T12:00:00Z"}
    if isinstance(shape, str):
        return words.get(shape, shape)
    return "a list" if isinstance(shape, ListOf) else "a map"


def _unknown(shape: Keys, path: Path) -> Complaint:
    key = str(path[-1])
    for later, first in shape.later:
        if key == later:
            return Complaint(path, f"Kubernetes {first} or newer for it", shape.version, "leave it out")
    if cure := near(key, sorted(shape.known)):
        return Complaint(path, "a known key", shown(key), cure)
    return Complaint(path, "one of " + ", ".join(sorted(shape.known)), shown(key), "remove it")
