"""Questions and answers; whether the answers are the API server's, tests/peers/test_policy_oracle.py asks."""

import json
from typing import Any

from click.testing import CliRunner

from generator.policy_decide import decide_command

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, userGroups: [g]}
- {level: Request, resources: [{group: apps, resources: [deployments/scale]}], omitStages: [Panic], omitManagedFields: true}
- {level: Metadata, nonResourceURLs: [/healthz*]}
"""
SCALE = {
    "user": "u",
    "verb": "update",
    "resource": True,
    "apiGroup": "apps",
    "resourceName": "deployments",
    "subresource": "scale",
}


def asked(*questions: dict[str, Any] | str, version: str = "1.36") -> list[dict[str, Any]]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in questions]
    result = CliRunner().invoke(decide_command, ["--kubernetes", version], input="\n".join(lines))
    assert 0 == result.exit_code
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_question_has_an_answer() -> None:
    questions: list[dict[str, Any]] = [
        {"policy": POLICY, "request": {**SCALE, "groups": ["g"]}},
        {"request": SCALE},
        {"request": {"user": None, "verb": "get", "path": "/healthz/etcd"}},
        {"request": {"verb": "get", "path": "/api"}},
    ]
    assert [
        {"level": "None", "omitStages": ["RequestReceived"]},
        {"level": "Request", "omitStages": ["Panic", "RequestReceived"], "omitManagedFields": True},
        {"level": "Metadata", "omitStages": ["RequestReceived"]},
        {"level": "None", "omitStages": ["RequestReceived"]},
    ] == asked(*questions)


def test_the_release_decides_what_is_known() -> None:
    assert [{"level": "Request", "omitStages": ["Panic", "RequestReceived"]}] == asked(
        {"policy": POLICY, "request": SCALE}, version="1.20"
    )


def test_a_refused_policy_is_an_answer_until_the_next() -> None:
    refused = {"policy": "kind: Policy\nrules: []\n", "request": SCALE}
    sentence = (
        "policy:1: apiVersion: expected audit.k8s.io/v1, got nothing - write apiVersion: audit.k8s.io/v1; "
        "policy:2: rules: expected at least one rule, got none - add one, such as - level: Metadata"
    )
    found = asked(refused, {"request": SCALE}, {"policy": POLICY, "request": SCALE})
    assert [{"error": sentence}, {"error": sentence}, "Request"] == [*found[:2], found[2]["level"]]


def test_what_is_no_question_is_told() -> None:
    found = asked({"request": SCALE}, "[]", '{"request": {"verb": 1}}')
    assert [
        {"error": "no policy yet - give one with the first question"},
        {"error": "not a question: Expected `object`, got `array`"},
        {"error": "not a question: Expected `str`, got `int` - at `$.request.verb`"},
    ] == found
