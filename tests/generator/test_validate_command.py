"""`audit-generator validate`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.document import DocumentError
from generator.checks import CHECKS
from generator.validate_command import validate

VALUES = Path(__file__).parent.parent.parent / "values"
READS = "audit.policy.rules=[{level: None, verbs: [get]}, {level: RequestResponse}]"
ALL = len(CHECKS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(validate, [str(VALUES / "production.yaml"), "--without", "dry-run", *arguments])


@pytest.mark.parametrize("name", ["default", "demo", "minikube", "production"])
def test_shipped_values_are_fine(name: str) -> None:
    file = VALUES / f"{name}.yaml"
    result = CliRunner().invoke(validate, [str(file), "--without", "dry-run"])
    lines = result.output.splitlines()
    assert 0 == result.exit_code
    assert ["dry-run: not checked: left out on the command line", "    cure: leave out --without dry-run"] == lines[:-1]
    assert lines[-1].startswith(f"{file}: {ALL - 1} checks of ")
    assert lines[-1].endswith(" objects; 1 not made: nothing found")


def test_what_is_found_is_an_error_where_it_is_grave() -> None:
    result = run("--set", READS)
    assert 1 == result.exit_code
    assert {"KAP201:", "KAP203:", "KAP204:"} <= {line.split()[2] for line in result.output.splitlines()[:-3]}


def test_warnings_are_errors_where_that_is_asked_for() -> None:
    warning = ("--set", "agent.buffer.totalBytes=256MiB")
    assert (0, 1) == (run(*warning).exit_code, run(*warning, "--strict").exit_code)


def test_a_check_that_could_not_be_made_is_an_error_where_that_is_asked_for() -> None:
    old = ("--set", "cluster.version='1.20'")
    assert (0, 1) == (run(*old).exit_code, run(*old, "--strict").exit_code)
    assert 0 == run(*old, "--strict", "--without", "schemas").exit_code


def test_programs_get_json() -> None:
    result = run("--set", READS, "--format", "json")
    document = json.loads(result.output)
    assert (1, ["dry-run"]) == (result.exit_code, [one["check"] for one in document["skipped"]])
    assert "KAP201" in {one["id"] for one in document["findings"]}


def test_values_that_are_wrong_are_an_error() -> None:
    result = run("--set", "clustr.name=a")
    assert isinstance(result.exception, DocumentError)
    assert "clustr: expected a known key, got 'clustr' - did you mean 'cluster'?" in str(result.exception)
    asked = run("--set", "clustr.name=a", "--format", "json")
    assert (1, ["values"]) == (asked.exit_code, [one["check"] for one in json.loads(asked.output)["findings"]])


def test_a_check_that_does_not_exist_is_refused() -> None:
    assert 2 == run("--without", "nothing").exit_code
