"""What single words of a policy show."""

import pytest

from audit.lint_patterns import Hit, words
from tests.support.policies import policy


def found(rule: str) -> list[Hit]:
    return list(words(policy(rule)))


@pytest.mark.parametrize(
    ("rule", "path", "message", "cure"),
    [
        ("{level: None, verbs: ['*']}", ("verbs", 0), "'*'", "leave verbs out to match all"),
        ("{level: None, users: [a, '*']}", ("users", 1), "'*'", "leave users out to match all"),
        ("{level: None, userGroups: ['system:*']}", ("userGroups", 0), "'system:*'", "write the names one by one"),
        ("{level: None, namespaces: ['kube-*']}", ("namespaces", 0), "'kube-*'", "write the names one by one"),
        (
            "{level: None, resources: [{resources: [pods], resourceNames: ['*']}]}",
            ("resources", 0, "resourceNames", 0),
            "'*'",
            "leave resourceNames out to match all",
        ),
    ],
)
def test_a_star_in_a_list_of_names(rule: str, path: tuple[str | int, ...], message: str, cure: str) -> None:
    whole = f"{message} is compared letter by letter and matches nothing"
    assert [("KAP103", ("rules", 0, *path), whole, cure)] == found(rule)


@pytest.mark.parametrize("spec", ["*/*", "pod*", "*s", "pods/ex*", "pods/exec/x", "**", "pods/", "/exec", "*/"])
def test_a_useless_pattern(spec: str) -> None:
    ids = [hit[0] for hit in found(f"{{level: None, resources: [{{resources: ['{spec}']}}]}}")]
    assert ["KAP104"] == ids


@pytest.mark.parametrize("spec", ["*", "pods", "pods/*", "*/status", "pods/exec"])
def test_a_pattern_of_use(spec: str) -> None:
    assert [] == found(f"{{level: None, resources: [{{resources: ['{spec}']}}]}}")


@pytest.mark.parametrize(
    ("group", "resource", "rule", "message", "cure"),
    [
        (
            "''",
            "deployments",
            "KAP105",
            "the core group has no deployments, so this never matches: deployments are served by apps and extensions",
            "write group: apps",
        ),
        (
            "apps",
            "pods",
            "KAP105",
            "apps has no pods, so this never matches: pods are served by the core group and metrics.k8s.io",
            "write group: ''",
        ),
        ("''", "pod", "KAP106", "the core group has no 'pod', so this never matches", "did you mean 'pods'?"),
        (
            "''",
            "Secrets",
            "KAP106",
            "the core group has no 'Secrets', so this never matches",
            "did you mean 'secrets'?",
        ),
        (
            "''",
            "ingress",
            "KAP106",
            "the core group has no 'ingress', so this never matches",
            "did you mean 'ingresses of extensions'?",
        ),
        (
            "networking.k8s.io",
            "networkpolicy",
            "KAP106",
            "networking.k8s.io has no 'networkpolicy', so this never matches",
            "did you mean 'networkpolicies'?",
        ),
        (
            "''",
            "zzz",
            "KAP106",
            "the core group has no 'zzz', so this never matches",
            "remove it, or name the group that serves it",
        ),
        ("''", "pods/logs", "KAP106", "pods of the core group has no subresource 'logs'", "did you mean 'pods/log'?"),
        ("''", "secrets/exec", "KAP106", "secrets of the core group has no subresource 'exec'", "remove it"),
    ],
)
def test_a_resource_that_is_not_there(group: str, resource: str, rule: str, message: str, cure: str) -> None:
    hits = found(f"{{level: None, resources: [{{group: {group}, resources: [{resource}]}}]}}")
    assert [(rule, ("rules", 0, "resources", 0, "resources", 0), message, cure)] == hits


@pytest.mark.parametrize("entry", ["{group: apps, resources: [deployments]}", "{group: example.com, resources: [pod]}"])
def test_a_resource_that_is_there_or_somebody_elses(entry: str) -> None:
    assert [] == found(f"{{level: None, resources: [{entry}]}}")


@pytest.mark.parametrize(
    ("rule", "message", "cure"),
    [
        ("{level: None, verbs: [edit]}", "no request has the verb 'edit' here", "did you mean 'update'?"),
        ("{level: None, verbs: [Get]}", "no request has the verb 'Get' here", "did you mean 'get'?"),
        (
            "{level: None, verbs: [list], nonResourceURLs: [/api]}",
            "no request has the verb 'list' here",
            "write one of get, head, options, post, put, patch, delete",
        ),
        (
            "{level: None, verbs: [post], resources: [{resources: [pods]}]}",
            "no request has the verb 'post' here",
            "write one of get, list, watch, create, update, patch, delete, deletecollection, proxy",
        ),
    ],
)
def test_a_verb_that_is_none(rule: str, message: str, cure: str) -> None:
    assert [("KAP107", ("rules", 0, "verbs", 0), message, cure)] == found(rule)


def test_verbs_that_are_some() -> None:
    assert [] == found("{level: None, verbs: [get, deletecollection, proxy, post]}")
    assert [] == found("{level: None, verbs: [get, post], nonResourceURLs: [/api]}")


def test_an_object_of_the_cluster_in_a_namespace() -> None:
    rule = "{level: None, namespaces: [default], resources: [{resources: [pods, nodes]}]}"
    cure = "make a rule of its own for them, without namespaces"
    message = "nodes are in no namespace, and this rule names namespaces"
    assert [("KAP108", ("rules", 0, "resources", 0, "resources", 1), message, cure)] == found(rule)


@pytest.mark.parametrize(
    "names", ["[kube-system], resources: [{resources: [namespaces]}]", "[a, ''], resources: [{resources: [nodes]}]"]
)
def test_an_object_of_the_cluster_where_it_is(names: str) -> None:
    """The request for a Namespace has its name as namespace."""
    assert [] == found(f"{{level: None, namespaces: {names}}}")
