"""Policies as files: what the API server refuses is refused, what it ignores is told."""

import pytest

from audit.document import DocumentError
from audit.policy import GroupResources, Policy, Rule
from audit.policy_reading import api_versions, judged, read

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
RULES = "rules:\n- level: Metadata\n"


def rule(text: str) -> str:
    return f"{HEAD}rules:\n- {text}\n"


def refused(text: str, version: str = "1.36") -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(text, "policy.yaml", version)
    return [str(problem) for problem in caught.value.problems]


def warned(text: str, version: str = "1.36") -> list[str]:
    return [str(warning) for warning in read(text, "policy.yaml", version).warnings]


def test_a_policy_is_read_whole_with_the_line_of_each_rule() -> None:
    text = f"""{HEAD}omitStages: [RequestReceived]
omitManagedFields: true
rules:
# the first
- level: None
  users: [a]
  userGroups: [b]
  verbs: [get]
  namespaces: ["", c]
  resources:
  - group: apps
    resources: [deployments, "*/status"]
    resourceNames: [d]
  omitStages: [Panic]
  omitManagedFields: false
- level: Metadata
  nonResourceURLs: ["*", /healthz*]
"""
    expected = Policy(
        (
            Rule(
                "None",
                users=("a",),
                user_groups=("b",),
                verbs=("get",),
                namespaces=("", "c"),
                resources=(GroupResources("apps", ("deployments", "*/status"), ("d",)),),
                omit_stages=("Panic",),
                omit_managed_fields=False,
                line=7,
            ),
            Rule("Metadata", non_resource_urls=("*", "/healthz*"), line=18),
        ),
        ("RequestReceived",),
        omit_managed_fields=True,
        version="1.36",
        name="policy.yaml",
    )
    reading = read(text, "policy.yaml", "1.36")
    assert (expected, ()) == (reading.policy, reading.warnings)


def test_null_is_the_empty_value_of_its_kind() -> None:
    text = rule("{level: Metadata, users: [null], verbs: null, resources: [null], omitManagedFields: null}")
    expected = Rule("Metadata", users=("",), resources=(GroupResources(),), line=4)
    assert (expected,) == read(text, "policy.yaml").policy.rules


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "{level: metadata}",
            "4: rules[0].level: expected one of None, Metadata, Request, RequestResponse, got 'metadata' - did you mean 'Metadata'?",
        ),
        ("{users: [a]}", "4: rules[0].level: expected a value, got nothing - add it"),
        ("", "4: rules[0].level: expected a value, got nothing - add it"),
        ("{level: 5}", "4: rules[0].level: expected text, got the number 5 - put it in quotes"),
        ("{level: None, users: a}", "4: rules[0].users: expected a list, got the text 'a'"),
        ("{level: None, users: [no]}", "4: rules[0].users[0]: expected text, got false - put it in quotes"),
        ("text", "4: rules[0]: expected a map, got the text 'text'"),
        (
            "{level: None, omitManagedFields: 'yes'}",
            "4: rules[0].omitManagedFields: expected true or false, got the text 'yes'",
        ),
        (
            "{level: None, omitStages: [ResponseStart]}",
            "4: rules[0].omitStages[0]: expected one of RequestReceived, ResponseStarted, ResponseComplete, Panic, got 'ResponseStart' - did you mean 'ResponseStarted'?",
        ),
        (
            "{level: None, nonResourceURLs: [/healthz], namespaces: [a]}",
            "4: rules[0]: expected nonResourceURLs alone, got resources or namespaces beside it - make two rules of it",
        ),
        (
            "{level: None, nonResourceURLs: [/a*b]}",
            "4: rules[0].nonResourceURLs[0]: expected * or a path from /, with * only at its end, got '/a*b'",
        ),
        (
            "{level: None, resources: [{group: apps/v1}]}",
            "4: rules[0].resources[0].group: expected a group without its version, got 'apps/v1' - write apps",
        ),
        (
            "{level: None, resources: [{group: Apps}]}",
            "4: rules[0].resources[0].group: expected a group: lower-case letters, digits, '-' and '.', such as apps, got 'Apps'",
        ),
        (
            "{level: None, resources: [{resourceNames: [a]}]}",
            "4: rules[0].resources[0]: expected resources beside resourceNames, got none - name the resources",
        ),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    assert [f"policy.yaml:{sentence}"] == refused(rule(text))


