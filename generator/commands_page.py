"""The reference of commands, docs/commands.md: the help of a program and of all below it, from click."""

from collections.abc import Iterator

import click

INTRODUCTION = """\
# Commands

<!-- Written by `make golden` from the help texts of both programs; do not edit. -->

What `--help` prints for each command. Exit codes are the same everywhere: 0 done, 1 the input is wrong or something differs,
2 usage, 3 a bug, 130 interrupted.
"""
_WIDTH = 100


def page(programs: dict[str, click.Command]) -> str:
    """Return the page in Markdown for programs by their names."""
    return INTRODUCTION + "".join(
        f"\n## {path}\n\n```text\n{text}\n```\n"
        for name, program in programs.items()
        for path, text in helps(program, name)
    )


def helps(command: click.Command, name: str, above: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Give the full name and the help of a command, and of those below it, in the order of their names."""
    context = click.Context(
        command,
        above,
        info_name=name,
        terminal_width=_WIDTH,
        **{"max_content_width": _WIDTH, **command.context_settings},
    )
    yield context.command_path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            if found := command.get_command(context, below):
                yield from helps(found, below, context)
