"""Policies that a command line names."""

import io
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from audit.document import DocumentError
from audit.presets import PRESETS
from generator.policy_files import kubernetes, read_policy, tell

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  verb: [get]\n"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_a_name(name: str) -> None:
    assert name == read_policy(name, "1.20").policy.name


def test_a_file_goes_before_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cis").write_text(POLICY)
    assert 1 == len(read_policy("cis").policy.rules)


def test_a_policy_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(POLICY))
    assert "standard input" == read_policy("-").policy.name


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_policy(str(tmp_path / "none"))
    sentence = f"{tmp_path / 'none'}: expected a file that can be read, got no such file or directory - check the path"
    assert sentence == str(caught.value)


def test_warnings_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    reading = read_policy(str(file))
    assert reading is tell(reading)
    sentence = f"warning: {file}:5: rules[0].verb: expected a known key, got 'verb' - did you mean 'verbs'?\n"
    assert ("", sentence) == capsys.readouterr()


@pytest.mark.parametrize("version", ["1.7", "2.1", "v1.36", "1.36.1", ""])
def test_a_release_that_is_not_known_is_a_usage_error(version: str) -> None:
    @click.command()
    @kubernetes
    def command(version: str) -> None:
        click.echo(version)

    result = CliRunner().invoke(command, ["--kubernetes", version])
    sentence = f"Error: Invalid value for '--kubernetes': expected a release from 1.8, got {version!r} - write 1.36"
    assert (2, sentence) == (result.exit_code, result.output.splitlines()[-1])
    assert "1.8\n" == CliRunner().invoke(command, ["--kubernetes", "1.8"]).output
