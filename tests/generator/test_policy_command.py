"""The group: every command of it is there, and says in one line what it does."""

import click

from generator.cli import cli
from generator.policy_command import policy


def test_it_is_a_command_of_the_generator() -> None:
    assert policy is cli.get_command(click.Context(cli), "policy")


def test_every_command_has_help() -> None:
    assert "decide" in policy.commands
    assert [] == [name for name, command in policy.commands.items() if not command.get_short_help_str()]
