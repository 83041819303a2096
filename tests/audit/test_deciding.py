"""A policy's decisions, case by case after the API server's own; the oracles are asked in tests/peers."""

import pytest

from audit.attributes import Attributes
from audit.deciding import Decision, decide, decision_of, matches, mismatches
from audit.policy import GroupResources, Policy, Rule

POD = Attributes("get", "u", ("g",), is_resource=True, resource="pods", namespace="a", name="p", path="/api/v1/...")
EXEC = Attributes("create", "u", ("g",), is_resource=True, resource="pods", subresource="exec", namespace="a", name="p")
LIST = Attributes("list", "u", ("g",), is_resource=True, api_group="apps", resource="deployments")
HEALTH = Attributes("get", "u", ("g",), path="/healthz/etcd")
REFUSED = Attributes("get", None, path="/api")


def core(*resources: str, names: tuple[str, ...] = ()) -> tuple[GroupResources, ...]:
    return (GroupResources("", resources, names),)


@pytest.mark.parametrize(
    ("rule", "matched"),
    [
        (Rule("None"), {"POD", "EXEC", "LIST", "HEALTH", "REFUSED"}),
        (Rule("None", users=("u",)), {"POD", "EXEC", "LIST", "HEALTH"}),
        (Rule("None", users=("U",)), set()),
        (Rule("None", user_groups=("x", "g")), {"POD", "EXEC", "LIST", "HEALTH"}),
        (Rule("None", verbs=("*",)), set()),
        (Rule("None", verbs=("get",)), {"POD", "HEALTH", "REFUSED"}),
        (Rule("None", namespaces=("a",)), {"POD", "EXEC"}),
        (Rule("None", namespaces=("",)), {"LIST"}),
        (Rule("None", namespaces=("a",), resources=(GroupResources("apps"),)), set()),
        (Rule("None", resources=core()), {"POD", "EXEC"}),
        (Rule("None", resources=core("pods")), {"POD"}),
        (Rule("None", resources=core("pods/exec")), {"EXEC"}),
        (Rule("None", resources=core("pods/*")), {"POD", "EXEC"}),
        (Rule("None", resources=core("*/exec")), {"EXEC"}),
        (Rule("None", resources=core("*")), {"POD", "EXEC"}),
        (Rule("None", resources=core("*/*")), set()),
        (Rule("None", resources=core("pods", names=("p",))), {"POD"}),
        (Rule("None", resources=core("pods", names=("*",))), set()),
        (Rule("None", resources=(GroupResources("*"),)), {"POD", "EXEC", "LIST"}),
        (Rule("None", resources=(GroupResources("apps", ("deployments",), ("",)),)), {"LIST"}),
        (Rule("None", non_resource_urls=("*",)), {"HEALTH", "REFUSED"}),
        (Rule("None", non_resource_urls=("/healthz",)), set()),
        (Rule("None", non_resource_urls=("/healthz*",)), {"HEALTH"}),
        (Rule("None", non_resource_urls=("/api",)), {"REFUSED"}),
    ],
)
def test_a_rule_matches(rule: Rule, matched: set[str]) -> None:
    requests = {"POD": POD, "EXEC": EXEC, "LIST": LIST, "HEALTH": HEALTH, "REFUSED": REFUSED}
    policy = Policy((rule,))
    assert matched == {name for name, request in requests.items() if matches(policy, 0, request)}
    assert matched == {name for name, request in requests.items() if mismatches(policy, 0, request) == []}


def test_the_first_match_decides() -> None:
    rules = (Rule("None", users=("x",)), Rule("Request", omit_stages=("Panic",)), Rule("Metadata"))
    policy = Policy(rules, ("RequestReceived",), omit_managed_fields=True)
    decision = Decision("Request", frozenset(["Panic", "RequestReceived"]), omit_managed_fields=True, rule=1)
    assert decision == decide(policy, POD) == decision_of(policy, 1)
    assert [False, True] == [decision.records(stage) for stage in ("Panic", "ResponseComplete")]


def test_where_nothing_matches_nothing_is_recorded() -> None:
    decision = decide(Policy((Rule("Metadata", users=("x",)),), ("Panic",)), POD)
    assert Decision("None", frozenset(["Panic"])) == decision
    assert not decision.records("ResponseComplete")


def test_a_rule_says_itself_whether_managed_fields_stay() -> None:
    policy = Policy((Rule("Request", omit_managed_fields=False),), omit_managed_fields=True)
    assert not decide(policy, POD).omit_managed_fields


@pytest.mark.parametrize(
    ("rule", "request_", "version", "level"),
    [
        (Rule("Metadata", resources=core("*")), POD, "1.9", "None"),
        (Rule("Metadata", resources=core("pods/*")), EXEC, "1.9", "None"),
        (Rule("Metadata", resources=core("pods/exec")), EXEC, "1.9", "Metadata"),
        (Rule("Metadata", resources=core("*")), POD, "1.10", "Metadata"),
        (Rule("Metadata", users=("x",)), REFUSED, "1.8", "Metadata"),
        (Rule("Metadata", users=("x",)), REFUSED, "1.9", "None"),
        (Rule("Metadata", user_groups=("x",)), REFUSED, "1.8", "Metadata"),
        (Rule("Metadata", resources=(GroupResources("*"),)), POD, "1.35", "None"),
    ],
)
def test_a_release_decides_in_its_own_way(rule: Rule, request_: Attributes, version: str, level: str) -> None:
    assert level == decide(Policy((rule,), version=version), request_).level


@pytest.mark.parametrize(
    ("rule", "request_", "sentences"),
    [
        (
            Rule("None", users=("x", "y"), verbs=("list",)),
            POD,
            ["users: wants x, y, the request has u", "verbs: wants list, the request has get"],
        ),
        (
            Rule("None", users=("x",), user_groups=("y",)),
            REFUSED,
            ["users: wants x, the request has no user", "userGroups: wants y, the request has no groups"],
        ),
        (
            Rule("None", namespaces=("b",), resources=(*core("pods", names=("q",)), GroupResources("apps"))),
            POD,
            [
                "namespaces: wants b, the request has a",
                "resources: wants core: pods named q, apps: all, the request has pods of the core group named p",
            ],
        ),
        (Rule("None", namespaces=("b",)), LIST, ["namespaces: wants b, the request has no namespace"]),
        (Rule("None", namespaces=("b",)), HEALTH, ["namespaces: wants b, the request has no resource"]),
        (
            Rule("None", non_resource_urls=("/livez",)),
            HEALTH,
            ["nonResourceURLs: wants /livez, the request has the path /healthz/etcd"],
        ),
        (
            Rule("None", non_resource_urls=("*",)),
            LIST,
            ["nonResourceURLs: wants *, the request has deployments of apps without a name in its URL"],
        ),
    ],
)
def test_why_a_rule_does_not_match(rule: Rule, request_: Attributes, sentences: list[str]) -> None:
    assert sentences == [str(one) for one in mismatches(Policy((rule,)), 0, request_)]


def test_a_long_list_is_cut() -> None:
    rule = Rule("None", users=("a" * 61, "b", "c", "d", "e"))
    sentence = f"users: wants {'a' * 60}..., b, c and 2 more, the request has u"
    assert [sentence] == [str(one) for one in mismatches(Policy((rule,)), 0, POD)]
