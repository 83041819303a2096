"""`audit-generator explain`: what the layers of values come to, and which layer each value is from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from audit.document import Document
from audit.problems import Path as Where
from audit.problems import masked, path_text
from generator.crosscheck import DECIDED_ELSEWHERE
from generator.load import Inputs, load
from generator.options import takes_values
from generator.templates import to_json

DEFAULT = "default"
"""The source of what no layer says."""


@click.command(name="explain")
@takes_values
@click.option("--all", "everything", is_flag=True, help="Also what no layer says: the defaults.")
@click.option("--key", metavar="PATH", default="", help="Only what is below a key, such as bridge.config.")
def explain_command(values: tuple[Path, ...], settings: tuple[str, ...], *, everything: bool, key: str) -> None:
    """Show each value that VALUES come to, with the file and line, or the --set, that it is from.

    Later files go over earlier ones. What a later layer covers or removes is not shown.
    """
    for path, value, source in rows(load(values, settings)):
        chosen = not key or path == key or path.startswith((f"{key}.", f"{key}["))
        if chosen and (everything or not source.startswith(DEFAULT)):
            click.echo(f"{path}: {value}  # {source}")


def rows(inputs: Inputs) -> Iterator[tuple[str, str, str]]:
    """Yield every value as its path, itself as JSON, and where it was written; in the order of the model."""
    data = inputs.values.model_dump(mode="json", by_alias=True)
    hidden = {("bridge", "config", *path) for path in DECIDED_ELSEWHERE}
    for path, value in _leaves(data, ()):
        if not any(path[:depth] in hidden for depth in range(len(path) + 1)):
            yield path_text(path), masked(to_json(value)), _source(inputs.document, path)


def _source(document: Document, path: Where) -> str:
    if path in document.removed:
        return f"{DEFAULT}, for null in {document.removed[path]}"
    return str(document.lines[path]) if path in document.lines else DEFAULT


def _leaves(value: Any, path: Where) -> Iterator[tuple[Where, Any]]:
    """Yield what is no map, and maps without keys: a list is one value, for layers replace it as a whole."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    else:
        yield path, value
