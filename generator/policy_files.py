"""Policies that a command line names: a file, `-` for standard input, or one of the presets by its name."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from audit.policy import FIRST
from audit.policy_reading import Reading, read
from audit.presets import PRESETS, preset
from audit.releases import NEWEST, minor
from audit.settings import Identity
from generator.texts import file_text

F = TypeVar("F", bound=Callable[..., Any])


def policy_text(named: str, version: str = NEWEST) -> tuple[str, str]:
    """Return the policy's text and its name for messages; a file goes before a preset of the same name.

    Raises `DocumentError` for a file that cannot be read.
    """
    if named == "-":
        return sys.stdin.read(), "standard input"
    if named in PRESETS and not Path(named).exists():
        return preset(named, version), named
    return file_text(Path(named)), named


def read_policy(named: str, version: str = NEWEST) -> Reading:
    """Read the policy for a release. Raises `DocumentError`."""
    return read(*policy_text(named, version), version)


def tell(reading: Reading) -> Reading:
    """Print on standard error what the API server would ignore in a policy."""
    for warning in reading.warnings:
        click.echo(f"warning: {warning}", err=True)
    return reading


def kubernetes(command: F) -> F:
    """Give a command the option `--kubernetes VERSION`, its parameter `version`."""
    return release("The release whose API server reads and decides, such as 1.36.")(command)


def release(words: str) -> Callable[[F], F]:
    """Return the option `--kubernetes VERSION` with a help of its own."""
    return click.option(
        "--kubernetes",
        "version",
        metavar="VERSION",
        default=NEWEST,
        show_default=True,
        callback=_release,
        help=words,
    )


def _release(_context: click.Context, _parameter: click.Parameter, version: str) -> str:
    try:
        known = minor(version) >= minor(FIRST)
    except ValueError:
        known = False
    if not known:
        raise click.BadParameter(f"expected a release from {FIRST}, got {version!r} - write 1.36")
    return version


def identities(command: F) -> F:
    """Give a command the option `--identity LABEL=USER`, its parameter `known`."""
    option = click.option(
        "--identity",
        "known",
        multiple=True,
        metavar="LABEL=USER",
        callback=_identities,
        help="Whom rules know by a label, such as jenkins=system:serviceaccount:ci:jenkins; repeatable.",
    )
    return option(command)


def _identities(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> tuple[Identity, ...]:
    found = []
    for text in texts:
        label, equals, user = text.partition("=")
        if not (label and equals and user):
            raise click.BadParameter(f"expected LABEL=USER, got {text!r}")
        found.append(Identity(label=label, users=(user,)))
    return tuple(found)
