"""`audit-generator policy lint`: forms and exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.lint_command import lint_command
from tests.support.policies import text

GOOD = text("{level: Request}")
BAD = text("{level: Metadata, users: ['*']}", "{level: Metadata}")
WARNED = text("{level: Metadata}")
SPILT = ["KAP203", "KAP206", "KAP206", "KAP206", "KAP206", "KAP206"]
WEBHOOK = """\
clusters: [{name: a, cluster: {server: "https://bridge.logging.svc/"}}]
contexts: [{name: a, context: {cluster: a}}]
current-context: a
"""


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(lint_command, arguments, input=stdin)


def file(folder: Path, content: str, name: str = "policy.yaml") -> str:
    (folder / name).write_text(content)
    return str(folder / name)


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (WARNED, [], 0),
        (WARNED, ["--strict"], 1),
        (BAD, [], 1),
        (GOOD, [], 1),
        ("kind: Policy\n", [], 1),
    ],
)
def test_errors_exit_1_and_warnings_where_asked(tmp_path: Path, content: str, options: list[str], code: int) -> None:
    assert code == run(file(tmp_path, content), *options).exit_code


def test_the_text_has_a_line_and_a_cure_a_finding_and_the_count(tmp_path: Path) -> None:
    policy = file(tmp_path, BAD)
    lines = run(policy).output.splitlines()
    assert (
        f"{policy}:5: error KAP103: rules[0].users[0]: '*' is compared letter by letter and matches nothing" == lines[0]
    )
    assert "    cure: leave users out to match all" == lines[1]
    assert "1 error, 1 warning, 5 notes" == lines[-1]


def test_a_preset_has_a_name_and_needs_no_file() -> None:
    result = run("recommended", "--strict", "--profile", "cis")
    assert (0, "nothing found\n") == (result.exit_code, result.output)


def test_the_release_decides() -> None:
    policy = text("{level: Request, resources: [{group: '*'}]}", "{level: Request}")
    codes = {version: run("-", "--kubernetes", version, stdin=policy).output.split()[3] for version in ("1.35", "1.36")}
    assert {"1.35": "KAP003:", "1.36": "KAP203:"} == codes


def test_the_list_is_json(tmp_path: Path) -> None:
    policy = file(tmp_path, GOOD)
    found = json.loads(run(policy, "--format", "json").stdout)
    assert SPILT == [one["id"] for one in found]
    assert {
        "id": "KAP203",
        "name": "secrets-with-content",
        "severity": "error",
        "file": policy,
        "line": 5,
        "path": "rules[0]",
        "message": "this rule records secrets, configmaps, serviceaccounts/token, tokenreviews.authentication.k8s.io at Request, with content",
        "cure": "record them at Metadata in a rule before it",
    } == found[0]


def test_sarif_has_the_same_findings(tmp_path: Path) -> None:
    result = run(file(tmp_path, GOOD), file(tmp_path, WARNED, "two.yaml"), "--format", "sarif")
    (log,) = json.loads(result.stdout)["runs"]
    assert SPILT == [one["ruleId"] for one in log["results"]][: len(SPILT)]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["results"]}
    assert {f"file://{tmp_path}/policy.yaml", f"file://{tmp_path}/two.yaml"} == uris


def test_no_finding_is_an_empty_list() -> None:
    assert [] == json.loads(run("recommended", "--format", "json").stdout)
    assert [] == json.loads(run("recommended", "--format", "sarif").stdout)["runs"][0]["results"]


def test_the_files_around_a_policy(tmp_path: Path) -> None:
    flags = file(tmp_path, "args: [--audit-policy-file=/p]\n", "flags.yaml")
    webhook = file(tmp_path, WEBHOOK, "webhook.yaml")
    result = run("--api-server", flags, "--webhook-kubeconfig", webhook)
    assert 1 == result.exit_code
    assert ["KAP401:", "KAP404:"] == [line.split()[2] for line in result.output.splitlines() if " error " in line]


def test_nothing_to_lint_is_a_usage_error() -> None:
    result = run()
    sentence = "Error: expected a policy, --api-server or --webhook-kubeconfig, got nothing - name a file"
    assert (2, sentence) == (result.exit_code, result.output.splitlines()[-1])
