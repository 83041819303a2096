"""Policies and requests drawn at random: read and decided as by the API server's own code, of an old release and a new one.

What is drawn is mostly right and often nearly right: keys in another case or misspelt, values of another type, stars where
none count. AUDIT_TEST_POLICIES is how many policies are drawn for each release, 1,000 where it is not set.
"""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from generator.policy_decide import answers
from tests.support.policy_oracle import Oracle

POLICIES = int(os.environ.get("AUDIT_TEST_POLICIES", "1000"))

USERS = ["alice", "system:node:a", "system:serviceaccount:a:b", "*"]
GROUPS = ["devs", "system:nodes", "system:authenticated", "*"]
VERBS = ["get", "list", "create", "watch", "deletecollection", "*"]
RESOURCES = ["pods", "secrets", "deployments", "pod", "*"]
SUBRESOURCES = ["exec", "status", "log"]
NAMES = ["a", "b", "*"]
API_GROUPS = ["", "apps", "batch", "rbac.authorization.k8s.io"]
PATHS = ["/", "/api", "/healthz", "/healthz/etcd", "/apis/apps/v1", "", "*", "/healthz*"]

LEVELS = ["None", "Metadata", "Request", "RequestResponse"]
STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]
SPECS = [
    *RESOURCES, "pods/exec", "pods/*", "*/exec", "*/status", "*/*", "/", "/*", "*/", "pods/", "Pods", "pods/log/x", ""
]  # fmt: skip
URLS = [
    *PATHS[:-2], "/healthz*", "/*", "*", "/healthz/*", "/**", "/a*b", "**", "*/", "healthz", "/healthz?", "/HEALTHZ*"
]  # fmt: skip
STRANGE_GROUPS = ["*", "Apps", "apps/v1", "*.k8s.io", "-a", "a-", "a..b", "core", " apps", "a" * 253, "a" * 254]

# Scalars as a person might write them where a text is wanted.
SCALARS = re.split(
    r"\s\s+",
    r"""a  'b'  "c"  1  -1  0x1f  0o17  017  08  0b11  1_000  1e3  1.5  .5  5.  -.5  +1  1:30  2001-01-01  2001-01-01T00:00:00Z
    2001-1-1x  yes  No  on  OFF  y  n  Y  true  TRUE  tRue  null  Null  ~  .inf  -.INF  .nan  .Nan  !!str 5  !!int 5  !!int '5'
    !!bool yes  !!float 1  !!null ~  !!str null  !own x  !!binary YQ==  !!binary ?  !!timestamp 2001-01-01  !!int x  !!bool 1  <<
    "\x41"  "\u00e9"  'it''s'  18446744073709551615  18446744073709551616  -9223372036854775809  1e400  0x  1__0  _1  +.5
    0.0  -0  00  1e  1E5  é  a:b  a#b  {}  []  [a]  {a: b}  @x  `x`  %x  &a b  *a  |  >  -  ?  :  \  'open  "\ud800"  0o8  0b2
    0X1F  0B1  -0x1  +0x1  1.e3  ._5  -0b1  0_1  1_.5""",
)  # fmt: skip


def mostly(right: Any, wrong: Any, share: int = 12) -> st.SearchStrategy[str]:
    """Draw what is right, and once in a while what is not."""
    return st.integers(0, share).flatmap(lambda number: wrong if number == share else right)


