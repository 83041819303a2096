"""`audit-generator validate`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.document import DocumentError
from generator.validate_command import validate

VALUES = Path(__file__).parent.parent.parent / "values"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(validate, [str(VALUES / "production.yaml"), *arguments])


@pytest.mark.parametrize("name", ["default", "demo", "minikube", "production"])
def test_shipped_values_are_fine(name: str) -> None:
    file = VALUES / f"{name}.yaml"
    result = CliRunner().invoke(validate, [str(file)])
    assert (0, f"{file}: fine; the audit policy: nothing found\n") == (result.exit_code, result.output)


def test_what_lint_finds_is_told_and_no_error() -> None:
    result = run("--set", "audit.policy.rules=[{level: None, verbs: [get]}, {level: RequestResponse}]")
    assert 0 == result.exit_code
    assert {"KAP201:", "KAP203:", "KAP204:"} <= {line.split()[2] for line in result.output.splitlines()[:-1]}
    assert "fine; the audit policy: 3 errors" in result.output.splitlines()[-1]


def test_the_policy_is_read_for_the_clusters_release() -> None:
    group = "audit.policy.rules=[{level: Request, resources: [{group: '*', resources: [pods]}]}, {level: Metadata}]"
    assert "KAP003" not in run("--set", group, "--set", "cluster.version='1.36'").output
    with pytest.raises(DocumentError, match=r"expected one group by name"):
        raise_of(run("--set", group, "--set", "cluster.version='1.35'"))


def test_values_that_are_wrong_are_an_error() -> None:
    with pytest.raises(DocumentError, match=r"clustr: expected a known key, got 'clustr' - did you mean 'cluster'\?"):
        raise_of(run("--set", "clustr.name=a"))


def raise_of(result: Result) -> None:
    """Raise what the command raised; `cli.main` makes exit code 1 of it."""
    assert result.exception is not None
    raise result.exception


def test_rules_that_the_policy_leaves_blind_are_told_with_the_change_that_helps() -> None:
    result = run(
        "--set", "audit.policy.rules=[{level: Metadata}]", "--set", "bridge.config.rules.disable=[host-ipc-pod]"
    )
    lines = result.output.splitlines()
    at = next(number for number, line in enumerate(lines) if "host-pid-pod" in line)
    assert (
        "host/audit-policy.yaml: the detection rules privileged-container, host-path-volume, sensitive-host-path, "
        "host-network-pod, host-pid-pod, capabilities-added, miner-image are blind: "
        "create pods by jane: only Metadata by the rule at line 7, and Request is needed"
    ) == lines[at]
    assert (
        '    cure: put first: {level: Request, verbs: [create], resources: [{group: "", resources: [pods]}]}'
        == lines[at + 1]
    )
    assert lines[-1].endswith("; 15 detection rules do not see all that they should")
    assert "KAP207" not in result.output


def test_a_policy_that_drops_a_part_leaves_rules_half_blind() -> None:
    result = run("--set", "audit.policy.rules=[{level: None, verbs: [get]}, {level: Request}]")
    assert "the detection rule exec is half blind (4 of 8 requests): get pods/attach by jane: dropped" in result.output
