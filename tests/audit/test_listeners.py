from typing import Any

import pytest

from audit.document import DocumentError, check, setting
from audit.listeners import Webhook
from audit.settings import Settings

TLS = "cert_file: c, key_file: k"


def webhook(text: str) -> Webhook:
    found = check(setting(f"webhook={{{text}}}"), Settings).webhook
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "host: 127.0.0.1",
        "host: 127.1.2.3, token_file: t",
        "host: '::1'",
        "host: localhost",
        f"tls: {{{TLS}, client_ca_file: a}}",
        f"tls: {{{TLS}, client_ca_file: a}}, client_names: [kube-apiserver-kubelet-client]",
        f"tls: {{{TLS}}}, token_file: t",
        f"host: 127.0.0.1, tls: {{{TLS}}}",
        "plain_http: true, token_file: t",
    ],
)
def test_a_port_on_which_nobody_listens_in(text: str) -> None:
    assert 9443 == webhook(text).port


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "token_file: t",
            (
                "webhook.host: expected tls beside it, for other machines reach this address, got '0.0.0.0'"
                " - set it, or listen on 127.0.0.1"
            ),
        ),
        (
            f"tls: {{{TLS}}}",
            (
                "webhook.host: expected tls.client_ca_file or token_file beside it, for anybody could send events,"
                " got '0.0.0.0' - set one of them, or listen on 127.0.0.1"
            ),
        ),
        (
            "host: 127.0.0.1, client_names: [a]",
            (
                "webhook.client_names: expected tls.client_ca_file beside it, or no client shows a certificate, got none"
                " - set it, or remove the names"
            ),
        ),
        (
            "host: 127.0.0.1, node: Not A Node",
            "webhook.node: expected a node's name: lower-case letters, digits, '-' and '.', got 'Not A Node'",
        ),
    ],
)
def test_a_port_that_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as refused:
        webhook(text)
    assert sentence in str(refused.value)


def test_without_the_key_there_is_no_port() -> None:
    nothing: dict[str, Any] = {}
    assert Settings(**nothing).webhook is None
