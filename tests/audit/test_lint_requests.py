"""Requests that stand for all that a rule matches."""

import pytest

from audit.deciding import matches
from audit.lint_requests import (
    ACCOUNT,
    ANONYMOUS,
    APISERVER,
    NOBODY,
    OTHER,
    PERSON,
    What,
    decided_by,
    request,
    samples,
    samples_of,
    someone,
)
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from tests.support.policies import policy


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("jane", ("system:authenticated",)),
        ("system:kube-scheduler", ("system:authenticated",)),
        ("system:apiserver", ("system:masters",)),
        ("system:anonymous", ("system:unauthenticated",)),
        ("system:node:a", ("system:authenticated", "system:nodes")),
        (
            "system:serviceaccount:ci:jenkins",
            ("system:authenticated", "system:serviceaccounts", "system:serviceaccounts:ci"),
        ),
    ],
)
def test_groups_follow_from_the_user(user: str, groups: tuple[str, ...]) -> None:
    assert groups == someone(user).groups


def test_a_resource_is_written_as_kubectl_does() -> None:
    assert ["pods", "pods/exec", "deployments.apps/scale"] == [
        str(what) for what in (What("", "pods"), What("", "pods", "exec"), What("apps", "deployments", "scale"))
    ]


@pytest.mark.parametrize(
    ("what", "verb", "namespace", "name"),
    [
        (What("", "pods"), "get", OTHER, OTHER),
        (What("", "pods"), "create", OTHER, ""),
        (What("", "pods", "exec"), "create", OTHER, OTHER),
        (What("", "nodes"), "list", "", ""),
    ],
)
def test_a_request_has_what_such_a_request_has(what: What, verb: str, namespace: str, name: str) -> None:
    found = request(PERSON, verb, what)
    assert (namespace, name) == (found.namespace, found.name)


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_of_a_preset_matches_its_samples_and_decides_some(name: str) -> None:
    found = read(preset(name), name).policy
    for index in range(len(found.rules)):
        asked = list(samples(found, index))
        assert asked
        assert all(matches(found, index, one) for one in asked)
        assert any(decided_by(found, index, asked))


def test_a_rule_for_everything_stands_for_everybody_and_everything() -> None:
    asked = list(samples(policy("{level: None}"), 0))
    whose = {None if one.user is None else one.user for one in asked}
    assert {who.user for who in (NOBODY, PERSON, ACCOUNT, ANONYMOUS, APISERVER)} == whose
    assert {True, False} == {one.is_resource for one in asked}


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("{level: None, resources: [{resources: [pods/*]}]}", {"pods", f"pods/{OTHER}"}),
        ("{level: None, resources: [{group: apps, resources: ['*/status']}]}", {f"{OTHER}.apps/status"}),
        ("{level: None, resources: [{group: apps}]}", {f"{OTHER}.apps"}),
        ("{level: None, namespaces: [a]}", {f"{OTHER}.{OTHER}.example.com"}),
        ("{level: None, resources: [{group: '*', resources: [pods]}]}", {f"pods.{OTHER}.example.com"}),
    ],
)
def test_a_pattern_stands_for_what_no_rule_names(rule: str, what: set[str]) -> None:
    asked = samples(policy(rule), 0)
    assert what == {str(What(one.api_group, one.resource, one.subresource)) for one in asked}


def test_paths_are_the_prefix_and_something_below() -> None:
    asked = samples(policy("{level: None, verbs: [get], nonResourceURLs: ['/healthz*', /version, '*']}"), 0)
    assert {"/healthz", f"/healthz{OTHER}", "/version", f"/{OTHER}"} == {one.path for one in asked}


def test_what_no_api_server_sees_is_left_out() -> None:
    """No name in the URL of a create; no namespace for a node."""
    named = "{level: None, verbs: [create, get], resources: [{resources: [pods], resourceNames: [a]}]}"
    assert {"get"} == {one.verb for one in samples(policy(named), 0)}
    nodes = "{level: None, namespaces: [a], resources: [{resources: [nodes]}]}"
    assert [] == list(samples(policy(nodes), 0))


@pytest.mark.parametrize(
    ("group", "user"),
    [
        ("system:unauthenticated", "system:anonymous"),
        ("system:nodes", f"system:node:{OTHER}"),
        ("system:serviceaccounts", f"system:serviceaccount:{OTHER}:{OTHER}"),
        ("system:serviceaccounts:ci", f"system:serviceaccount:ci:{OTHER}"),
        ("system:authenticated", OTHER),
        ("developers", OTHER),
    ],
)
def test_a_group_has_its_members(group: str, user: str) -> None:
    asked = list(samples(policy(f"{{level: None, userGroups: ['{group}']}}"), 0))
    assert {user} == {one.user for one in asked}
    assert all(group in one.groups for one in asked)


def test_samples_of_a_resource_are_about_it() -> None:
    rule = "{level: None, resources: [{resources: [secrets], resourceNames: [a]}, {resources: [pods]}]}"
    asked = list(samples_of(policy(rule), 0, What("", "secrets")))
    assert {("secrets", "a")} == {(one.resource, one.name) for one in asked}
    assert [] == list(samples_of(policy(rule), 0, What("", "configmaps")))
