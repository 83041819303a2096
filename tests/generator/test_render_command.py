"""`audit-generator render`: the stream, the folder, and whether a folder is what values render to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.commands import VALUES, run


def test_render_prints_the_stream_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "render", VALUES / "minikube.yaml")
    objects = list(yaml.safe_load_all(out))
    assert (0, "") == (code, err)
    assert ["Namespace", "Namespace"] == [one["kind"] for one in objects[:2]]
    assert "Kustomization" not in {one["kind"] for one in objects}


def test_a_folder_is_written_and_the_stream_comes_beside_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, _ = run(capsys, "render", VALUES / "demo.yaml", "-o", out)
    count = sum(path.is_file() for path in out.rglob("[!.]*"))
    assert (0, f"{out}: {count} files, {count} changed; the steps are in {out / 'README.md'}\n") == (code, said)
    code, stream, said = run(capsys, "render", VALUES / "demo.yaml", "-o", out, "--stream")
    assert (0, f"{out}: {count} files, 0 changed; the steps are in {out / 'README.md'}\n") == (code, said)
    assert run(capsys, "render", VALUES / "demo.yaml") == (0, stream, "")


def test_check_names_each_file_that_differs_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, arguments = tmp_path / "out", ("render", VALUES / "demo.yaml", "-o", tmp_path / "out")
    run(capsys, *arguments)
    assert (0, "", "") == run(capsys, *arguments, "--check")
    (out / "bridge.yaml").write_text("")
    (out / "fluent.conf").unlink()
    settings = ("--set", "bridge.replicas=3")
    code, said, hint = run(capsys, *arguments, *settings, "--check")
    differ = {line.removeprefix(f"{out}/").partition(": ")[::2] for line in said.splitlines()}
    assert 1 == code
    assert {("bridge.yaml", "changed by hand"), ("fluent.conf", "missing")} <= differ
    assert ("kubernetes/50-deployment.yaml", "out of date") in differ
    assert hint.endswith(" files differ: render again, or look with audit-generator diff\n")
    assert "" == (out / "bridge.yaml").read_text()


def test_check_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "render", VALUES / "demo.yaml", "--check")
    assert 2 == code
    assert "expected -o DIR with --check, got none - name the folder; validate checks VALUES alone" in err


def test_wrong_values_exit_1_with_a_sentence_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("logly:\n  url: x\nbridge:\n  replicas: many\n")
    code, out, err = run(capsys, "render", file)
    assert (1, "") == (code, out)
    assert [
        f"{file}:4: bridge.replicas: expected a whole number, got the text 'many'",
        f"{file}:1: logly: expected a known key, got 'logly' - did you mean 'loggly'?",
    ] == err.splitlines()


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    """In two processes that hash texts differently, under other locales and time zones."""
    texts = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        folder = tmp_path / seed
        program: list[str | Path] = [sys.executable, "-m", "generator", "render", VALUES / "production.yaml"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        stream = subprocess.run(
            [*program, "-o", folder, "--stream"], env=environment, capture_output=True, check=True
        ).stdout
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        texts.append((stream, files))
    assert texts[0] == texts[1]
