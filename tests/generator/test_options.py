"""VALUES and --set, the same for every command."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from generator.cli import COMMANDS, cli
from generator.options import takes_values

TAKE_NONE = {"policy", "schema", "user"}


@click.command()
@takes_values
def shown(values: tuple[Path, ...], settings: tuple[str, ...]) -> None:
    click.echo(f"{[str(path) for path in values]} {list(settings)}")


def test_files_and_settings_keep_their_order() -> None:
    result = CliRunner().invoke(shown, ["a.yaml", "--set", "x=1", "b.yaml", "--set", "x=2"])
    assert "['a.yaml', 'b.yaml'] ['x=1', 'x=2']\n" == result.output


def test_a_file_is_needed() -> None:
    assert 2 == CliRunner().invoke(shown, ["--set", "x=1"]).exit_code


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - TAKE_NONE))
def test_every_command_that_reads_values_takes_them_so(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    taken = {one.name: (one.opts, one.nargs) for one in command.params}
    assert (["values"], -1) == taken["values"]
    assert ["--set"] == taken["settings"][0]
