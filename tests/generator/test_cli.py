"""The command line as a user runs it: output, errors, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from generator import cli as module
from generator.cli import main

VALUES = Path(__file__).parent.parent.parent / "values"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


def test_render_prints_the_stream_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "render", VALUES / "minikube.yaml")
    objects = list(yaml.safe_load_all(out))
    assert (code, err) == (0, "")
    assert [one["kind"] for one in objects[:2]] == ["Namespace", "Namespace"]
    assert "Kustomization" not in {one["kind"] for one in objects}


def test_render_to_a_folder_and_check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, _ = run(capsys, "render", VALUES / "demo.yaml", "-o", out)
    assert (code, said) == (0, f"{out}: 20 files, 20 changed; the steps are in {out / 'README.md'}\n")
    assert run(capsys, "render", VALUES / "demo.yaml", "-o", out, "--check") == (0, "", "")
    (out / "bridge.yaml").write_text("")
    code, difference, _ = run(capsys, "render", VALUES / "demo.yaml", "-o", out, "--check")
    assert code == 1
    assert difference.startswith(f"--- {out / 'bridge.yaml'}\n+++ rendered bridge.yaml\n")
    assert (out / "bridge.yaml").read_text() == ""


def test_check_without_a_folder_only_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "render", VALUES / "demo.yaml", "--check") == (0, "", "")


def test_wrong_values_exit_1_with_a_sentence_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("logly:\n  url: x\nbridge:\n  replicas: many\n")
    code, out, err = run(capsys, "render", file)
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        f"{file}:4: bridge.replicas: expected a whole number, got the text 'many'",
        f"{file}:1: logly: expected a known key, got 'logly' - did you mean 'loggly'?",
    ]


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("cluster.nme=x", "--set: cluster.nme: expected a known key, got 'nme' - did you mean 'name'?"),
        ("cluster", "--set: expected KEY.PATH=VALUE, got 'cluster' without '=' - write --set cluster.name=prod"),
    ],
)
def test_a_bad_setting_exits_1(capsys: pytest.CaptureFixture[str], argument: str, sentence: str) -> None:
    assert run(capsys, "render", VALUES / "demo.yaml", "--set", argument) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("arguments", [("render",), ("rendr",), ("render", "--colour", "x")])
def test_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "Usage: audit-generator" in err


def test_a_bug_exits_3_and_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load", lambda *_: 1 / 0)
    code, _, err = run(capsys, "render", "x.yaml")
    assert code == 3
    assert err.endswith("This is a bug in audit-generator; please report it with the lines above.\n")


def test_the_schema_is_closed_and_knows_free_keys(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "schema")
    schema = json.loads(out)
    assert schema["additionalProperties"] is False
    assert schema["patternProperties"] == {"^x-": {}}
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(yaml.safe_load((VALUES / "production.yaml").read_text()))) == []
    assert [error.json_path for error in validator.iter_errors({"cluster": {"nam": "x"}})] == ["$.cluster"]


def test_python_minus_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "generator", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("audit-generator, version ")
