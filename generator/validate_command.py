"""`audit-generator validate`: whether values files are right, and what is unwise in the policy that they lead to."""

from pathlib import Path

import click
from rich.console import Console

from audit.lint import lint
from generator import host
from generator.lint_text import counted, show
from generator.load import load


@click.command()
@click.argument("values", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Set one value, over all files.")
def validate(values: tuple[Path, ...], settings: tuple[str, ...]) -> None:
    """Check VALUES, later files over earlier ones, and list everything that is wrong with them.

    What `policy lint` finds in the audit policy is shown as well, and is no error here: exit code 1 is for values that
    cannot be rendered. The lines are those of the rendered host/audit-policy.yaml.
    """
    inputs = load(values, settings)
    found = lint(host.policy(inputs), "host/audit-policy.yaml", inputs.values.cluster.version)
    show(found, Console())
    click.echo(f"{values[-1]}: fine; the audit policy: {counted(found)}")
