"""The audit policy that a release reads: a preset, the user's file as it is, or rules of the user's own.

The shape of a policy grew with the first releases (kubernetes/apiserver `pkg/apis/audit`): 1.7 knows neither `omitStages` nor
names, and takes `pods` for every subresource as well; 1.8 knows `omitStages` in a rule; 1.9 in the whole policy.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from audit.policy import FIRST as DECIDED
from audit.policy import Policy
from audit.policy_reading import api_versions
from audit.presets import FIRST as PRESETS_SINCE
from audit.presets import PRESETS, preset
from audit.problems import Path
from audit.releases import at_least, minor
from generator import templates
from generator.policy import Rule

OLDEST_PRESET = "metadata"
"""The one preset that releases before `PRESETS_SINCE` can say: a rule that matches everything."""

_OMITTED = "RequestReceived"

Complaint = tuple[Path, str, str, str]
"""A path in a policy, what was wanted there, what stood there, how to cure it."""


def policy_api(version: str) -> str:
    """Return the newest API version of policies that a release reads."""
    return api_versions(version)[0] if minor(version) >= minor(DECIDED) else "audit.k8s.io/v1alpha1"


def reading_version(version: str) -> str:
    """Return the release whose reading of a policy is nearest to a release's: 1.7 is read as 1.8, and `not_in_1_7` says more."""
    return version if minor(version) >= minor(DECIDED) else DECIDED


def default_preset(version: str) -> str:
    """Return the preset where none is named."""
    return PRESETS[0] if at_least(version, PRESETS_SINCE) else OLDEST_PRESET


def presets(version: str) -> Sequence[str]:
    """Return the presets that are right for a release."""
    return PRESETS if at_least(version, PRESETS_SINCE) else (OLDEST_PRESET,)


def preset_text(name: str, version: str) -> str:
    """Return a preset as a release reads it."""
    return preset(name, version) if at_least(version, PRESETS_SINCE) else rules_text((Rule(level="Metadata"),), version)


def rules_text(rules: Sequence[Rule], version: str) -> str:
    """Return a policy of rules; the stage before a request is decided is left out wherever the release can say so."""
    return f"---\n{templates.to_yaml(rules_document(rules, version))}"


def rules_document(rules: Sequence[Rule], version: str) -> dict[str, Any]:
    """Return a policy of rules as data."""
    written = [rule.model_dump(mode="json", by_alias=True, exclude_unset=True) for rule in rules]
    whole: dict[str, Any] = {"apiVersion": policy_api(version), "kind": "Policy"}
    if at_least(version, "1.9"):
        whole["omitStages"] = [_OMITTED]
    elif at_least(version, "1.8"):
        written = [{**rule, "omitStages": sorted({*rule.get("omitStages", ()), _OMITTED})} for rule in written]
    return {**whole, "rules": written}


def rules_alone(text: str) -> str:
    """Return the rules of a policy as YAML, for who takes nothing else of it: what it says for all of them stands in each."""
    policy = templates.from_yaml(text)[0]
    stages, omit = policy.get("omitStages") or (), policy.get("omitManagedFields")
    rules = []
    for rule in policy["rules"]:
        omitted = sorted({*(rule.get("omitStages") or ()), *stages})
        fields = {} if omit is None else {"omitManagedFields": omit}
        rules.append({**fields, **rule, **({"omitStages": omitted} if omitted else {})})
    return templates.to_yaml(rules)


def not_in_1_7(policy: Policy) -> Iterator[Complaint]:
    """Yield what the API server of 1.7 would take otherwise than later ones, or not at all."""
    for at, rule in enumerate(policy.rules):
        where: Path = ("rules", at)
        if rule.omit_stages:
            yield (*where, "omitStages"), "Kubernetes 1.8 or newer for it", "1.7", "leave it out"
        for entry, one in enumerate(rule.resources):
            path = (*where, "resources", entry)
            if one.resource_names:
                yield (*path, "resourceNames"), "Kubernetes 1.8 or newer for it", "1.7", "leave it out"
            for name in one.resources:
                if "/" in name or name == "*":
                    want = "resources alone: in Kubernetes 1.7 they stand for their subresources too"
                    yield (*path, "resources"), want, repr(name), "name the resource"
