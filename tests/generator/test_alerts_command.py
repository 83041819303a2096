"""`alerts` prints one form, or writes all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.alerts_command import alerts_command


def run(*arguments: str) -> str:
    done = CliRunner().invoke(alerts_command, ["values/default.yaml", *arguments], catch_exceptions=False)
    assert 0 == done.exit_code
    return done.output


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        ("markdown", "# Alerts"),
        ("json", "["),
        ("html", "<!doctype html>"),
        ("prometheus", "---\napiVersion: monitoring"),
    ],
)
def test_each_form_is_printed(form: str, beginning: str) -> None:
    assert run("--format", form).startswith(beginning)


def test_markdown_unless_said_otherwise() -> None:
    assert run().startswith("# Alerts")


def test_all_are_written(tmp_path: Path) -> None:
    run("-o", str(tmp_path / "out"))
    assert json.loads((tmp_path / "out" / "alerts.json").read_text())
    assert {"alerts.md", "alerts.html", "prometheus-rule.yaml"} <= {path.name for path in (tmp_path / "out").iterdir()}
