"""What every command that reads values takes: VALUES and `--set`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def takes_values(command: F) -> F:
    """Give a command the arguments of `load`: `values`, the files in their order, and `settings`, those of `--set`."""
    files = click.argument("values", nargs=-1, required=True, type=click.Path(path_type=Path))
    settings = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="KEY.PATH=VALUE",
        help="Set one value over all files; VALUE is YAML, null brings the default back. May be given several times.",
    )
    return files(settings(command))
