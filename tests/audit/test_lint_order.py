"""Rules that never decide, by asking the policy."""

import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.attributes import Attributes
from audit.deciding import decide
from audit.lint_order import order
from audit.lint_requests import NOBODY, OTHER, What, Who, request, someone
from audit.resources import RESOURCE_VERBS
from tests.support.policies import policy

REST = "{level: Metadata}"
PODS = "{level: None, resources: [{resources: [pods]}]}"


def dead(*rules: str) -> list[tuple[str | int, ...]]:
    return [hit.path for hit in order(policy(*rules, REST)) if hit.id == "KAP101"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{level: None}", PODS),
        (PODS, "{level: Request, users: [a], verbs: [get], resources: [{resources: [pods]}]}"),
        ("{level: None, resources: [{resources: ['*']}]}", "{level: Request, resources: [{resources: [pods/exec]}]}"),
        ("{level: None, resources: [{resources: [pods/*]}]}", "{level: Request, resources: [{resources: [pods]}]}"),
        ("{level: None, resources: [{group: '*'}]}", "{level: Request, resources: [{group: apps}]}"),
        ("{level: None, userGroups: ['system:authenticated']}", "{level: Request, users: [jane]}"),
        (
            "{level: None, userGroups: ['system:serviceaccounts']}",
            "{level: None, users: ['system:serviceaccount:a:b']}",
        ),
        ("{level: None, nonResourceURLs: ['/healthz*']}", "{level: Metadata, nonResourceURLs: [/healthz/etcd]}"),
        (
            "{level: None, verbs: [get, list, watch, create, update, patch, delete, deletecollection], resources: [{group: apps}]}",
            "{level: Request, resources: [{group: apps, resources: [deployments]}]}",
        ),
    ],
)
def test_a_rule_that_never_decides(first: str, second: str) -> None:
    assert ("rules", 1) in dead(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (PODS, "{level: Request, resources: [{resources: [pods/exec]}]}"),
        ("{level: None, resources: [{resources: ['*/status']}]}", "{level: Request, resources: [{resources: [pods]}]}"),
        ("{level: None, userGroups: ['system:authenticated']}", "{level: Request, users: ['system:apiserver']}"),
        ("{level: None, userGroups: ['system:authenticated']}", PODS),
        ("{level: None, verbs: [get, list, watch]}", PODS),
        ("{level: None, nonResourceURLs: ['/healthz/*']}", "{level: None, nonResourceURLs: ['/healthz*']}"),
        ("{level: None, namespaces: [a]}", PODS),
        ("{level: None, users: ['*']}", PODS),
    ],
)
def test_a_rule_that_decides_something(first: str, second: str) -> None:
    assert [] == dead(first, second)


def test_two_rules_together_may_take_all() -> None:
    hits = order(
        policy(
            "{level: None, userGroups: ['system:authenticated', 'system:unauthenticated', 'system:masters'], resources: [{group: apps}]}",
            "{level: Metadata, users: [nobody], resources: [{group: apps}]}",
            "{level: Request, verbs: [get], resources: [{group: apps}]}",
            "{level: Request, verbs: [get], users: [a], resources: [{group: apps}]}",
            REST,
        )
    )
    messages = [(hit.path, hit.message, hit.cure) for hit in hits]
    assert [
        (
            ("rules", 1),
            "this rule never decides: rules[0] matches everything that this rule matches",
            "move it above rules[0], or remove it",
        ),
        (
            ("rules", 3),
            "this rule never decides: rules[0] matches everything that this rule matches",
            "move it above rules[0], or remove it",
        ),
    ] == messages


def test_a_rule_that_changes_nothing_is_to_be_removed() -> None:
    hits = list(
        order(
            policy(
                "{level: None, verbs: [get]}",
                "{level: None, verbs: [list]}",
                "{level: None, verbs: [get, list], users: [a]}",
                REST,
            )
        )
    )
    assert [
        (
            "this rule never decides: rules[0] and rules[1] together match everything that this rule matches",
            "remove it: it changes nothing",
        )
    ] == [(hit.message, hit.cure) for hit in hits]


def test_a_rule_that_no_request_can_match() -> None:
    rule = "{level: None, verbs: [create], resources: [{resources: [pods], resourceNames: [a]}]}"
    assert ["KAP108"] == [hit.id for hit in order(policy(rule, REST))]
    assert [] == list(order(policy(rule, REST), frozenset([0])))


@pytest.mark.parametrize("last", [REST, "{level: None}", "{level: RequestResponse, omitStages: [Panic]}"])
def test_a_last_rule_for_everything(last: str) -> None:
    assert [] == list(order(policy(PODS, last)))


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ((PODS,), "a resource that no rule names"),
        (("{level: Metadata, userGroups: ['system:authenticated']}",), "a failed login"),
        (("{level: Metadata, resources: [{group: '*'}]}",), "a path that no rule names"),
        ((f"{{level: Metadata, users: [{OTHER}]}}",), "a service account's"),
    ],
)
def test_no_last_rule_for_everything(rules: tuple[str, ...], example: str) -> None:
    message = f"no rule matches every request, for example {example}: it is not recorded"
    assert [message] == [hit.message for hit in order(policy(*rules))]


def some(values: list[str]) -> st.SearchStrategy[str]:
    """Draw a list of a rule, often none."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(
        lambda drawn: f"[{', '.join(map(repr, drawn))}]"
    )


RULES = st.one_of(
    st.builds(
        "{{level: Metadata, users: {}, userGroups: {}, verbs: {}, namespaces: {}, resources: [{{group: '', resources: {}}}]}}".format,
        some(["jane", "system:node:a", "system:apiserver"]),
        some(["devs", "system:authenticated", "system:nodes", "system:serviceaccounts"]),
        some(["get", "create", "list"]),
        some(["a", "", "b"]),
        some(["pods", "pods/exec", "pods/*", "*/status", "nodes", "*"]),
    ),
    st.builds(
        "{{level: None, userGroups: {}, verbs: {}, nonResourceURLs: {}}}".format,
        some(["system:authenticated", "system:unauthenticated"]),
        some(["get", "post"]),
        some(["/healthz", "/healthz*", "/*", "*"]),
    ),
)
WHOSE = [
    NOBODY,
    *map(
        someone, ["jane", "bob", "system:node:a", "system:apiserver", "system:anonymous", "system:serviceaccount:a:b"]
    ),
    Who("bob", ("system:authenticated", "devs")),
]
WHAT = [What("", "pods"), What("", "pods", "exec"), What("", "pods", "status"), What("", "nodes"), What("", "others")]
EVERYTHING = [
    *(
        request(who, verb, what, namespace)
        for who, verb, what, namespace in product(WHOSE, RESOURCE_VERBS, WHAT, ("a", "c"))
    ),
    *(request(who, "list", what, "") for who, what in product(WHOSE, WHAT)),
    *(
        Attributes(verb, who.user, who.groups, path=path)
        for who, verb, path in product(WHOSE, ("get", "put"), ("/healthz", "/healthz/etcd", "/version"))
    ),
]


@settings(max_examples=int(os.environ.get("AUDIT_TEST_LINT", "40")))
@given(st.lists(RULES, min_size=1, max_size=6))
def test_no_rule_that_decides_a_request_is_called_dead(rules: list[str]) -> None:
    one = policy(*rules)
    dead = {hit.path[1] for hit in order(one) if hit.id in ("KAP101", "KAP108")}
    assert set() == dead & {decide(one, asked).rule for asked in EVERYTHING}
