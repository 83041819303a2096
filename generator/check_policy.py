"""The audit policy of the values: what lint finds in it, which detection rules it leaves blind, and the flags around it."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from audit import backends
from audit.lint import lint
from audit.lint_rules import Finding as LintFinding
from audit.policy_reading import read
from audit.problems import Place
from audit.rule_needs import cure, detection
from audit.sight import sight
from generator import host
from generator.alerts import told
from generator.audit_policy import reading_version
from generator.findings import Finding
from generator.load import Inputs

POLICY = "host/audit-policy.yaml"

OWN = "KAP207"
"""Lint's finding about the shipped rules: here those of the values are asked for, with exceptions and rules of the user's own."""


def policy(inputs: Inputs) -> Iterator[Finding]:
    """Yield what lint finds in the policy, as the cluster's release reads it."""
    for one in lint(host.policy(inputs), POLICY, reading_version(inputs.values.cluster.version)):
        if one.rule.id != OWN:
            yield _of("policy", one)


def flags(files: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what lint finds in rendered files that hold API-server flags."""
    for name, text in files.items():
        if name.startswith("host/") and name.endswith((".yaml", ".yml")) and "audit-policy-file" in text:
            for part in _flagged(list(yaml.safe_load_all(text))) or [text]:
                yield from (_of("flags", one) for one in backends.flags(part, name))


def _flagged(data: Any) -> list[str]:
    """Return the texts within YAML that are YAML with flags themselves: patches for kubeadm in kind's configuration."""
    if isinstance(data, str):
        return [data] if "audit-policy-file" in data and "\n" in data else []
    below = list(data.values()) if isinstance(data, dict) else data
    return [text for one in below for text in _flagged(one)] if isinstance(below, list) else []


def alerts(inputs: Inputs) -> Iterator[Finding]:
    """Yield which rules of the bridge's do not see all that they should, and what would open their eyes."""
    for (seen, why, change), names in blind_rules(inputs).items():
        rules = f"rule {names[0]} looks" if len(names) == 1 else f"rules {', '.join(names)} look"
        yield Finding(
            "alerts", "warning", Place(POLICY), "", f"all that detection {rules} for", f"{seen}: {why}", change
        )


def blind_rules(inputs: Inputs) -> dict[tuple[str, str, str], list[str]]:
    """Return which rules of the bridge's do not see all: how much, why not, and what would open their eyes, with their names."""
    read_policy = read(host.policy(inputs), POLICY, reading_version(inputs.values.cluster.version)).policy
    blind: dict[tuple[str, str, str], list[str]] = {}
    for one in told(inputs):
        needs = detection(one)
        found = sight(read_policy, needs)
        if found.misses:
            some = f"all but {len(found.misses)} of {found.probes} requests"
            seen = "none of it" if found.word == "blind" else some
            blind.setdefault((seen, str(found.misses[0]), cure(needs.level, found.misses)), []).append(one.name)
    return blind


def _of(check: str, one: LintFinding) -> Finding:
    want = f"no {one.rule.name}"
    return Finding(check, one.severity, one.place, one.path, want, one.message, one.cure, one.rule.id)
