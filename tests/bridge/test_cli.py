import re
from pathlib import Path

import pytest

from tests.support.processes import BIN, Process, Sandbox

COMMANDS = ("run", "check", "replay", "demo", "show", "dead-letters", "sandbox")


def ran(*arguments: str | Path) -> tuple[int, str]:
    with Process([BIN / "audit-bridge", *arguments], {"LOGGLY_TOKEN": "", "COLUMNS": "100"}) as process:
        return process.wait(), process.output


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


def test_a_missing_token() -> None:
    sentence = (
        "the environment variable LOGGLY_TOKEN: expected Loggly's customer token, got nothing - "
        "set loggly.token_file to a file that holds it, or LOGGLY_TOKEN"
    )
    assert (1, sentence) == ran("run")


def test_a_configuration_with_several_errors(tmp_path: Path) -> None:
    """Each has its place; the exit code is 1."""
    file = tmp_path / "bridge.yaml"
    file.write_text("forward:\n  prot: 1\nbatch:\n  max_age: 5\n")
    code, output = ran("check", "--config", file)
    assert 1 == code
    assert [f"{file}:2: forward.prot:", f"{file}:4: batch.max_age:"] == [
        " ".join(line.split(" ")[:2]) for line in output.splitlines()
    ]
    assert "port" in output.splitlines()[0]
    assert "a duration with its unit, such as 200ms, 50s or 2m" in output.splitlines()[1]


def test_a_configuration_that_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text("cluster: prod\nforward: {ack_deadline: 20s}\n")
    assert (0, f"{file}: fine") == ran("check", "--config", file)


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    code, output = ran("check", "--config", tmp_path / "none.yaml")
    assert (
        1,
        f"{tmp_path}/none.yaml (--config): expected a file to read, got: no such file or directory - check the path",
    ) == (code, output)


def test_a_replay_to_nowhere(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("x\n")
    code, output = ran("replay", log, "--to", "127.0.0.1:1", "--ack")
    assert (1, "127.0.0.1:1: connection refused - check the name, and that it is there") == (
        code,
        output.splitlines()[-1],
    )


def test_a_replay_of_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    code, output = ran("replay", tmp_path / "none.log", "--to", sandbox.url.removeprefix("http://"), "--ack")
    sentence = f"{tmp_path}/none.log: expected a log file, got none - check the name"
    assert (1, sentence) == (code, output.splitlines()[-1])
