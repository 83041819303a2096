"""The command line: its commands, their help, and what a wrong call is."""

import re
import subprocess
import sys

import pytest

from tests.support.processes import ran

COMMANDS = ("run", "check", "notify", "replay", "demo", "show", "dead-letters", "sandbox", "top", "verify")


def test_help_names_every_command() -> None:
    code, output = ran("--help")
    assert 0 == code
    assert list(COMMANDS) == sorted(re.findall(r"^  (\w[\w-]*)  ", output, re.MULTILINE), key=COMMANDS.index)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(command: str) -> None:
    code, output = ran(command, "--help")
    assert (0, True) == (code, output.startswith(f"Usage: audit-bridge {command} "))


def test_version() -> None:
    assert (0, True) == (ran("--version")[0], ran("--version")[1].startswith("audit-bridge, version "))


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run", "--nonsense"], ["replay", "x.log"], ["replay", "x", "--to", "host"]]
)
def test_usage_errors_are_2(arguments: list[str]) -> None:
    code, output = ran(*arguments)
    assert (2, True) == (code, "Usage: audit-bridge" in output)


def test_a_bridge_that_starts_loads_no_other_command() -> None:
    """Its start is time in which senders wait."""
    code = "import sys, bridge.cli, bridge.commands; print(*(name for name in sys.modules if name.startswith(('bridge', 'rich'))))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "bridge.commands" in loaded
    assert not {"bridge.demo", "bridge.replay", "bridge.show_command", "bridge.sandbox", "rich"} & loaded
