"""Lint as a whole: every finding with a policy that has it and one that nearly has it, and none on the presets."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.lint import lint
from audit.lint_rules import LINT_RULES
from audit.presets import FIRST, PRESETS, preset
from audit.releases import NEWEST, minor
from tests.support.policies import QUIET, text

REST = "{level: Metadata}"
PODS = "{level: None, userGroups: [a], resources: [{resources: [pods]}]}"
ELSEWHERE = {"KAP401", "KAP402", "KAP403", "KAP404", "KAP405"}  # about other files than the policy: test_backends.py

CASES = {
    "KAP001": (text("{level: metadata}"), text(REST)),
    "KAP002": (text("{level: None, resource: [{group: a}]}", REST), text("{level: None, resources: [{group: a}]}", REST)),
    "KAP003": (text("{level: None, resources: [{group: '*'}]}", REST), text("{level: None, resources: [{group: a}]}", REST)),
    "KAP101": (text(PODS, PODS, REST), text(PODS, PODS.replace("[a]", "[b]"), REST)),
    "KAP102": (text(PODS), text(PODS, "{level: None}")),
    "KAP103": (text("{level: None, users: [a, '*']}", REST), text("{level: None, users: [a]}", REST)),
    "KAP104": (
        text("{level: None, users: [a], resources: [{resources: ['*/*']}]}", REST),
        text("{level: None, users: [a], resources: [{resources: ['*']}]}", REST),
    ),
    "KAP105": (
        text("{level: Request, resources: [{group: '', resources: [deployments]}]}", REST),
        text("{level: Request, resources: [{group: apps, resources: [deployments]}]}", REST),
    ),
    "KAP106": (
        text("{level: Request, resources: [{resources: [pod]}]}", REST),
        text("{level: Request, resources: [{group: a.example, resources: [pod]}]}", REST),
    ),
    "KAP107": (text("{level: Request, verbs: [edit], users: [a]}", REST), text("{level: Metadata, verbs: [update], users: [a]}", REST)),
    "KAP108": (
        text("{level: Metadata, namespaces: [a], resources: [{resources: [nodes]}]}", REST),
        text("{level: Metadata, namespaces: [''], resources: [{resources: [nodes]}]}", REST),
    ),
    "KAP201": (text("{level: None, verbs: [get]}", REST), text("{level: None, verbs: [list]}", REST)),
    "KAP202": (text("{level: Metadata, resources: [{resources: [pods]}]}"), text("{level: Metadata, resources: [{resources: [pods]}]}", REST)),
    "KAP203": (
        text("{level: Request, resources: [{resources: [secrets]}]}", REST),
        text("{level: Request, resources: [{resources: [services]}]}", REST),
    ),
    "KAP204": (text("{level: Metadata, userGroups: ['system:authenticated']}"), text(REST)),
    "KAP205": (text(REST, head=""), text(REST)),
    "KAP206": (text(REST), preset("recommended")),
    "KAP207": (text(REST), text("{level: Request}")),
    "KAP301": (text("{level: None, resources: [{resources: [secrets]}]}", REST), text(REST)),
    "KAP302": (text("{level: None, verbs: [delete]}", REST), text("{level: None, verbs: [list]}", REST)),
    "KAP303": (text("{level: None, verbs: [get]}", REST), text("{level: None, verbs: [list]}", REST)),
    "KAP304": (
        text("{level: Request, verbs: [deletecollection]}", REST),
        text("{level: Request, verbs: [deletecollection], resources: [{group: apps}]}", REST),
    ),
}  # fmt: skip


def ids(policy: str, version: str = "1.35") -> set[str]:
    return {finding.rule.id for finding in lint(policy, "policy.yaml", version, "cis")}


def test_every_finding_has_its_case() -> None:
    assert set(LINT_RULES) - ELSEWHERE == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_policy_that_has_it_and_one_that_nearly_has_it(name: str) -> None:
    has, nearly = CASES[name]
    assert name in ids(has)
    assert name not in ids(nearly)


@pytest.mark.parametrize("version", ["1.9", "1.12", "1.20", "1.23", "1.36", NEWEST])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_no_false_finding(name: str, version: str) -> None:
    """What is left is true: `metadata` drops nothing, and records no body, as `cis` does not for roles and services."""
    true = {"metadata": {"KAP206", "KAP207"}, "cis": {"KAP207"}}.get(name, set())
    found = lint(preset(name, version), name, version)
    assert true == {finding.rule.id for finding in found}


@pytest.mark.parametrize(
    ("name", "left"), [("recommended", set()), ("cis", {"KAP207"}), ("metadata", {"KAP206", "KAP207"})]
)
def test_a_preset_meets_the_benchmark(name: str, left: set[str]) -> None:
    assert left == ids(preset(name))


def test_the_presets_claim_the_oldest_release_for_which_they_are_right() -> None:
    before = f"1.{minor(FIRST) - 1}"
    assert "KAP003" in ids(preset("metadata", before), before)


def test_a_finding_has_its_line_path_reason_and_cure() -> None:
    found = lint(text("{level: None, verbs: [get], users: ['*']}", REST), "policy.yaml")
    sentence = "policy.yaml:5: error KAP103: rules[0].users[0]: '*' is compared letter by letter and matches nothing - leave users out to match all"
    assert sentence in map(str, found)


def test_findings_are_in_the_order_of_the_lines() -> None:
    lines = [finding.place.line for finding in lint(text(PODS, PODS, "{level: Metadata, verbs: [edit]}", head=""), "p")]
    assert sorted(lines, key=lambda line: line or 0) == lines


def test_a_policy_that_is_refused_has_only_that() -> None:
    (finding,) = lint(text("{level: metadata}", head=""), "policy.yaml")
    assert (
        "policy.yaml:4: error KAP001: rules[0].level: expected one of None, Metadata, Request, RequestResponse, got 'metadata' - did you mean 'Metadata'?"
        == str(finding)
    )


@pytest.mark.parametrize(
    ("policy", "version", "other", "sentence"),
    [
        (
            text(REST, head="omitManagedFields: true\n" + QUIET),
            "1.22",
            "1.23",
            "p:3: error KAP003: omitManagedFields: expected Kubernetes 1.23 or newer for it, got 1.22 - leave it out",
        ),
        (
            text("{level: None, resources: [{group: '*'}]}", REST),
            "1.35",
            "1.36",
            "p:5: error KAP003: rules[0].resources[0].group: expected one group by name: before 1.36 the API server does not start with this, got '*' - name the groups one by one",
        ),
        (
            text(REST, api="v1beta1"),
            "1.24",
            "1.23",
            "p:1: error KAP003: apiVersion: expected audit.k8s.io/v1, got 'audit.k8s.io/v1beta1' - did you mean 'audit.k8s.io/v1'?",
        ),
        (
            text("{level: None, resources: [{resources: ['*']}]}", REST, api="v1beta1"),
            "1.9",
            "1.10",
            "p:5: error KAP003: rules[0].resources[0].resources[0]: before 1.10 '*' is no pattern and matches nothing - write the resources one by one, or none for all",
        ),
    ],
)
def test_a_release_knows_what_it_knows(policy: str, version: str, other: str, sentence: str) -> None:
    found, elsewhere = ({str(finding) for finding in lint(policy, "p", release)} for release in (version, other))
    assert sentence in found
    assert sentence not in elsewhere


def test_a_key_that_no_release_knows_is_unknown_for_all() -> None:
    for version in ("1.12", "1.22", "1.37"):
        assert {"KAP002"} == {
            finding.rule.id
            for finding in lint(text("{level: Request, verb: [get]}"), "p", version)
            if finding.rule.id < "KAP100"
        }


def test_a_release_before_the_first_is_no_release() -> None:
    with pytest.raises(ValueError, match=r"1\.7"):
        lint(text(REST), "p", "1.7")


def test_a_policy_at_level_none_is_told_what_it_loses() -> None:
    """The default of RKE2, which looks like auditing and is none."""
    assert {"KAP201", "KAP204", "KAP207", "KAP301", "KAP302", "KAP303"} == ids(text("{level: None}"))


WORDS = st.sampled_from(
    ["", "*", "*/*", "pods", "pods/exec", "pods/*", "*/status", "a", "get", "system:masters", "/x*", "Ω"]
)
TEXTS = st.lists(WORDS, max_size=3)
ENTRIES = st.fixed_dictionaries(
    {}, optional={"group": WORDS, "resources": TEXTS, "resourceNames": TEXTS, "name": WORDS}
)
LISTS = dict.fromkeys(("users", "userGroups", "verbs", "namespaces", "nonResourceURLs"), TEXTS)
DRAWN = st.fixed_dictionaries(
    {"level": st.sampled_from(["None", "Metadata", "Request", "RequestResponse"])},
    optional={**LISTS, "resources": st.lists(ENTRIES, max_size=2), "omitStages": st.just(["ResponseStarted"])},
)


@settings(max_examples=60)
@given(st.lists(DRAWN, max_size=4))
def test_whatever_a_policy_says_lint_has_places_and_cures(rules: list[object]) -> None:
    document = json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}, indent=1)
    for finding in lint(document, "p", "1.36", "cis"):
        assert 1 <= (finding.place.line or 0) <= document.count("\n") + 1
        assert finding.message
        assert finding.cure