def of(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(values).map(quoted)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


scalar = st.sampled_from(SCALARS)
odd = st.one_of(scalar, st.sampled_from(["", "null", "a", "[[a]]", "{}", "[{a: b}]", "[null]", "[,]"]))


def several(entry: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[str]:
    entries = st.lists(mostly(entry, scalar, 40), min_size=least, max_size=3)
    return mostly(entries.map(lambda parts: f"[{', '.join(parts)}]"), odd, 40)


def mapping(
    keys: dict[str, st.SearchStrategy[str]], required: dict[str, st.SearchStrategy[str]]
) -> st.SearchStrategy[str]:
    """Draw a flow map: some of the keys in any order, at times one that is nearly a key, or one key twice."""
    known = st.sampled_from(sorted(keys)).flatmap(lambda key: keys[key].map(lambda value: f"{key}: {value}"))
    near = st.sampled_from(sorted({**keys, **required})).flatmap(
        lambda key: st.tuples(
            st.sampled_from(
                [key.upper(), key[:-1], f"{key}s", key.capitalize(), f"'{key} '", key.lower(), "x", "1", "yes"]
            ),
            odd,
        ).map(": ".join)
    )
    must = st.tuples(*(mostly(value, st.just(""), 60).map(f"{key}: ".__add__) for key, value in required.items()))
    some = st.lists(mostly(known, near, 20), max_size=4)
    whole = st.tuples(must, some).flatmap(lambda both: st.permutations([*both[0], *both[1]]))
    return whole.map(lambda entries: "{" + ", ".join(entries) + "}")


entry = mapping(
    {
        "group": mostly(of(API_GROUPS), of(STRANGE_GROUPS)),
        "resources": several(of(SPECS), 1),
        "resourceNames": several(of(NAMES)),
    },
    {"resources": several(of(SPECS), 1)},
)
rule = mapping(
    {
        "users": several(of(USERS)),
        "userGroups": several(of(GROUPS)),
        "verbs": several(of(VERBS)),
        "resources": several(entry),
        "namespaces": several(of(["", *NAMES])),
        "omitStages": several(of(STAGES)),
        "omitManagedFields": mostly(st.sampled_from(["true", "false"]), odd),
    },
    {"level": mostly(st.sampled_from(LEVELS), mostly(of(["none", "metadata", "All", ""]), scalar, 1), 40)},
)
url_rule = mapping(
    {
        "users": several(of(USERS)),
        "verbs": several(of(VERBS)),
        "nonResourceURLs": several(mostly(of(PATHS[:5]), of(URLS), 3), 1),
        "namespaces": st.just("[]"),
        "resources": mostly(st.just("[]"), several(entry), 6),
    },
    {"level": st.sampled_from(LEVELS), "nonResourceURLs": several(mostly(of(PATHS[:5]), of(URLS), 3), 1)},
)
metadata = mapping(
    {
        "name": odd,
        "labels": st.sampled_from(["{a: b}", "{a: 1}", "{a: null}", "null", "[]", "{1: a}"]),
        "generation": st.sampled_from(["1", "1.0", "1.5", "'1'", "null", "1e3"]),
        "creationTimestamp": st.sampled_from(
            ["null", "2001-01-01", "2001-01-01T00:00:00Z", "2001-01-01T00:00:00.5+01:00", "''"]
        ),
        "ownerReferences": st.sampled_from(["[]", "[{name: a}]", "[{controller: 1}]", "[null]", "{}"]),
        "finalizers": odd,
        "managedFields": st.sampled_from(["[]", "[{fieldsV1: 1, time: null}]", "[{manager: 1}]"]),
    },
    {},
)
heads = {
    "apiVersion": mostly(
        st.just("audit.k8s.io/v1"),
        st.sampled_from(["audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1", "audit.k8s.io/v2", "v1", "audit.k8s.io", "audit.k8s.io/", "a/b/c", "''", "null", "1", "[]"]),
        6,
    ),
    "kind": mostly(st.just("Policy"), st.sampled_from(["policy", "Event", "PolicyList", "''", "null", "1", "List", "x"]), 20),
}  # fmt: skip
rules = st.lists(mostly(rule, url_rule, 2), min_size=1, max_size=4).map(
    lambda all_: "".join(f"\n- {one}" for one in all_)
)


def lines() -> st.SearchStrategy[str]:
    """Draw a document in block form."""
    top = st.sampled_from(
        ["omitStages: [RequestReceived]", "omitStages: [Panic, Other]", "omitManagedFields: true", "omitManagedFields: 1",
         "rule: []", "RULES: []", "omitstages: [Panic]", "APIVERSION: audit.k8s.io/v1", "Kind: Event", "apiversion: null",
         "x: &a {level: None}", "  indented: 1", "rules:", "rules: []", "1: 2", "null: 1", "? [a]", "[a]: b", "<<: {omitStages: [Panic]}",
         "metadata: null", "metadata: []", "metadata: x", "status: {}", "\tx: y", "x:\ty", "# rules:"]
    )  # fmt: skip
    parts = st.tuples(
        heads["apiVersion"].map("apiVersion: ".__add__),
        heads["kind"].map("kind: ".__add__),
        mostly(rules.map("rules:".__add__), st.just("rules: null"), 40),
    ).flatmap(lambda three: st.permutations(list(three)))
    extra = st.lists(mostly(top, metadata.map("metadata: ".__add__), 3), max_size=2)
    return st.tuples(parts, extra, st.sampled_from([0, 0, 1, 2, 3])).map(
        lambda drawn: "\n".join([*drawn[0][: drawn[2]], *drawn[1], *drawn[0][drawn[2] :]]) + "\n"
    )


surroundings = mostly(st.just("{}"), st.sampled_from(
    ["---\n{}", "# a comment\n\n{}", "\ufeff{}", "{}---\nnot: [read\n", "{}...\n@@\n", "%YAML 1.1\n---\n{}", "%YAML 1.2\n---\n{}",
     "--- # nothing\n---\n{}", "{}\n  x\n", "{}}}", "", "[]", "null", "- {}", "\t{}", "{}\x07"]
))  # fmt: skip
policies = st.tuples(lines(), surroundings).map(lambda both: both[1].replace("{}", both[0], 1))

resource_requests = st.fixed_dictionaries(
    {
        "user": st.sampled_from([*USERS, "", None]),
        "groups": st.lists(st.sampled_from(GROUPS), max_size=2),
        "verb": st.sampled_from([*VERBS, ""]),
        "resource": st.just(value=True),
        "apiGroup": st.sampled_from(API_GROUPS),
        "resourceName": st.sampled_from(RESOURCES),
        "subresource": st.sampled_from(["", "", *SUBRESOURCES]),
        "namespace": st.sampled_from(["", *NAMES]),
        "name": st.sampled_from(["", *NAMES]),
        "path": st.sampled_from(PATHS),
    }
)
path_requests = st.fixed_dictionaries(
    {
        "user": st.sampled_from([*USERS, None]),
        "groups": st.lists(st.sampled_from(GROUPS), max_size=1),
        "verb": st.sampled_from(VERBS),
        "path": st.sampled_from(PATHS),
    }
)
requests = st.lists(st.one_of(resource_requests, path_requests), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def old() -> Iterator[Oracle]:
    with Oracle("1.20") as oracle:
        yield oracle


@pytest.fixture(scope="module")
def new() -> Iterator[Oracle]:
    with Oracle("1.36") as oracle:
        yield oracle


def agree(oracle: Oracle, version: str, policy: str, asked: list[dict[str, Any]]) -> None:
    """Ask both about one policy; where it is refused, only that is compared, for the words are ours."""
    for request in asked:
        question = {"policy": policy, "request": request}
        theirs = oracle.answer(question)
        ours = next(answers(iter([json.dumps(question).encode()]), version))
        note(f"theirs: {theirs}\nours: {ours}\n{policy}")
        refused = bool(ours.error)
        assert ("error" in theirs) == refused
        if not refused:
            assert (theirs["level"], tuple(theirs.get("omitStages", ()))) == (ours.level, ours.omit_stages)
            assert theirs.get("omitManagedFields", False) == ours.omit_managed_fields


many = settings(
    max_examples=POLICIES,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.peer("policy-oracle")
@pytest.mark.timeout(60 + POLICIES / 10)
@many
@given(policy=policies, asked=requests)
def test_an_old_release(old: Oracle, policy: str, asked: list[dict[str, Any]]) -> None:
    agree(old, "1.20", policy, asked)


@pytest.mark.peer("policy-oracle-modern")
@pytest.mark.timeout(60 + POLICIES / 10)
@many
@given(policy=policies, asked=requests)
def test_a_new_release(new: Oracle, policy: str, asked: list[dict[str, Any]]) -> None:
    agree(new, "1.36", policy, asked)
