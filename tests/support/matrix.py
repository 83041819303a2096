"""Whatever may be chosen in values, as dimensions: releases, and each enumeration, switch and optional part of the model.

A choice that the model gets is taken in by itself. Where it needs another value to be right, COMPANIONS says which.
"""

import json
import os
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from audit.document import DocumentError
from audit.releases import minor
from audit.settings import Settings
from generator import versions
from generator.load import Inputs, load
from generator.render import render
from generator.values import Values
from tests.support.pairwise import Covered, Refusal, Row, covering

VERSION = "cluster.version"

_AWAY = ("forward.address=audit.example.com:24224", "tls.mode=secret", "forward.sharedKeySecret={}")
"""What agents need that find the bridge by its name outside of the cluster."""

_KUBEADM = {
    "v1beta4": "1.36",
    "v1beta3": "1.26",
    "v1beta2": "1.18",
    "v1beta1": "1.14",
    "v1alpha3": "1.13",
    "v1alpha2": "1.11",
}

_CLOUDS = {
    "eks": "{region: eu-central-1}",
    "gke": "{project: example-prod, subscription: kube-audit}",
    "aks": "{namespace: example-audit, hub: kube-audit}",
}

COMPANIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("agent.flavor", "direct"): ("forward.sharedKeySecret=null",),
    ("agent.flavor", "fluent-package"): (*_AWAY, "forward.expose.sources=[192.0.2.0/24]"),
    ("agent.flavor", "td-agent"): ("agent.image=example.com/td-agent:4",),
    ("agent.onHost", "false"): ("agent.image=example.com/agent:1",),
    ("agent.onHost", "true"): (*_AWAY, "forward.expose.sources=[192.0.2.0/24]", "agent.flavor=td-agent"),
    ("audit.webhook", "{}"): (
        "audit.webhook.clusterIP=10.96.0.50",
        "bridge.storage.spool=true",
        "bridge.storage.claim={}",
    ),
    ("bridge.enabled", "false"): _AWAY,
    ("bridge.storage.spool", "true"): ("bridge.storage.claim={}",),
    ("forward.expose", "{}"): (
        "forward.expose.sources=[192.0.2.0/24]",
        "tls.mode=secret",
        "forward.sharedKeySecret={}",
    ),
    ("forward.user", "{}"): ("forward.user.name=agent", "forward.sharedKeySecret={}"),
    ("forward.usersSecret", "{}"): ("forward.sharedKeySecret={}", "forward.user.name=agent"),
    ("images.requireDigests", "true"): (
        f"agent.image=example.com/agent@sha256:{'0' * 64}",
        f"bridge.image=example.com/bridge@sha256:{'0' * 64}",
    ),
    ("monitoring.podMonitor", "true"): ("monitoring.prometheus={}",),
    ("monitoring.prometheus", "{}"): ("monitoring.prometheus.namespaceLabels={name: monitoring}",),
    ("monitoring.prometheusRule", "true"): ("monitoring.prometheus={}",),
    ("monitoring.serviceMonitor", "true"): ("monitoring.prometheus={}",),
    ("tls.clientCertificates", "true"): ("tls.mode=secret",),
    ("tls.issuer", "{}"): ("tls.issuer.name=my-ca", "tls.mode=certManager"),
    ("tls.mode", "certManager"): ("tls.issuer.name=my-ca",),
    **{
        cell: (f"cluster.distribution={name}", f"cloud.{name}={where}", "cloud.image=example.com/fluentd:1")
        for name, where in _CLOUDS.items()
        for cell in (("cluster.distribution", name), (f"cloud.{name}", "{}"))
    },
    **{("cluster.kubeadmApi", api): (f"cluster.version='{version}'",) for api, version in _KUBEADM.items()},
}
"""What a choice needs beside itself."""


FULL = os.environ.get("AUDIT_TEST_MATRIX") == "full"
"""Whether to take every release at which something changes, and every format of kubeadm's."""

THINNED = {"cluster.kubeadmApi": 3}
"""How many values of a dimension are enough for every day: what they change is one file in host/."""


