"""The command, as a real process."""

import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.support.processes import BIN, TOKEN, Process, Sandbox


def run(*arguments: str, tokens: str = "any") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "audit-bridge", "sandbox", *arguments],
        env={"LOGGLY_TOKEN": tokens},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_an_upload_is_found_by_the_api_and_on_the_page() -> None:
    with Sandbox() as sandbox:
        line = b'{"verb":"get","timestamp":"2026-01-31T12:34:56.000000Z"}'
        urllib.request.urlopen(f"{sandbox.url}/bulk/{TOKEN}/tag/a/", line, timeout=10).close()
        (event,) = sandbox.search("json.verb:get AND tag:a")
        (held,) = sandbox.events()
        assert event.items() <= held.items()
        assert {"received_us"} == held.keys() - event.keys()
        assert (1, {"200": 1}) == (sandbox.stats()["events"], sandbox.stats()["requests"])
        with urllib.request.urlopen(sandbox.url, timeout=10) as page:
            assert page.url == f"{sandbox.url}/search"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with Sandbox() as sandbox:
        sandbox.signal(number)
        assert sandbox.wait() == 0
        assert sandbox.output == f"sandbox listening on {sandbox.url}/"


def test_a_port_in_use_is_one_sentence() -> None:
    with Sandbox() as sandbox:
        port = sandbox.url.rsplit(":", 1)[1]
        ended = run("--port", port)
    assert (1, "") == (ended.returncode, ended.stdout)
    cure = "the port is taken - stop what holds it or give --port"
    assert f"the sandbox cannot listen on 127.0.0.1:{port}: {cure}\n" == ended.stderr


def test_without_a_token_nobody_could_send() -> None:
    ended = run(tokens=" , ")
    assert ended.returncode == 1
    wanted = "expected the customer tokens that may send, separated by commas, got none - any text will do"
    assert f"LOGGLY_TOKEN: {wanted}\n" == ended.stderr


def test_tls_needs_certificate_and_key(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    assert "--tls-cert and --tls-key: expected both or none" in run("--tls-cert", str(wrong)).stderr
    ended = run("--tls-cert", str(wrong), "--tls-key", str(wrong))
    assert ended.returncode == 1
    assert "expected a certificate and its key in PEM, got something else" in ended.stderr


def test_options_reach_the_account() -> None:
    options = ("--retention-days", "1", "--accept-gzip", "--oversize", "drop")
    with Sandbox(*options) as sandbox:
        body = b'{"timestamp":0}\n' + b"x" * 1_000_001
        urllib.request.urlopen(f"{sandbox.url}/bulk/{TOKEN}/", body, timeout=10).close()
        stats = sandbox.stats()
    assert (0, 1, 1) == (stats["events"], stats["expired"], stats["dropped"])


def test_help_names_what_it_is_and_its_secrets() -> None:
    text = run("--help").stdout
    for word in ("LOGGLY_TOKEN", "LOGGLY_API_TOKEN", "--retention-days", "/_sandbox/"):
        assert word in text


def test_several_tokens_may_send() -> None:
    command: list[str | Path] = [BIN / "audit-bridge", "sandbox", "--port", "0"]
    with Process(command, {"LOGGLY_TOKEN": "one, two"}) as process:
        url = process.wait_for_line(r"listening on (\S+)").group(1)
        for token in ("one", "two"):
            with urllib.request.urlopen(f"{url}bulk/{token}/", b"x", timeout=10) as answer:
                assert answer.status == 200
