"""The templates: where they are, and a strict Jinja2 that prints YAML safely.

`manifests/` and `fluentd/` lie beside the packages in a checkout and inside this one when installed. An undefined name
is an error, and every error names the template and its line. What a value holds is always quoted by the `json` and
`block` filters, so that no text can become structure.
"""

import json
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2.bccache import Bucket

from generator.errors import TemplateError

KINDS = ("manifests", "fluentd")

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON allows in a text as it is and YAML does not."""


_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def folder(kind: str) -> Path:
    """Return the folder of one kind of template."""
    here = Path(__file__).parent
    installed = here / "templates" / kind
    return installed if installed.is_dir() else here.parent / kind


def names(prefix: str) -> list[str]:
    """Return the templates below a folder, sorted: `names("manifests")`, not those in folders below it."""
    kind, _, below = prefix.partition("/")
    return sorted(f"{prefix}/{path.name}" for path in (folder(kind) / below).glob("[!_]*.j2"))


def render(name: str, context: dict[str, Any]) -> str:
    """Render one template. Raises `TemplateError`."""
    try:
        return _environment().get_template(name).render(context)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(
            _name_of(Path(error.filename or name)), error.lineno, error.message or "syntax error"
        ) from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(name, None, f"no template {error.name!r}") from error
    except jinja2.TemplateError as error:
        raise TemplateError(*_raised_at(error, name), error.message or "error") from error
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise TemplateError(*_raised_at(error, name), f"{type(error).__name__}: {error}") from error


def _raised_at(error: BaseException, name: str) -> tuple[str, int | None]:
    """Return the innermost template and line of a traceback; Jinja2 rewrites its frames to those of the templates."""
    place: tuple[str, int | None] = (name, None)
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.suffix == ".j2":
            place = (_name_of(file), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _name_of(file: Path) -> str:
    for kind in KINDS:
        if file.is_relative_to(folder(kind)):
            return f"{kind}/{file.relative_to(folder(kind)).as_posix()}"
    return file.name


@cache
def _environment() -> jinja2.Environment:
    loaders = {kind: jinja2.FileSystemLoader(folder(kind)) for kind in KINDS}
    environment = jinja2.Environment(  # noqa: S701 - YAML and Fluentd configuration, not HTML
        loader=jinja2.PrefixLoader(loaders),
        bytecode_cache=_compiled(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "json": to_json,
        "block": to_block,
        "beside": to_beside,
        "literal": to_literal,
        "quantity": to_quantity,
    }
    return environment


def _compiled() -> jinja2.FileSystemBytecodeCache | None:
    """Return where compiled templates are kept, as Python keeps modules and beside those; None where nothing is kept.

    Compiling takes a sixth of a rendering. What is kept is used only while the template's text is the same.
    """
    kept = Path(__file__).parent / "__pycache__"
    return _Compiled(str(kept), "%s.template") if kept.is_dir() else None


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Kept code of templates, which is written where and when Python writes that of modules, and read always."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode and os.access(self.directory, os.W_OK):
            super().dump_bytecode(bucket)


def page_environment() -> jinja2.Environment:
    """Return what the HTML pages are written with; filters may be added."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("generator", "pages"),
        autoescape=True,
        bytecode_cache=_compiled(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def to_quantity(size: int) -> str:
    """Write bytes as Kubernetes itself writes a quantity, rounded up to Mi: another form would change at every apply."""
    count, units = -(-size // 2**20), iter(("Mi", "Gi", "Ti", "Pi", "Ei"))
    unit = next(units)
    while count % 1024 == 0:
        count, unit = count // 1024, next(units)
    return f"{count}{unit}"


def to_json(value: Any) -> str:
    """Write a value on one line as JSON, which YAML reads as itself."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def to_block(value: Any, indent: int) -> str:
    """Write a map or list below the key that it follows; an empty one on the key's line."""
    if not value:
        return f" {to_json(value)}"
    lines = to_yaml(value).removesuffix("\n").split("\n")
    return "".join(f"\n{' ' * indent}{line}" for line in lines)


def to_beside(value: Any, indent: int) -> str:
    """Write any value after its key: a map or list below, a text on the key's line."""
    return to_block(value, indent) if isinstance(value, dict | list) else f" {to_json(value)}"


def to_literal(text: str, indent: int) -> str:
    """Write a text that ends in one newline as the lines of a literal block, `KEY: |`."""
    return "\n".join(" " * indent + line if line else "" for line in text.rstrip("\n").split("\n"))


def to_yaml(value: Any) -> str:
    """Write YAML with sorted keys and indented lists, as yamllint wants it; in ASCII, for PyYAML reads it back surely."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=True, default_flow_style=False, width=4096)


def from_yaml(text: str) -> list[Any]:
    """Read every document of what was rendered. Raises `yaml.MarkedYAMLError`.

    libyaml takes a tenth of the time; what it refuses PyYAML itself reads again, which says better what is wrong.
    """
    try:
        return list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError:
        return list(yaml.safe_load_all(text))


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper with list items indented below their key, and without anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True
