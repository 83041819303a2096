"""Credentials that are told by their own shape, and texts that only resemble them."""

import time

import pytest

from audit.scanning import searcher
from audit.shapes import PATTERN, without

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
AGAIN = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB"

CREDENTIALS = {
    JWT: "(redacted)",
    f"token {JWT} refused": "token (redacted) refused",
    f"host.example.com.{JWT}": "host.example.com.(redacted)",
    f"a-long-host-name.{JWT}, {JWT}": "a-long-host-name.(redacted), (redacted)",
    f"prefix-{JWT}": "prefix-(redacted)",
    JWT.rpartition(".")[0]: "(redacted)",
    f"x {PEM} y": "x (redacted) y",
    PEM[:50]: "(redacted)",
    f"key: {AGAIN}": "key: (redacted)",
    "postgres://app:hunter2@db/x": "postgres://app:(redacted)@db/x",
    "https://u:p:q@x@host:443/": "https://u:(redacted)@host:443/",
    "Authorization: Bearer abcdefgh12": "Authorization: Bearer (redacted)",
    "BASIC dXNlcjpwYXNz": "BASIC (redacted)",
    "bearer%20abcdefgh12": "bearer%20(redacted)",
    'Secret.Data: error found in #10 byte of ...|"a":"hunter2"|..., bigger': "Secret.Data: error found in #(redacted)",
}
OTHERS = [
    "",
    "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIzfQ",
    "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
    "https://host:443/a@b",
    "image@sha256:0123",
    "basic auth",
    "bearer of news",
]


@pytest.mark.parametrize(("text", "expected"), CREDENTIALS.items())
def test_credentials_are_removed(text: str, expected: str) -> None:
    assert expected == without(text)
    assert searcher(PATTERN)(text)


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_resembles_one_is_kept(text: str) -> None:
    assert text == without(text)


@pytest.mark.parametrize(
    "text",
    [
        "eyJ",
        "eyJ.",
        "://a:",
        "a:",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "bearer ",
        "error found in #1 byte of ",
        "x",
    ],
)
def test_hostile_texts_take_time_in_proportion(text: str) -> None:
    begun = time.process_time()
    without(text * 50_000)
    without("://" + text * 50_000)
    assert time.process_time() - begun < 2
