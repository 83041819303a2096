"""What values render to, for tests of the checks: rendered once, and changed as a broken template would change it."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from generator.load import Inputs, load
from generator.render import render

VALUES = Path(__file__).parent.parent.parent / "values"
DEPLOYMENT = "kubernetes/50-deployment.yaml"
DAEMONSET = "kubernetes/60-daemonset.yaml"
NETWORK = "kubernetes/30-networkpolicy.yaml"
SERVICE = "kubernetes/40-service.yaml"
CONFIG_MAP = "kubernetes/20-configmap.yaml"
FLUENTD = "fluent.conf"


@cache
def inputs(environment: str = "production", *settings: str) -> Inputs:
    """Load one of the environments in values/."""
    return load([VALUES / f"{environment}.yaml"], settings)


@cache
def files(environment: str = "production", *settings: str) -> Mapping[str, str]:
    """Render one of the environments in values/."""
    return render(inputs(environment, *settings))


def changed(path: str, before: str, after: str, environment: str = "production", *settings: str) -> dict[str, str]:
    """Return the rendered files with one text in one of them replaced, at its first place, by another."""
    rendered = dict(files(environment, *settings))
    assert before in rendered[path], f"{before!r} is not in {path}"
    return rendered | {path: rendered[path].replace(before, after, 1)}


def said(found: Iterable[object]) -> list[str]:
    """Return findings as their lines, without the place's line, which moves with every template."""
    return [_without_line(str(one)) for one in found]


def _without_line(text: str) -> str:
    place, _, rest = text.partition(": ")
    return f"{place.partition(':')[0]}: {rest}"
