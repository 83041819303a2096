"""The command line as a user runs it: its commands, errors, exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from generator import render_command
from generator.cli import COMMANDS, cli
from tests.support.commands import VALUES, run


def test_every_command_has_help_and_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    listed = [line.split()[0] for line in out.partition("Commands:\n")[2].splitlines()]
    assert (0, sorted({*COMMANDS, *cli.commands})) == (code, listed)
    assert [] == [line for line in out.partition("Commands:\n")[2].splitlines() if len(line.split()) == 1]


@pytest.mark.parametrize("arguments", [("render",), ("rendr",), ("render", "--colour", "x")])
def test_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (2, "") == (code, out)
    assert "Usage: audit-generator" in err


def test_a_bug_exits_3_and_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_command, "load", lambda *_: 1 / 0)
    code, _, err = run(capsys, "render", "x.yaml")
    assert code == 3
    assert err.endswith("This is a bug in audit-generator; please report it with the lines above.\n")


def test_python_minus_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "generator", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("audit-generator, version ")


def test_a_render_imports_nothing_that_only_other_commands_need(tmp_path: Path) -> None:
    """What takes long to import: pySigma, rich, certificates, pages."""
    program = f"import sys; from generator.cli import main\ntry: main(['render', {str(VALUES / 'default.yaml')!r}, '-o', {str(tmp_path)!r}])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set() == {"sigma", "rich", "cryptography", "requests", "kubernetes_validate"} & set(done.stderr.split())
