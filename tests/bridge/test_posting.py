"""One request to a sink."""

from pathlib import Path

import pytest

from bridge.posting import Address, post
from bridge.secret import Secret
from tests.support.receivers import Receiver


def test_a_request_arrives_with_its_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with no other, whatever ~/.netrc says of the host."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Receiver() as receiver:
        outcome = post(Address(Secret(f"{receiver.url}/hook?a=b"), Secret("t0ken")), "", b'{"a": 1}')
    [posted] = receiver.posted
    assert (200, "/hook?a=b", {"a": 1}) == (outcome.status, posted.path, posted.body)
    assert ("Bearer t0ken", "application/json") == (posted.headers["authorization"], posted.headers["content-type"])


def test_a_path_follows_the_address() -> None:
    with Receiver() as receiver:
        post(Address(Secret(f"{receiver.url}/prefix/")), "/api/v2/alerts", b"[]")
    assert ["/prefix/api/v2/alerts"] == [one.path for one in receiver.posted]


def test_an_answer_shows_no_secret() -> None:
    with Receiver([404]) as receiver:
        url = f"{receiver.url}/services/T0/secret"
        receiver.words = f"no {url} for\n t0ken" + "x" * 1_000
        outcome = post(Address(Secret(url), Secret("t0ken")), "", b"{}")
    assert "no **** for ****xxx" == outcome.body[:19]
    assert (404, 200) == (outcome.status, len(outcome.body))


def test_a_redirect_is_not_followed() -> None:
    with Receiver([302]) as receiver:
        outcome = post(Address(Secret(receiver.url)), "", b"{}")
    assert (302, 1) == (outcome.status, len(receiver.posted))


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1:1/secret", "connection refused"),
        ("https://127.0.0.1:1/secret", "connection refused"),
        ("http://.example.com/secret", "the connection broke (InvalidURL)"),
    ],
)
def test_a_failure_is_told_without_the_address(url: str, failure: str) -> None:
    outcome = post(Address(Secret(url)), "", b"{}")
    assert (None, failure) == (outcome.status, outcome.failure)


def test_authorities_that_are_none(tmp_path: Path) -> None:
    outcome = post(Address(Secret("https://127.0.0.1:1"), ca_file=str(tmp_path / "none.pem")), "", b"{}")
    assert outcome.status is None
