"""The audit policy that a release reads."""

import pytest
import yaml

from audit.policy_reading import read
from audit.presets import PRESETS, preset
from generator.audit_policy import (
    default_preset,
    not_in_1_7,
    policy_api,
    preset_text,
    presets,
    rules_alone,
    rules_document,
)
from generator.policy import Rule

RULES = (Rule(level="None", users=("a",)), Rule(level="Metadata", omit_stages=("Panic",)))


@pytest.mark.parametrize(
    ("version", "api"),
    [("1.7", "v1alpha1"), ("1.8", "v1beta1"), ("1.11", "v1beta1"), ("1.12", "v1"), ("1.37", "v1")],
)
def test_a_policy_is_in_the_newest_version_that_the_release_reads(version: str, api: str) -> None:
    assert f"audit.k8s.io/{api}" == policy_api(version)


@pytest.mark.parametrize(("version", "name"), [("1.8", "metadata"), ("1.9", "recommended")])
def test_the_default_preset_is_one_that_is_right_for_the_release(version: str, name: str) -> None:
    assert name == default_preset(version)
    assert name in presets(version)


def test_a_preset_is_as_it_is_shipped_from_1_9() -> None:
    assert preset("cis", "1.9") == preset_text("cis", "1.9")


@pytest.mark.parametrize(
    ("version", "whole"),
    [
        ("1.7", {"rules": [{"level": "None", "users": ["a"]}, {"level": "Metadata", "omitStages": ["Panic"]}]}),
        (
            "1.8",
            {
                "rules": [
                    {"level": "None", "users": ["a"], "omitStages": ["RequestReceived"]},
                    {"level": "Metadata", "omitStages": ["Panic", "RequestReceived"]},
                ]
            },
        ),
        (
            "1.9",
            {
                "omitStages": ["RequestReceived"],
                "rules": [{"level": "None", "users": ["a"]}, {"level": "Metadata", "omitStages": ["Panic"]}],
            },
        ),
    ],
)
def test_the_first_stage_is_left_out_where_the_release_can_say_so(version: str, whole: dict[str, object]) -> None:
    assert {"apiVersion": policy_api(version), "kind": "Policy", **whole} == rules_document(RULES, version)


@pytest.mark.parametrize("name", PRESETS)
def test_rules_alone_are_the_policy(name: str) -> None:
    """What the policy says for all rules stands in each: every rule then has the same stages and fields left out."""
    text = preset(name, "1.36")
    whole = read(text, "whole").policy
    alone = read(f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{rules_alone(text)}", "alone").policy
    assert ((), False) == (alone.omit_stages, alone.omit_managed_fields)
    assert [rule.level for rule in whole.rules] == [rule.level for rule in alone.rules]
    assert {("RequestReceived",)} == {rule.omit_stages for rule in alone.rules}
    assert {whole.omit_managed_fields or None} == {rule.omit_managed_fields for rule in alone.rules}


def test_what_1_7_takes_otherwise_is_named() -> None:
    policy = read(
        yaml.safe_dump(
            {
                "apiVersion": "audit.k8s.io/v1alpha1",
                "kind": "Policy",
                "rules": [
                    {
                        "level": "Metadata",
                        "omitStages": ["Panic"],
                        "resources": [{"resources": ["pods", "pods/exec"], "resourceNames": ["a"]}],
                    }
                ],
            }
        ),
        "policy",
        "1.8",
    ).policy
    assert [
        (("rules", 0, "omitStages"), "Kubernetes 1.8 or newer for it", "1.7", "leave it out"),
        (("rules", 0, "resources", 0, "resourceNames"), "Kubernetes 1.8 or newer for it", "1.7", "leave it out"),
        (
            ("rules", 0, "resources", 0, "resources"),
            "resources alone: in Kubernetes 1.7 they stand for their subresources too",
            "'pods/exec'",
            "name the resource",
        ),
    ] == [*not_in_1_7(policy)]