def test_every_mistake_is_named_in_the_order_of_the_file() -> None:
    text = "apiVersion: audit.k8s.io/v2\nkind: Polcy\nrules:\n- lvel: None\nomitStages: [x]\n"
    stages = "RequestReceived, ResponseStarted, ResponseComplete, Panic"
    assert [
        "policy.yaml:1: apiVersion: expected audit.k8s.io/v1, got 'audit.k8s.io/v2' - did you mean 'audit.k8s.io/v1'?",
        "policy.yaml:2: kind: expected Policy, got 'Polcy' - did you mean 'Policy'?",
        "policy.yaml:4: rules[0].level: expected a value, got nothing - add it",
        "policy.yaml:4: rules[0].lvel: expected a known key, got 'lvel' - did you mean 'level'?",
        f"policy.yaml:5: omitStages[0]: expected one of {stages}, got 'x'",
    ] == refused(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "policy.yaml:1: apiVersion: expected audit.k8s.io/v1, got nothing - write apiVersion: audit.k8s.io/v1"),
        ("- a\n", "policy.yaml:1: expected a map, got a list"),
        (
            f"{HEAD}rules: []\n",
            "policy.yaml:3: rules: expected at least one rule, got none - add one, such as - level: Metadata",
        ),
        (
            f"{HEAD}{RULES}metadata: {{labels: {{a: 1}}}}\n",
            "policy.yaml:5: metadata.labels.a: expected text, got the number 1 - put it in quotes",
        ),
        (f"apiVersion: 1\n{RULES}", "policy.yaml:1: apiVersion: expected text, got the number 1 - put it in quotes"),
        (f"{HEAD}APIVERSION: 1\n{RULES}", "policy.yaml:3: APIVERSION: expected text, got the number 1"),
    ],
)
def test_a_document_that_is_no_policy_is_refused(text: str, sentence: str) -> None:
    assert sentence == refused(text)[0]


def test_a_missing_kind_and_keys_in_another_case_are_taken_as_the_api_server_does() -> None:
    assert warned(f"apiVersion: audit.k8s.io/v1\n{RULES}") == []
    assert warned(f"apiversion: audit.k8s.io/v1\n{RULES}") == [
        "policy.yaml:1: apiversion: expected a known key, got 'apiversion' - did you mean 'apiVersion'?"
    ]


@pytest.mark.parametrize(
    ("text", "version", "sentence"),
    [
        (
            rule("{level: Metadata, resource: []}"),
            "1.20",
            "4: rules[0].resource: expected a known key, got 'resource' - did you mean 'resources'?",
        ),
        (
            rule("{level: Metadata, resources: [{level: None}]}"),
            "1.36",
            "4: rules[0].resources[0].level: expected one of group, resourceNames, resources, got 'level' - remove it",
        ),
        (
            rule("{level: Metadata, omitManagedFields: 7}"),
            "1.22",
            "4: rules[0].omitManagedFields: expected Kubernetes 1.23 or newer for it, got 1.22 - leave it out",
        ),
        (
            f"apiVersion: audit.k8s.io/v1beta1\n{RULES}omitStages: [Panic]\n",
            "1.8",
            "4: omitStages: expected Kubernetes 1.9 or newer for it, got 1.8 - leave it out",
        ),
        (
            f"{HEAD}{RULES}rules:\n- level: None\n",
            "1.36",
            "5: rules: expected the key once (first on line 3), got it again - remove one of the two: the last counts",
        ),
    ],
)
def test_what_the_api_server_ignores_is_a_warning(text: str, version: str, sentence: str) -> None:
    assert [f"policy.yaml:{sentence}"] == warned(text, version)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.8", ["v1beta1", "v1alpha1"]),
        ("1.12", ["v1", "v1beta1", "v1alpha1"]),
        ("1.23", ["v1", "v1beta1", "v1alpha1"]),
        ("1.24", ["v1"]),
    ],
)
def test_a_release_reads_its_versions(version: str, expected: list[str]) -> None:
    assert [f"audit.k8s.io/{one}" for one in expected] == api_versions(version)
    assert read(f"apiVersion: audit.k8s.io/{expected[-1]}\n{RULES}", "p", version).policy.version == version


def test_all_groups_at_once_need_136() -> None:
    text = rule("{level: None, resources: [{group: '*'}]}")
    want = "one group by name: before 1.36 the API server does not start with this"
    assert [] == warned(text)
    assert [
        f"policy.yaml:4: rules[0].resources[0].group: expected {want}, got '*' - name the groups one by one"
    ] == refused(text, "1.35")


@pytest.mark.parametrize("version", ["1.7", "2.0", "x"])
def test_a_release_that_is_not_known_is_an_error(version: str) -> None:
    with pytest.raises(ValueError, match=version):
        judged({}, version)


def test_data_without_a_file_has_paths_only() -> None:
    found = judged({"apiVersion": "audit.k8s.io/v1", "rules": [{"level": "None", "verb": ["get"]}]})
    assert ([], [("rules", 0, "verb")]) == (found.errors, [one.path for one in found.warnings])
    assert found.policy == Policy((Rule("None"),), version="1.37")
