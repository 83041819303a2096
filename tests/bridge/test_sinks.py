"""Sinks with their secrets, and the rules that they are told of."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from audit.builtin import builtin
from audit.sinks import Sink
from bridge.errors import ConfigError
from bridge.sinks import Ready, ready, told
from tests.support.notices import sink

PACK = builtin().pack
FILES = {
    "url": "https://hooks.example.com/T0/secret\n",
    "token": "t0ken\n",
    "bad": "p\xe4ss",
    "empty": " \n",
    "ca": "PEM",
}


def text(file: Path, key: str) -> str:
    try:
        return FILES[str(file)]
    except KeyError:
        raise ConfigError(f"{file} ({key}): not there") from None


def resolved(one: Sink, environment: Mapping[str, str] | None = None) -> Ready:
    [found] = ready([one], (), text, environment or {})
    return found


def test_an_address_may_stand_in_three_places() -> None:
    found = [
        resolved(sink(url="http://a")),
        resolved(sink(url=None, url_file="url", token_file="token", ca_file="ca")),
        resolved(sink(url=None, url_env="HOOK"), {"HOOK": "http://b"}),
    ]
    assert [
        ("http://a", "", None),
        ("https://hooks.example.com/T0/secret", "t0ken", "ca"),
        ("http://b", "", None),
    ] == [one.address.parts for one in found]
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"url_file": "bad"},
            "bad (notify[0].url_file): expected an address that begins with https:// or http://, got something else - write the whole address",
        ),
        (
            {"url_env": "HOOK"},
            "the environment variable HOOK (notify[0].url_env): expected an address that begins with https:// or http://, got nothing - write the whole address",
        ),
        ({"url_file": "url", "token_file": "empty"}, "empty (notify[0].token_file): expected a token, got nothing - check the file"),
        (
            {"url_file": "url", "token_file": "bad"},
            "bad (notify[0].token_file): expected a token, got characters that no header may have - check the file",
        ),
        ({"url_file": "url", "ca_file": "none"}, "none (notify[0].ca_file): not there"),
    ],
)  # fmt: skip
def test_what_is_no_secret_is_told_without_it(keys: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        resolved(sink(url=None, **keys))
    assert sentence == str(error.value)


def test_only_the_sinks_that_are_wanted_are_read() -> None:
    sinks = [sink(name="a"), sink(name="b", url=None, url_file="none")]
    assert ["a"] == [one.sink.name for one in ready(sinks, ["a"], text, {})]


def levels(one: Sink) -> set[str]:
    return {rule.about.severity for rule in told(one, PACK).values()}


def test_a_sink_is_told_of_what_is_severe() -> None:
    assert {"high", "critical"} == levels(sink())
    assert {"critical"} == levels(sink(severity="critical"))
    assert 5 == len(levels(sink(severity="informational")))


def test_a_sink_is_told_of_the_rules_that_it_names() -> None:
    """Whatever their level, unless that is named as well."""
    assert ["exec", "secret-edited", "secret-read-denied", "secret-viewed"] == sorted(
        told(sink(rules=["exec", "secret-*"]), PACK)
    )
    assert [] == sorted(told(sink(rules=["exec"], severity="high"), PACK))


def test_the_same_sink_is_the_same() -> None:
    one, other = resolved(sink(url="http://a")), resolved(sink(url="http://b"))
    assert (True, False) == (one.same(resolved(sink(url="http://a"))), one.same(other))
