"""`audit-generator validate`: whether values files are right, and what is unwise in the policy that they lead to."""

from pathlib import Path

import click
from rich.console import Console

from audit.lint import lint
from audit.policy_reading import read
from audit.rule_needs import cure, detection
from audit.sight import sight
from generator import host
from generator.alerts import told
from generator.lint_text import counted, show
from generator.load import Inputs, load
from generator.options import takes_values

POLICY = "host/audit-policy.yaml"
OWN = "KAP207"
"""Lint's finding about its own table of detections: here the bridge's rules themselves are asked for."""


@click.command()
@takes_values
def validate(values: tuple[Path, ...], settings: tuple[str, ...]) -> None:
    """Check VALUES, later files over earlier ones, and list everything that is wrong with them.

    What `policy lint` finds in the audit policy is shown as well, and which detection rules of the bridge it leaves blind, with the
    smallest change that would open their eyes. Neither is an error here: exit code 1 is for values that
    cannot be rendered. The lines are those of the rendered host/audit-policy.yaml.
    """
    inputs = load(values, settings)
    found = [one for one in lint(host.policy(inputs), POLICY, inputs.values.cluster.version) if one.rule.id != OWN]
    show(found, Console())
    blind = blind_rules(inputs)
    for (word, why, change), names in blind.items():
        rules = f"rule {names[0]} is" if len(names) == 1 else f"rules {', '.join(names)} are"
        click.echo(f"{POLICY}: the detection {rules} {word}: {why}\n    cure: {change}")
    seen = f"; {sum(map(len, blind.values()))} detection rules do not see all that they should" if blind else ""
    click.echo(f"{values[-1]}: fine; the audit policy: {counted(found)}{seen}")


def blind_rules(inputs: Inputs) -> dict[tuple[str, str, str], list[str]]:
    """Return which rules of the bridge's do not see all: how blind, why, and what would open their eyes, with their names."""
    policy = read(host.policy(inputs), POLICY, inputs.values.cluster.version).policy
    blind: dict[tuple[str, str, str], list[str]] = {}
    for one in told(inputs):
        needs = detection(one)
        found = sight(policy, needs)
        if found.misses:
            word = "blind" if found.word == "blind" else f"half blind ({len(found.misses)} of {found.probes} requests)"
            blind.setdefault((word, str(found.misses[0]), cure(needs.level, found.misses)), []).append(one.name)
    return blind
