"""The API server's own code reads every preset, and decides as ours about requests that stand for all that a rule matches."""

from typing import Any

import pytest

from audit.attributes import Attributes
from audit.builtin import builtin
from audit.deciding import decide
from audit.lint_requests import samples
from audit.policy import Policy
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from audit.rule_needs import detection
from audit.sight import attributes
from tests.support.policy_oracle import Oracle

RELEASES = [
    pytest.param("1.20", marks=pytest.mark.peer("policy-oracle")),
    pytest.param("1.36", marks=pytest.mark.peer("policy-oracle-modern")),
]


def question(one: Attributes) -> dict[str, Any]:
    return {
        "user": one.user,
        "groups": list(one.groups),
        "verb": one.verb,
        "path": one.path,
        "resource": one.is_resource,
        "apiGroup": one.api_group,
        "resourceName": one.resource,
        "subresource": one.subresource,
        "namespace": one.namespace,
        "name": one.name,
    }


def requests(policy: Policy) -> set[Attributes]:
    """Return requests for every rule, and those that detections need."""
    found = {one for index in range(len(policy.rules)) for one in samples(policy, index)}
    return found | {attributes(probe) for one in builtin().pack.told() for probe in detection(one).probes()}


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("name", PRESETS)
def test_the_api_server_decides_as_we_do(name: str, version: str) -> None:
    text = preset(name, version)
    policy = read(text, name, version).policy
    assert () == read(text, name, version).warnings
    with Oracle(version) as oracle:
        assert "error" not in oracle.answer({"policy": text, "request": {}})
        for one in requests(policy):
            decision = decide(policy, one)
            answer = oracle.answer({"request": question(one)})
            assert (decision.level, sorted(decision.omit_stages), decision.omit_managed_fields) == (
                answer["level"],
                answer.get("omitStages", []),
                answer.get("omitManagedFields", False),
            ), one
