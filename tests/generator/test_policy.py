"""The form of rules in values; what they say is judged in audit.policy_reading and generator.crosscheck."""

from typing import Any, get_args

import pytest

from audit.policy import LEVELS, STAGES
from audit.policy_reading import judged
from generator.policy import Rule, Stage


def test_levels_and_stages_are_the_kernels() -> None:
    assert STAGES == get_args(Stage)
    assert LEVELS == get_args(Rule.model_fields["level"].annotation)


@pytest.mark.parametrize(
    "rule",
    [
        {"level": "Metadata", "resources": [{"group": "apps", "resources": ["deployments"], "resourceNames": ["a"]}]},
        {"level": "None", "users": ["a"], "userGroups": ["b"], "verbs": ["get"], "nonResourceURLs": ["/a*"]},
        {"level": "Request", "namespaces": [""], "omitStages": ["Panic"], "omitManagedFields": False},
    ],
)
def test_every_key_of_a_rule_is_one_that_the_api_server_knows(rule: dict[str, Any]) -> None:
    written = Rule.model_validate(rule).model_dump(mode="json", by_alias=True, exclude_unset=True)
    found = judged({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [written]})
    assert (rule, [], []) == (written, found.errors, found.warnings)
