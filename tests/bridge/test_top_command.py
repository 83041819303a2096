"""`audit-bridge top`: one frame for scripts, and the live view in a terminal."""

import json
import os
import pty
import signal
import subprocess

import click
import pytest
from click.testing import CliRunner

from bridge.client import Client
from bridge.replay import Pace, acked
from bridge.top_command import Address, top
from tests.support.events import sample_lines
from tests.support.processes import BIN, Bridge


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(top, arguments, env={"COLUMNS": "160"})
    return done.exit_code, done.output


@pytest.fixture
def busy(bridge: Bridge) -> Bridge:
    with Client("127.0.0.1", bridge.port) as client:
        acked(client, "kube.audit.n", sample_lines()[:200], Pace(0), lambda _: None)
    return bridge


def test_one_frame(busy: Bridge) -> None:
    code, output = run("--once", "--interval", "0.1", f"127.0.0.1:{busy.admin_port}")
    assert 0 == code
    assert f"http://127.0.0.1:{busy.admin_port}" in output
    assert "system:apiserver" in output
    assert "accepting" in output


def test_one_frame_as_json_with_a_bridge_that_does_not_answer(busy: Bridge) -> None:
    code, output = run("--once", "--json", "--interval", "0.1", f"127.0.0.1:{busy.admin_port}", "127.0.0.1:1")
    found = json.loads(output)
    assert (1, ["", "connection refused"]) == (code, [row["problem"] for row in found["rows"]])
    assert found["events"] >= 200


def test_live_until_interrupted(busy: Bridge) -> None:
    ours, theirs = pty.openpty()
    command = [str(BIN / "audit-bridge"), "top", "--interval", "0.1", f"127.0.0.1:{busy.admin_port}"]
    child = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": "160", "TERM": "xterm"}
    )
    os.close(theirs)
    seen = b""
    while b"accepting" not in seen:
        seen += os.read(ours, 65_536)
    child.send_signal(signal.SIGINT)
    try:
        while os.read(ours, 65_536):
            pass
    except OSError:  # the terminal's other side is closed
        pass
    assert 0 == child.wait(10)
    os.close(ours)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.7:9880", "http://10.0.0.7:9880"),
        ("https://bridge.example/", "https://bridge.example"),
        ("http://proxy/api/v1/namespaces/a/pods/b:9880/proxy/", "http://proxy/api/v1/namespaces/a/pods/b:9880/proxy"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    assert expected == Address().convert(text, None, None)


@pytest.mark.parametrize("text", ["http://user@host", "ftp://host", "a b", ""])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Address().convert(text, None, None)


def test_it_needs_a_terminal_or_once() -> None:
    assert (2, True) == ((found := run())[0], "expected a terminal - --once prints one frame" in found[1])
    assert (2, True) == ((found := run("--json"))[0], "--json: expected --once with it" in found[1])
