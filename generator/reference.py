"""The references of what people write, from the models: docs/values.md and docs/configuration.md, and a check keeps them so."""

import inspect
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from audit.document import Matching
from audit.settings import Settings
from audit.units import duration_text, seconds, size
from generator import templates
from generator.crosscheck import DECIDED_ELSEWHERE
from generator.values import Values

_INTRODUCTION = """\
# Values

<!-- Written by `make golden` from generator/values.py and audit/settings.py; do not edit. -->

What a values file may hold. Every key has a default, so a file needs only what differs; `values/default.yaml` is a file
with all of them. An unknown key is an error. Top-level keys that begin with `x-` are yours.

`audit-generator render base.yaml prod.yaml --set cluster.name=prod` puts later files over earlier ones, and `--set` over
all of them: maps merge, lists replace, `null` removes, which brings the default back. In `--set` a dot inside a key is
written `\\.`, and the value is YAML.

No value is a secret. A text that looks like a Loggly token is an error.
"""

_CONFIGURATION = """\
# The bridge's configuration

<!-- Written by `make golden` from audit/settings.py; do not edit. -->

`audit-bridge run --config FILE` reads a YAML file; every key has a default. `--set key.path=value` sets one key over the
file. An unknown key is an error, and `audit-bridge check --config FILE` lists everything that is wrong.

A duration has its unit: `200ms`, `50s`, `2m`, `1h`. A size is in bytes or has its unit: `5MB`, `64MiB`.

| environment variable | meaning |
|---|---|
| `LOGGLY_TOKEN` | the customer token, where `loggly.token_file` names no file |
| `LOGGLY_URL` | goes before `loggly.url` |

Secrets are only named by their files. Those files and certificates are read again when they change, and on SIGHUP;
connections that stand go on. The other keys need a restart.
"""

_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", object: "anything", Any: "anything"}

_REFUSED = frozenset(".".join(("bridge", "config", *path)) for path in DECIDED_ELSEWHERE)


def reference() -> str:
    """Return the page about values files in Markdown."""
    return _INTRODUCTION + "".join(_sections(Values, "", Values(), _REFUSED))


def configuration() -> str:
    """Return the page about the bridge's own configuration in Markdown."""
    return _CONFIGURATION + "".join(_sections(Settings, "", Settings(), frozenset()))


def _sections(model: type[BaseModel], path: str, defaults: BaseModel | None, hidden: frozenset[str]) -> Iterator[str]:
    """Yield a section for a model, then those of the models in it. A model in a list has no defaults of its own."""
    inner: list[tuple[type[BaseModel], str, BaseModel | None]] = []
    rows = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        if f"{path}{key}" in hidden:
            continue
        default = getattr(defaults, name) if defaults is not None else field.get_default(call_default_factory=True)
        found = next(_models(field.annotation), None)
        if found and isinstance(default, BaseModel):
            inner.append((found, f"{path}{key}", default))
            continue
        if found:
            below = f"{path}{key}" + ("[]" if get_origin(_unwrapped(field.annotation)) is tuple else "")
            inner.append((found, below, None))
        rows.append(f"| `{key}` | {_kind(field)} | {_default(field, default)} | {_text(field.description)} |\n")
    heading = f"\n## {path.rstrip('.')}\n\n" if path else "\n## Top level\n\n"
    if rows:
        yield (
            heading
            + f"{_text(inspect.getdoc(model))}\n\n| key | kind | default | meaning |\n|---|---|---|---|\n"
            + "".join(rows)
        )
    for found, below, default in inner:
        yield from _sections(found, f"{below}.", default, hidden)


def _text(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _unwrapped(annotation: Any) -> Any:
    """Return an annotation without `Annotated` and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _unwrapped(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def _kind(field: FieldInfo) -> str:
    return _described(field.annotation, list(field.metadata))


def _described(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _described(inner, [*metadata, *more])
    if get_origin(annotation) in (Union, types.UnionType):
        return _described(next(part for part in get_args(annotation) if part is not type(None)), metadata)
    if form := next((part for part in metadata if isinstance(part, Matching)), None):
        return _text(form.want)
    functions = [getattr(part, "func", None) for part in metadata]
    if seconds in functions:
        return "duration"
    if size in functions:
        return "size"
    return _container(annotation)


def _container(annotation: Any) -> str:
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if get_origin(annotation) is tuple:
        return f"list of: {_described(arguments[0], [])}"
    if get_origin(annotation) is dict:
        return f"map to: {_described(arguments[1], [])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "map"
    return _PLAIN.get(annotation, "text")


def _default(field: FieldInfo, default: Any) -> str:
    if field.is_required():
        return "needed"
    if default is None:
        return ""
    functions = [getattr(part, "func", None) for part in field.metadata]
    if seconds in functions:
        return f"`{duration_text(default)}`"
    if isinstance(default, tuple):
        default = list(default)
    return f"`{templates.to_json(default)}`"
