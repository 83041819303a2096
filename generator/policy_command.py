"""`audit-generator policy`: one module a command, gathered here."""

import click

from generator.lint_command import lint_command
from generator.policy_decide import decide_command
from generator.policy_explain import explain_command
from generator.policy_filter import filter_command
from generator.policy_simulate import simulate_command
from generator.policy_suggest import suggest_command


@click.group()
def policy() -> None:
    """Understand audit policies: what they decide, and what they would have left of a log.

    POLICY is a file, - for standard input, or the name of a preset.
    """


for command in (decide_command, explain_command, filter_command, simulate_command, suggest_command, lint_command):
    policy.add_command(command)
