"""The help of programs as a page."""

import click

from generator.commands_page import INTRODUCTION, page


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    """Do things."""


@program.command()
@click.argument("what")
def eat(what: str) -> None:
    """Eat WHAT."""


def test_every_command_stands_with_its_full_name_and_help() -> None:
    text = page({"tool": program})
    assert text.startswith(INTRODUCTION)
    assert ["## tool", "## tool eat"] == [line for line in text.splitlines() if line.startswith("## ")]
    assert (
        "Usage: tool eat [OPTIONS] WHAT\n\n  Eat WHAT.\n\nOptions:\n  -h, --help  Show this message and exit.\n" in text
    )
