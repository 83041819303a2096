"""`audit-generator schema`: the JSON Schema of values files."""

import click

from generator.schema import schema_text


@click.command(name="schema")
def schema_command() -> None:
    """Print the JSON Schema of values files, for editors: docs/rendering.md says how they are told of it."""
    click.echo(schema_text(), nl=False)
