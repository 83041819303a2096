"""Every check of `validate`, in the order in which its findings are told. All of them are offline.

Rendering has made sure of the values; the checks look at what was rendered, so that a fault of a template is found as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from generator import (
    check_agent,
    check_dry_runs,
    check_fluent_bit,
    check_fluentd,
    check_network,
    check_pod_security,
    check_pods,
    check_policy,
    check_references,
    check_schemas,
    check_selectors,
    check_sizes,
)
from generator.findings import Finding, Skipped
from generator.load import Inputs
from generator.objects import Object, objects


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the checks look at: the inputs, every rendered file by its path, and the objects in them."""

    inputs: Inputs
    files: Mapping[str, str]
    objects: Sequence[Object]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and which checks were not made."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    objects: int
    """How many objects were looked at."""


Check = Callable[[Rendered], Iterator[Finding | Skipped]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "policy": lambda of: check_policy.policy(of.inputs),
        "alerts": lambda of: check_policy.alerts(of.inputs),
        "flags": lambda of: check_policy.flags(of.files),
        "schemas": lambda of: check_schemas.check(of.objects, of.inputs.values.cluster.version),
        "references": lambda of: check_references.check(of.files, of.objects),
        "selectors": lambda of: check_selectors.check(of.objects),
        "pods": lambda of: check_pods.check(of.objects),
        "pod-security": lambda of: check_pod_security.check(of.objects, of.inputs.values.cluster.version),
        "network": lambda of: check_network.check(of.objects),
        "fluentd": lambda of: check_fluentd.check(of.files),
        "fluent-bit": lambda of: check_fluent_bit.check(of.files),
        "agent": lambda of: check_agent.check(of.files, of.objects),
        "sizes": lambda of: check_sizes.check(of.inputs, of.files, of.objects),
        "dry-run": lambda of: check_dry_runs.check(of.files),
    }
)
"""The checks by name; the order is that of the report."""


def run(inputs: Inputs, files: Mapping[str, str], without: Sequence[str] = ()) -> Report:
    """Make every check but those that are named. Raises `DocumentError` for a manifest that is no YAML."""
    rendered = Rendered(inputs, files, objects(files))
    made = [one for name, check in CHECKS.items() if name not in without for one in check(rendered)]
    left = [Skipped(name, "left out on the command line", f"leave out --without {name}") for name in without]
    findings = tuple(one for one in made if isinstance(one, Finding))
    skipped = tuple(one for one in made if isinstance(one, Skipped))
    return Report(findings, (*skipped, *left), len(rendered.objects))
