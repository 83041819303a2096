"""A group whose commands are imported when they are called."""

import sys

import click
from click.testing import CliRunner

from generator.lazy import LazyGroup

GROUP = LazyGroup("group", modules={"decide": "generator.policy_decide:decide_command"})


def test_a_command_is_found_in_its_module() -> None:
    result = CliRunner().invoke(GROUP, ["decide", "--help"])
    assert 0 == result.exit_code
    assert "generator.policy_decide" in sys.modules


def test_commands_of_both_kinds_are_listed() -> None:
    group = LazyGroup("group", modules={"b": "generator.policy_decide:decide_command"})
    group.add_command(click.Command("a"))
    assert ["a", "b"] == group.list_commands(click.Context(group))


def test_an_unknown_command_is_none() -> None:
    assert None is GROUP.get_command(click.Context(GROUP), "x")
