"""`audit-generator policy lint`: what is wrong with audit policies, and with the files around them."""

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console

from audit import backends
from audit.lint import Profile, lint
from audit.lint_rules import Finding
from audit.sarif import sarif
from generator.lint_text import counted, show
from generator.policy_files import kubernetes, policy_text
from generator.texts import file_text


@click.command(name="lint")
@click.argument("policies", nargs=-1, metavar="[POLICY]...")
@kubernetes
@click.option(
    "--profile",
    type=click.Choice(["default", "cis"]),
    default="default",
    show_default=True,
    help="cis: also what CIS 3.2.2 asks.",
)
@click.option("--api-server", metavar="FILE", help="Also the flags in a static Pod or a kubeadm configuration.")
@click.option("--webhook-kubeconfig", metavar="FILE", help="Also the kubeconfig of an audit webhook.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="Lines for people, a list, or SARIF 2.1.0.",
)
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, too.")
def lint_command(
    *,
    policies: tuple[str, ...],
    version: str,
    profile: Profile,
    api_server: str | None,
    webhook_kubeconfig: str | None,
    form: Literal["text", "json", "sarif"],
    strict: bool,
) -> None:
    """Find what is wrong with audit policies, beyond what the API server refuses.

    Rules that never decide, resources under the wrong group, commands and failed logins that are lost, secrets in the log,
    detections that cannot fire. Exit code 1 where there are errors.
    """
    if not (policies or api_server or webhook_kubeconfig):
        raise click.UsageError("expected a policy, --api-server or --webhook-kubeconfig, got nothing - name a file")
    found = [one for named in policies for one in lint(*policy_text(named, version), version, profile)]
    if api_server:
        found += backends.flags(file_text(Path(api_server)), api_server)
    if webhook_kubeconfig:
        found += backends.kubeconfig(file_text(Path(webhook_kubeconfig)), webhook_kubeconfig)
    _print(found, form)
    severities = {finding.severity for finding in found}
    sys.exit(1 if "error" in severities or (strict and "warning" in severities) else 0)


def _print(found: Sequence[Finding], form: str) -> None:
    match form:
        case "json":
            click.echo(json.dumps([_as_json(finding) for finding in found], indent=2))
        case "sarif":
            click.echo(json.dumps(sarif(found, installed_version("kube-audit-bridge")), indent=2))
        case _:
            show(found, Console())
            click.echo(counted(found))


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "file": finding.place.name,
        "line": finding.place.line,
        "path": finding.path,
        "message": finding.message,
        "cure": finding.cure,
    }
