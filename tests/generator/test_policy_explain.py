"""Which rule decides, and why not the earlier ones."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.policy_explain import explain_command, implied_groups

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [system:kube-proxy]
- level: Request
  resources: [{group: "", resources: ["pods/*"]}]
  omitManagedFields: true
- level: Metadata
  nonResourceURLs: [/healthz*]
"""
EXEC = ["--user", "alice", "--verb", "create", "--resource", "pods/exec", "--namespace", "a", "--name", "[b]"]


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(POLICY)
    return "policy.yaml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(explain_command, list(arguments), env={"COLUMNS": "200"})


def said(*arguments: str) -> list[str]:
    result = run(*arguments)
    assert 0 == result.exit_code, result.output
    return [line.rstrip() for line in result.output.splitlines()]


def test_it_names_the_rule_and_why_no_earlier_one(policy: str) -> None:
    assert said(policy, *EXEC) == [
        "alice (system:authenticated): create pods/exec [b] in a",
        "rules[1] (policy.yaml:7) decides: level Request, without managedFields",
        "rule      line  level  does not match",
        "rules[0]  5     None   users: wants system:kube-proxy, the request has alice",
        "stage             written",
        "RequestReceived   nothing: omitStages",
        "ResponseStarted   Request",
        "ResponseComplete  Request",
        "Panic             Request",
    ]


def test_a_rule_that_drops_writes_nothing(policy: str) -> None:
    assert said(policy, "--user", "system:kube-proxy", "--url", "/api/v1/pods?watch=1") == [
        "system:kube-proxy (system:authenticated): watch pods",
        "rules[0] (policy.yaml:5) decides: level None",
        "stage             written",
        "RequestReceived   nothing",
        "ResponseStarted   nothing",
        "ResponseComplete  nothing",
        "Panic             nothing",
    ]


def test_where_no_rule_matches_it_says_so(policy: str) -> None:
    lines = said(policy, "--url", "/metrics")
    assert ["nobody: get /metrics", "no rule of policy.yaml matches: nothing is recorded"] == lines[:2]
    assert "rules[2]  10    Metadata  nonResourceURLs: wants /healthz*, the request has the path /metrics" == lines[5]


def test_json_holds_the_same(policy: str) -> None:
    assert {
        "request": {
            "verb": "create",
            "user": "alice",
            "groups": ["system:authenticated"],
            "is_resource": True,
            "api_group": "",
            "resource": "pods",
            "subresource": "exec",
            "namespace": "a",
            "name": "[b]",
            "path": "",
        },
        "rule": 1,
        "line": 7,
        "level": "Request",
        "stages": {
            "RequestReceived": "None",
            "ResponseStarted": "Request",
            "ResponseComplete": "Request",
            "Panic": "Request",
        },
        "omitManagedFields": True,
        "earlier": [
            {
                "rule": 0,
                "line": 5,
                "level": "None",
                "because": [{"key": "users", "wanted": ["system:kube-proxy"], "got": "alice"}],
            }
        ],
    } == json.loads(said(policy, *EXEC, "--json")[0])


def test_an_event_is_explained(policy: str) -> None:
    event = {
        "verb": "get",
        "requestURI": "/api/v1/namespaces/a/pods/b/log?follow=true",
        "user": {"username": "bob", "groups": ["devs"]},
    }
    assert "bob (devs): get pods/log b in a" == said(policy, "--event", json.dumps(event))[0]


def test_the_release_decides(policy: str) -> None:
    result = run(policy, *EXEC, "--kubernetes", "1.22")
    warning = "warning: policy.yaml:9: rules[1].omitManagedFields: expected Kubernetes 1.23 or newer for it, got 1.22 - leave it out"
    assert (warning, "rules[1] (policy.yaml:7) decides: level Request") == (
        result.stderr.strip(),
        result.stdout.splitlines()[1],
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "expected one of --resource, --url and --event - say what the request is about"),
        (
            ["--url", "/", "--resource", "pods"],
            "expected one of --resource, --url and --event - say what the request is about",
        ),
        (
            ["--event", "[]"],
            "Invalid value for --event: expected an audit event, got what is none: Expected `object`, got `array`",
        ),
    ],
)
def test_a_request_that_is_not_said_is_a_usage_error(policy: str, arguments: list[str], sentence: str) -> None:
    result = run(policy, *arguments)
    assert (2, f"Error: {sentence}") == (result.exit_code, result.output.splitlines()[-1])


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        (None, []),
        ("system:anonymous", ["system:unauthenticated"]),
        ("alice", ["system:authenticated"]),
        (
            "system:serviceaccount:a:b",
            ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"],
        ),
        ("system:serviceaccount:a", ["system:authenticated"]),
    ],
)
def test_the_api_server_adds_groups(user: str | None, groups: list[str]) -> None:
    assert groups == implied_groups(user)


def test_a_group_that_is_given_stands_first_and_once(policy: str) -> None:
    groups = ["--group", "devs", "--group", "system:authenticated"]
    assert "alice (devs, system:authenticated): get /" == said(policy, "--user", "alice", "--url", "/", *groups)[0]
