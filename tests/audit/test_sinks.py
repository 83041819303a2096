"""Sinks in the configuration: what each needs, and that no mistake shows a secret."""

import pytest

from audit.document import DocumentError, check, read
from audit.settings import Settings
from audit.sinks import Sink, is_address


def sentences(text: str) -> list[str]:
    with pytest.raises(DocumentError) as error:
        check(read(f"notify:\n- {{{text}}}", "bridge.yaml"), Settings)
    return str(error.value).splitlines()


def test_a_sink_has_one_address() -> None:
    want = "bridge.yaml:2: notify[0].name: expected one of url, url_file and url_env"
    cure = "name the one that holds the address"
    assert [f"{want}, got none - {cure}"] == sentences("name: a, type: webhook")
    assert [f"{want}, got url_file and url_env - {cure}"] == sentences("name: a, type: slack, url_file: f, url_env: E")


def test_the_address_of_a_slack_webhook_stands_in_no_file() -> None:
    sentence = (
        "bridge.yaml:2: notify[0].url: expected url_file or url_env, for the address is a secret, got the address"
        " - write it into a file: whoever knows it can post"
    )
    assert [sentence] == sentences("name: a, type: slack, url: 'https://hooks.slack.com/services/T0/B0/secret'")


def test_what_is_no_address_is_not_repeated() -> None:
    [sentence] = sentences("name: a, type: webhook, url: 'https://user:secret@host/'")
    assert (
        "bridge.yaml:2: notify[0].url: expected an address that begins with https:// or http://, without a password,"
        " got something else"
    ) == sentence


def test_sinks_have_different_names() -> None:
    one = "{name: a, type: webhook, url: 'http://a'}"
    with pytest.raises(DocumentError) as error:
        check(read(f"notify: [{one}, {one}]", "bridge.yaml"), Settings)
    assert "bridge.yaml:1: notify[1].name: expected a name of its own, got 'a' - choose another" == str(error.value)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("https://hooks.example.com/services/T0/B0/x?y=z", True),
        ("http://alertmanager.monitoring:9093", True),
        ("ftp://a", False),
        ("http://", False),
        ("http:///path", False),
        ("http://user:password@host", False),
        ("http://host/#part", False),
        ("http://a b", False),
        ("", False),
    ],
)
def test_addresses(text: str, fits: bool) -> None:
    assert fits == is_address(text)


def test_the_defaults_are_calm() -> None:
    sink = Sink(name="a", type="webhook", url="http://a")
    assert (("actor",), 10.0, 300.0, 10) == (sink.group_by, sink.wait, sink.interval, sink.per_minute)
