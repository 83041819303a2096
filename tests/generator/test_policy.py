"""Audit policies in values and in files: what the API server would refuse or misread is refused."""

import pytest

from audit.document import DocumentError, check, read
from generator.policy import PolicyFile


def policy(rule: str) -> str:
    return f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {rule}\n"


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "policy.yaml"), PolicyFile)
    return str(caught.value)


def test_a_policy_is_read() -> None:
    text = policy("{level: Metadata, resources: [{group: apps, resources: [deployments, '*/status']}]}")
    found = check(read(text, "policy.yaml"), PolicyFile)
    assert found.rules[0].resources[0].resources == ("deployments", "*/status")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            "{level: Metadata, resource: []}",
            "policy.yaml:4: rules[0].resource: expected a known key, got 'resource' - did you mean 'resources'?",
        ),
        (
            "{level: metadata}",
            "policy.yaml:4: rules[0].level: expected one of None, Metadata, Request, RequestResponse, got 'metadata' - did you mean 'Metadata'?",
        ),
        ("{users: [a]}", "policy.yaml:4: rules[0].level: expected a value, got nothing - add it"),
        (
            "{level: None, nonResourceURLs: [/healthz], namespaces: [a]}",
            "policy.yaml:4: rules[0]: expected nonResourceURLs alone, got resources or namespaces beside it - make two rules of it",
        ),
        (
            "{level: None, nonResourceURLs: [/a*b]}",
            "policy.yaml:4: rules[0].nonResourceURLs[0]: expected * or a path from /, with * only at its end, got '/a*b'",
        ),
        (
            "{level: None, resources: [{group: apps/v1}]}",
            "policy.yaml:4: rules[0].resources[0].group: expected a group without its version, got 'apps/v1' - write apps",
        ),
        (
            "{level: None, resources: [{resourceNames: [a]}]}",
            "policy.yaml:4: rules[0].resources[0]: expected resources beside resourceNames, got none - name the resources",
        ),
    ],
)
def test_a_mistake_is_named(rule: str, sentence: str) -> None:
    assert refused(policy(rule)) == sentence


def test_a_policy_without_rules_is_refused() -> None:
    text = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: []\n"
    assert refused(text).splitlines() == [
        "policy.yaml:1: apiVersion: expected 'audit.k8s.io/v1', got 'audit.k8s.io/v1beta1' - did you mean 'audit.k8s.io/v1'?",
        "policy.yaml:3: rules: expected 1 or more entries, got an empty list",
    ]