@cache
def dimensions() -> Mapping[str, list[str]]:
    """Return the choices by path, each as `--set` takes it, the default first."""
    found = {path: values for path, values in _choices(Values, "") if len(values) > 1}
    thinned = {path: values if FULL else values[: THINNED.get(path, len(values))] for path, values in found.items()}
    return {VERSION: releases(), **thinned}


def releases() -> list[str]:
    """Return releases at which something changes, every fifth of them for every day."""
    rows = [first for table in versions.API_VERSIONS.values() for first, _ in table]
    rows += [field.first for field in versions.FIELDS] + [one for _, *ends in versions.KUBEADM for one in ends]
    every = sorted({versions.FIRST, versions.LAST, versions.POD_SECURITY_POLICY_GONE, *rows}, key=minor)
    chosen = every if FULL else sorted({*every[::5], versions.FIRST, versions.LAST}, key=minor)
    default = str(Values().cluster.version)
    return [default, *(f"{one}" for one in chosen if one != default)]


def refusal(row: Mapping[str, str]) -> Refusal | None:
    """Return why a row is refused; None where it is rendered."""
    try:
        loaded(key(row))
    except DocumentError as error:
        paths = [problem.path for problem in error.problems]
        near = sorted(row, key=lambda name: -max(common(name, path) for path in paths))
        return Refusal(str(error), [*(name for name in near if any(common(name, path) for path in paths)), *paths])
    return None


def said(cells: Iterable[tuple[str, str]]) -> set[str]:
    """Return the paths of cells and of what they need beside themselves."""
    return {
        path for cell in cells for path in (cell[0], *(text.partition("=")[0] for text in COMPANIONS.get(cell, ())))
    }


def common(one: str, other: str) -> int:
    """Return how many keys two paths share from their beginning."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@cache
def loaded(row: tuple[tuple[str, str], ...]) -> Inputs:
    """Load the defaults with the choices of a row. Raises `DocumentError`."""
    return load([], settings(dict(row)))


@cache
def covered() -> Covered:
    """Return rows that hold every pair of choices, and which pairs are refused."""
    return covering(dimensions(), refusal)


@cache
def rendered(row: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Render a row."""
    return render(loaded(row))


def key(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a row as the caches know it."""
    return tuple(sorted(row.items()))


def settings(row: Row) -> list[str]:
    """Return the arguments of --set for a row, one for each key at the top: it is read once, not for each choice."""
    tree: dict[str, Any] = {}
    for text in (text for cell in row.items() for text in COMPANIONS.get(cell, ())):
        path, _, value = text.partition("=")
        _put(tree, path.split("."), yaml.safe_load(value))
    for path, value in row.items():
        _put(tree, path.split("."), value if path == VERSION else yaml.safe_load(value))
    return [f"{key}={json.dumps(value)}" for key, value in tree.items()]


def _put(tree: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Set a value in a tree; an empty map does not take away what is below it already."""
    for key in keys[:-1]:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    if value != {} or not isinstance(tree.get(keys[-1]), dict):
        tree[keys[-1]] = value


def _choices(model: type[BaseModel], path: str) -> Iterator[tuple[str, list[str]]]:
    for name, field in model.model_fields.items():
        whole = f"{path}.{field.alias or name}".removeprefix(".")
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            continue
        yield from _of(field.annotation, whole, field.default)


def _of(annotation: Any, path: str, default: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the choices of one field: of a model those of its own fields, of an optional one whether it is there."""
    parts = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    words = [str(word) for part in parts if get_origin(part) is Literal for word in get_args(part)]
    models = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    optional = type(None) in parts
    if words:
        yield path, _first(["null"] * optional + words, "null" if default is None else str(default))
    elif bool in parts:
        yield path, _first(["null"] * optional + ["false", "true"], "null" if default is None else str(default).lower())
    elif models and optional:
        yield path, ["null", "{}"]
    elif models:
        yield from _choices(models[0], path)


def _first(values: list[str], default: str) -> list[str]:
    return [default, *(value for value in values if value != default)]
