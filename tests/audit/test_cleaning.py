"""Decoded bodies without their secrets: what goes, what stays, and what is said of it."""

from typing import Any

import pytest

from audit.cleaning import CONFIG_MAP, DEEPEST, SECRET, TOKEN, UNKNOWN, Cleaning, Rules, Unreadable
from audit.credentials import Credentials
from audit.settings import Redact

CREDENTIALS = Credentials(Redact().names, Redact().keep_names)
GONE = "(redacted)"


def cleaned(body: Any, about: int = 0, **rules: Any) -> tuple[Any, list[str]]:
    cleaning = Cleaning(Rules(CREDENTIALS, **rules))
    return cleaning.body(body, about), sorted(cleaning.done)


SECRET_BODY = {
    "kind": "Secret",
    "apiVersion": "v1",
    "metadata": {"name": "db", "labels": {"app": "shop"}},
    "type": "Opaque",
    "data": {"password": "aHVudGVyMg=="},
    "stringData": {"a": "b"},
    "unheardOf": 5,
}
SECRET_LEFT = {**SECRET_BODY, "data": GONE, "stringData": GONE, "unheardOf": GONE}


@pytest.mark.parametrize("about", [0, SECRET, UNKNOWN])
def test_of_a_secret_only_what_is_known_is_kept(about: int) -> None:
    assert (SECRET_LEFT, ["secretData"]) == cleaned(SECRET_BODY, about)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "List", "items": [SECRET_BODY]}, {"kind": "List", "items": [SECRET_LEFT]}),
        (
            {"kind": "SecretList", "metadata": {}, "items": [{"metadata": {"name": "a"}, "data": {"b": "c"}}]},
            {"kind": "SecretList", "metadata": {}, "items": [{"metadata": {"name": "a"}, "data": GONE}]},
        ),
        ({"type": "ADDED", "object": SECRET_BODY}, {"type": "ADDED", "object": SECRET_LEFT}),
        ({"kind": "Table", "rows": [{"cells": ["db", 1], "object": SECRET_BODY}]}, {"kind": "Table", "rows": [{"cells": ["db", 1], "object": SECRET_LEFT}]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("about", [0, SECRET])
def test_secrets_are_found_in_lists_tables_and_watch_events(body: Any, expected: Any, about: int) -> None:
    assert (expected, ["secretData"]) == cleaned(body, about)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": {"a": "b"}, "metadata": {"labels": {"a": "b"}}}, {"data": GONE, "metadata": {"labels": {"a": "b"}}}),
        ({"data": None, "stringData": {}}, {"data": None, "stringData": {}}),
        ([{"op": "replace", "path": "/data/a", "value": "b"}], [{"op": "replace", "path": "/data/a", "value": GONE}]),
        ([{"op": "add", "path": "/metadata/labels/a", "value": "b"}], [{"op": "add", "path": "/metadata/labels/a", "value": "b"}]),
        ([{"op": "remove", "path": "/data/a"}], [{"op": "remove", "path": "/data/a"}]),
        ("text", GONE),
        ('{"data":{"a":"b"}}', f'{{"data":"{GONE}"}}'),
        (["text"], [GONE]),
        ({"kind": "Status", "status": "Failure", "message": "not found", "details": {"name": "a"}, "code": 404}, {"kind": "Status", "status": "Failure", "message": "not found", "details": {"name": "a"}, "code": 404}),
        ({"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "a"}}, {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "a"}}),
    ],
)  # fmt: skip
def test_patches_and_answers_of_a_request_on_secrets(body: Any, expected: Any) -> None:
    assert (expected, ["secretData"] if expected != body else []) == cleaned(body, SECRET)


NOT_SECRET = [
    {"kind": "SealedSecret", "spec": {"encryptedData": {"password": "AgBy3i4OJSWK"}, "template": {"type": "Opaque"}}},
    {"kind": "ExternalSecret", "spec": {"data": [{"remoteRef": {"key": "a"}}]}},
    {"kind": "ControllerRevision", "data": {"spec": {"a": 1}}},
    {"kind": "Event", "involvedObject": {"kind": "Secret", "namespace": "a", "name": "b", "uid": "c"}},
    {"kind": "ServiceAccount", "secrets": [{"name": "a-token-x"}], "imagePullSecrets": [{"name": "b"}], "automountServiceAccountToken": True},
    {"kind": "Pod", "spec": {"volumes": [{"secret": {"secretName": "a", "defaultMode": 420, "items": [{"key": "a", "path": "b"}]}}]}},
    {"kind": "Pod", "spec": {"volumes": [{"projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]}}]}},
    {"kind": "APIResourceList", "resources": [{"name": "secrets", "kind": "Secret", "verbs": ["get"]}]},
    {"kind": "CertificateSigningRequest", "spec": {"request": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNU", "signerName": "a"}},
    {"kind": "ClusterRole", "rules": [{"resources": ["secrets", "serviceaccounts/token"], "verbs": ["get"]}], "metadata": {"labels": {"rbac.authorization.k8s.io/aggregate-to-admin": "true"}}},
    {"kind": "Ingress", "spec": {"tls": [{"secretName": "a"}]}},
    [{"op": "replace", "path": "/spec/replicas", "value": 3}],
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_SECRET)
def test_what_only_speaks_of_secrets_is_kept(body: Any) -> None:
    assert (body, []) == cleaned(body)


@pytest.mark.parametrize(
    ("body", "expected", "done"),
    [
        ({"kind": "TokenReview", "spec": {"token": "a", "audiences": ["b"]}}, {"kind": "TokenReview", "spec": {"token": GONE, "audiences": ["b"]}}, "token"),
        ({"metadata": {"managedFields": [{}], "name": "a"}}, {"metadata": {"name": "a"}}, "managedFields"),
        ({"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}x", "a": "b"}}}, {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": GONE, "a": "b"}}}, "lastApplied"),
        ({"spec": {"password": "a", "tokens": ["b", 5], "secretRef": {"name": "c"}}}, {"spec": {"password": GONE, "tokens": [GONE, GONE], "secretRef": {"name": "c"}}}, "credential"),
        ({"headers": [{"name": "Authorization", "value": "a"}, {"name": "Accept", "value": "b"}]}, {"headers": [{"name": "Authorization", "value": GONE}, {"name": "Accept", "value": "b"}]}, "credential"),
        ({"env": [{"name": "A", "value": "b"}, {"name": "C", "valueFrom": {"secretKeyRef": {"name": "d", "key": "e"}}}]}, {"env": [{"name": "A", "value": GONE}, {"name": "C", "valueFrom": {"secretKeyRef": {"name": "d", "key": "e"}}}]}, "env"),
        ({"env": {"A": "b", "C": ""}}, {"env": {"A": GONE, "C": ""}}, "env"),
        ({"command": ["sh", "-c", "app --token x"], "args": ["-v"]}, {"command": ["sh", "-c", f"app --token {GONE}"], "args": ["-v"]}, "command"),
        ([{"op": "add", "path": "/spec/template/spec/containers/0/args/1", "value": "a"}], [{"op": "add", "path": "/spec/template/spec/containers/0/args/1", "value": GONE}], "command"),
        ({"a": "see https://me:pw@host/"}, {"a": f"see https://me:{GONE}@host/"}, "text"),
        ({"a": '{"kind":"Secret","data":{"b":"c"}}'}, {"a": f'{{"kind":"Secret","data":"{GONE}"}}'}, "secretData"),
    ],
)  # fmt: skip
def test_what_is_removed_wherever_it_stands(body: Any, expected: Any, done: str) -> None:
    assert (expected, [done]) == cleaned(body)
    assert (expected, []) == cleaned(expected)


CONFIG = {
    "kind": "ConfigMap",
    "data": {
        "level": "debug",
        "db.password": "a",
        "app.conf": "level = 5\npassword = b\n",
        "app.json": '{"token":"c"}',
        "release": "H4sIA" * 50,
        "note": "two\nlines",
    },
    "binaryData": {"a": "AAEC"},
}


def test_config_maps_lose_what_is_named_like_a_credential_or_holds_one() -> None:
    left = {**CONFIG["data"], "db.password": GONE, "app.conf": GONE, "app.json": GONE, "release": GONE}  # type: ignore[dict-item]
    assert ({**CONFIG, "data": left, "binaryData": GONE}, ["configMapData"]) == cleaned(CONFIG)


def test_patches_of_config_maps_are_judged_alike() -> None:
    patch = [
        {"op": "add", "path": "/data/password", "value": "a"},
        {"op": "add", "path": "/data/level", "value": "debug"},
    ]
    assert ([{**patch[0], "value": GONE}, patch[1]], ["configMapData"]) == cleaned(patch, CONFIG_MAP)
    assert ({"data": {"level": "debug", "token": GONE}}, ["configMapData"]) == cleaned(
        {"data": {"level": "debug", "token": "a"}}, CONFIG_MAP
    )


def test_config_maps_may_be_kept_or_emptied() -> None:
    assert (CONFIG, []) == cleaned(CONFIG, config_maps="keep")
    assert ({**CONFIG, "data": GONE, "binaryData": GONE}, ["configMapData"]) == cleaned(CONFIG, config_maps="all")


@pytest.mark.parametrize(
    ("mode", "values", "done"),
    [("all", [GONE, GONE], ["env"]), ("credentials", ["a", GONE], ["credential"]), ("keep", ["a", "b"], [])],
)
def test_what_becomes_of_environment_variables(mode: str, values: list[str], done: list[str]) -> None:
    body = {"env": [{"name": "LEVEL", "value": "a"}, {"name": "DB_PASSWORD", "value": "b"}]}
    found, said = cleaned(body, env=mode)
    assert (values, done) == ([one["value"] for one in found["env"]], said)


def test_a_token_request_without_a_kind_is_told_by_the_request() -> None:
    assert ({"status": {"token": GONE}}, ["token"]) == cleaned({"status": {"token": "a"}}, TOKEN)


def test_without_names_secrets_and_tokens_still_go() -> None:
    cleaning = Cleaning(Rules(Credentials([], []), env="keep", config_maps="keep", commands="keep"))
    body = {"items": [SECRET_BODY, {"kind": "TokenRequest", "status": {"token": "a"}}, {"password": "b"}]}
    assert {
        "items": [SECRET_LEFT, {"kind": "TokenRequest", "status": {"token": GONE}}, {"password": "b"}]
    } == cleaning.body(body, 0)


@pytest.mark.parametrize("key", ["a", "password", "metadata", "items", None])
def test_what_is_nested_too_deeply_cannot_be_read(key: str | None) -> None:
    body: Any = {}
    for _ in range(DEEPEST + 1):
        body = {key: body} if key else [body]
    with pytest.raises(Unreadable):
        cleaned(body)
