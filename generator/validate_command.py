"""`audit-generator validate`: everything that can be known of values, and of what they render to, without a cluster."""

import json
import sys
from pathlib import Path
from typing import Literal

import click
from rich.console import Console

from audit.document import DocumentError
from generator.checks import CHECKS, run
from generator.load import load
from generator.options import takes_values
from generator.render import render
from generator.validate_text import as_json, counted, refused, show


@click.command()
@takes_values
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or an object with the lists `findings` and `skipped`.",
)
@click.option("--without", multiple=True, type=click.Choice(list(CHECKS)), help="Leave a check out; may be repeated.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, and for checks that could not be made, too.")
def validate(
    values: tuple[Path, ...],
    settings: tuple[str, ...],
    form: Literal["text", "json"],
    without: tuple[str, ...],
    *,
    strict: bool,
) -> None:
    """Check VALUES, later files over earlier ones, and everything that they render to, without a cluster.

    First the values themselves: every mistake at once. Then what is rendered: the audit policy and what it leaves blind, each
    object against the schema of the cluster's Kubernetes version, names and selectors that must lead somewhere, Pod Security
    levels, network policies, the agent's configuration, sizes. Where `fluentd` or `fluent-bit` is on PATH it looks at its
    configuration, too. What cannot be checked is told.

    Exit code 1 where there are errors. docs/validate.md says what each check means. Files are those that `render -o` writes.
    """
    try:
        inputs = load(values, settings)
    except DocumentError as error:
        if form == "text":
            raise
        click.echo(json.dumps(refused(error.problems), indent=2))
        sys.exit(1)
    report = run(inputs, render(inputs), without)
    if form == "json":
        click.echo(json.dumps(as_json(report), indent=2))
    else:
        show(report, Console())
        click.echo(f"{values[-1]}: {counted(report, len(CHECKS) - len(without))}")
    severities = {one.severity for one in report.findings}
    failed = "error" in severities or (
        strict and ("warning" in severities or any(one.check not in without for one in report.skipped))
    )
    sys.exit(1 if failed else 0)
