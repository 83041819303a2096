"""Names of credentials, and what is assigned in texts."""

import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.credentials import Credentials
from audit.scanning import searcher
from audit.settings import Redact
from tests.support.events import TEXT

DEFAULT = Redact()
CREDENTIALS = Credentials(DEFAULT.names, DEFAULT.keep_names)
in_json = searcher(CREDENTIALS.in_json)

NAMED = [
    *(
        "password",
        "DB_PASSWORD",
        "dbPassword",
        "token",
        "access_token",
        "clientSecret",
        "api-key",
        "apiKey",
        "AWS_ACCESS_KEY",
    ),
    *(
        "authorization",
        "Authorization",
        "pwd",
        "tls.key",
        "id_rsa.pub",
        "kubeconfig",
        "x-kubeconfig-y",
        ".dockerconfigjson",
    ),
]
NOT_NAMED = [
    *(
        "",
        "name",
        "secretName",
        "secretNamespace",
        "tokenSecretRef",
        "passwordFile",
        "token_path",
        "expirationSeconds",
        "key",
    ),
    *("authorization.k8s.io/decision", "keyboard", "tokenExpirationSeconds", "secretClass"),
]


@pytest.mark.parametrize("name", NAMED)
def test_names_that_tell_of_a_credential(name: str) -> None:
    assert CREDENTIALS.named(name)


@pytest.mark.parametrize("name", NOT_NAMED)
def test_names_that_do_not(name: str) -> None:
    assert not CREDENTIALS.named(name)


def test_a_star_stands_for_anything_and_a_question_mark_for_one_character() -> None:
    found = Credentials(["a*b?c"], [])
    assert [True, True, False, False] == [found.named(name) for name in ("aXXbYc", "ab\nC", "abc", "xabYc")]


def test_without_names_nothing_is_named() -> None:
    found = Credentials([], [])
    assert not found.named("password")
    assert "password=x" == found.without("password=x")
    assert not searcher(found.in_json)('{"password":"x"}')
    assert not searcher(found.in_uri)("/?password=x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter2", "password=(redacted)"),
        ("user=me password=hunter2 host=x", "user=me password=(redacted) host=x"),
        ("token: abc, secret: def", "token: (redacted), secret: (redacted)"),
        ("Password = 'hunter 2';", "Password = (redacted);"),
        ('{"password": "hunter2", "a": 1', '{"password": (redacted), "a": 1'),
        ('{\\"password\\":\\"hunter2\\",\\"a\\":1', '{\\"password\\":(redacted)'),
        ("<password>hunter2</password>", "<password>(redacted)</password>"),
        ("https://x/?access_token=abc&b=c", "https://x/?access_token=(redacted)&b=c"),
        ("--db.password=hunter2", "--db.password=(redacted)"),
        ("host: x\npassword: hunter2\n", "(redacted)"),
        ("password: |\n  hunter2", "(redacted)"),
        ("pässword token=a", "pässword token=(redacted)"),
        ("tls.key=abc", "tls.key=(redacted)"),
        ("me:password:hunter2", "me:password:(redacted)"),
        ("DB_PASSWORD:hunter2", "DB_PASSWORD:(redacted)"),
        ("x/sealed-secrets-controller:0.26", "x/sealed-secrets-controller:0.26"),
        ("http://token-service:8080/", "http://token-service:8080/"),
        ("token-hash: hunter2", "token-hash: (redacted)"),
        ("passwordFile=/etc/x", "passwordFile=/etc/x"),
        ("password=", "password="),
        ("token: true", "token: true"),
        ("password: ''", "password: ''"),
        ("token=(redacted)", "token=(redacted)"),
        ("secrets is forbidden: User cannot list", "secrets is forbidden: User cannot list"),
    ],
)
def test_what_is_assigned_in_a_text_is_removed(text: str, expected: str) -> None:
    assert expected == CREDENTIALS.without(text)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("value", ["hunter2", 5, ["hunter2"], {"a": "hunter2"}])
def test_the_pattern_for_json_sees_every_name(name: str, value: object) -> None:
    assert in_json(orjson.dumps({name: value}).decode())
    assert in_json(orjson.dumps({"x": [{"y": 1, name: value}]}, option=orjson.OPT_INDENT_2).decode())
    assert in_json(orjson.dumps({"annotation": orjson.dumps({name: value}).decode()}).decode())
    assert in_json(orjson.dumps({"text": f"a {name}=hunter2"}).decode())


@given(st.sampled_from(NAMED), TEXT, TEXT)
def test_the_pattern_for_json_sees_every_key_that_is_named(name: str, before: str, after: str) -> None:
    """What the pattern does not see is never decoded, so it must see whatever would be removed."""
    key = before + name + after
    if CREDENTIALS.named(key):
        assert in_json(orjson.dumps({key: "hunter2"}).decode())


@pytest.mark.parametrize("name", [name for name in NOT_NAMED if "oken" not in name and "ecret" not in name and name])
def test_the_pattern_for_json_passes_over_others(name: str) -> None:
    assert not in_json(orjson.dumps({name: "x"}).decode()) or "passw" in name


@pytest.mark.parametrize("text", ["a=", 'password="', "password=", "x", " ", "a.", "password:\\"])
def test_hostile_texts_take_time_in_proportion(text: str) -> None:
    begun = time.process_time()
    CREDENTIALS.without(text * 50_000 + "password=x")
    assert time.process_time() - begun < 2
