import ssl
from pathlib import Path

import pytest

from audit.listeners import Webhook
from bridge.errors import ConfigError
from bridge.secret import Secret
from bridge.webhook_answers import Answer
from bridge.webhook_guard import Guard, load

TOKENS = (Secret("first-token-of-the-tests"), Secret("second-token-of-the-tests"))
WANT = "set tokenFile in the webhook's kubeconfig to one that webhook.token_file holds"


@pytest.mark.parametrize("authorization", ["Bearer first-token-of-the-tests", "bearer second-token-of-the-tests "])
def test_every_token_of_the_file_is_accepted(authorization: str) -> None:
    assert Guard(tokens=TOKENS).refusal(authorization, "") is None


@pytest.mark.parametrize(
    ("authorization", "got"),
    [
        (None, "none"),
        ("Bearer third-token", "another one"),
        ("Bearer ", "another one"),
        ("Basic first-token-of-the-tests", "another one"),
        ("first-token-of-the-tests", "another one"),
    ],
)
def test_any_other_is_refused_without_a_word_of_it(authorization: str | None, got: str) -> None:
    answer = Answer(401, f"expected a bearer token, got {got} - {WANT}", {"WWW-Authenticate": "Bearer"})
    assert answer == Guard(tokens=TOKENS).refusal(authorization, "")


def test_names_of_clients() -> None:
    guard = Guard(client_names=frozenset({"kube-apiserver"}))
    assert guard.refusal(None, "kube-apiserver") is None
    want = "a client certificate whose common name is one of webhook.client_names"
    cure = "add it, or give the client another one"
    assert Answer(403, f"expected {want}, got 'kubelet' - {cure}") == guard.refusal(None, "kubelet")


def test_who_is_asked_for_nothing() -> None:
    assert Guard().refusal(None, "") is None
    assert "" == Guard().words


def test_the_log_says_what_is_asked_for() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert " with TLS" == Guard(context).words
    context.verify_mode = ssl.CERT_REQUIRED
    assert " with TLS, client certificates, a token" == Guard(context, TOKENS).words


def loaded(text: str) -> Guard:
    return load(Webhook(host="127.0.0.1", token_file="tokens", client_names=()), lambda _: text)


def test_tokens_stand_one_a_line() -> None:
    guard = loaded("\nfirst-token-of-the-tests\n\n second-token-of-the-tests\n")
    assert [token.reveal() for token in TOKENS] == [token.reveal() for token in guard.tokens]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n", "tokens (webhook.token_file): expected a token, got nothing - write one a line"),
        (
            "first-token-of-the-tests\nshort",
            (
                "tokens:2 (webhook.token_file): expected a token of 16 or more letters, digits and signs without blanks,"
                " got another text - `openssl rand -hex 32` makes one"
            ),
        ),
    ],
)
def test_a_file_without_a_token_worth_the_name(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(text)
    assert sentence == str(refused.value)


def test_without_a_webhook_nobody_is_asked(tmp_path: Path) -> None:
    assert Guard() == load(None, lambda file: (tmp_path / file).read_text())
