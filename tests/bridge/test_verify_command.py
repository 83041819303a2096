"""`audit-bridge verify`: a deleted, a doubled and an altered event are each found, with real processes."""

import gzip
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
import requests
from click.testing import CliRunner

from bridge.client import Client
from bridge.errors import BridgeError
from bridge.replay import Pace, acked
from bridge.verify_command import verify as command
from tests.support.events import sample_lines
from tests.support.processes import API_TOKEN, BIN, TOKEN, Bridge, Sandbox

SOME = 1_200  # more than a page


class Done(NamedTuple):
    code: int
    lines: list[str]
    errors: str


def verify(*arguments: str | Path, token: str = API_TOKEN) -> Done:
    words = [BIN / "audit-bridge", "verify", "--set", "cluster=test", *arguments]
    environment = {**os.environ, "LOGGLY_API_TOKEN": token}
    ran = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=60, check=False)
    return Done(ran.returncode, ran.stdout.splitlines(), ran.stderr.strip())


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    """Write a log and the file that was rotated away before it."""
    lines = sample_lines()[:SOME]
    paths = [tmp_path / "audit.log", tmp_path / "audit-2026-11-24T00-00-00.000.log.gz"]
    paths[0].write_bytes(b"\n".join(lines[700:]) + b"\n")
    paths[1].write_bytes(gzip.compress(b"\n".join(lines[:700]) + b"\n"))
    return paths


def deliver(bridge: Bridge) -> None:
    with Client("127.0.0.1", bridge.port) as client:
        assert SOME == acked(client, "kube.audit.node-1", sample_lines()[:SOME], Pace(0), lambda _: None)


def tamper(sandbox: Sandbox) -> tuple[str, str, str]:
    """Delete an event, double one and alter one; return their IDs."""
    events = [orjson.loads(one["raw"]) for one in sandbox.events()]
    sandbox.reset()
    deleted, doubled, altered = events.pop(100), events[500], events[900]
    altered["verb"] = "delete" if altered["verb"] != "delete" else "get"
    body = b"\n".join(map(orjson.dumps, [*events, doubled]))
    requests.post(f"{sandbox.url}/bulk/{TOKEN}/tag/kubernetes,audit/", data=body, timeout=20).raise_for_status()
    return deleted["auditID"], doubled["auditID"], altered["auditID"]


def test_what_is_wrong_is_named(sandbox: Sandbox, bridge: Bridge, logs: list[Path]) -> None:
    deliver(bridge)
    sandbox.script(
        {"match": {"path": "/apiv2/"}, "times": 1, "status": 429, "headers": {"Retry-After": "1"}},
    )
    good = verify(*logs, "--account", sandbox.url)
    assert Done(0, ["1,200 events: 0 missing, 0 doubled, 0 altered"], "") == good
    deleted, doubled, altered = tamper(sandbox)
    bad = verify(*logs, "--account", sandbox.url, "--wait", "0")
    assert 1 == bad.code
    assert {"missing": deleted, "doubled": doubled, "altered": altered} == {
        line.split()[0]: line.split()[2] for line in bad.lines[:-1]
    }
    assert "1,200 events: 1 missing, 1 doubled, 1 altered" == bad.lines[-1]
    assert ["verb"] == [line.partition("  differs in ")[2] for line in bad.lines if line.startswith("altered")]
    told = json.loads(
        said("--set", "cluster=test", *logs, "--account", sandbox.url, "--wait", "0", "--format", "json")[1]
    )
    assert [False, 1, 1, 1] == [told[key] for key in ("good", "missing", "doubled", "altered")]
    assert str(logs[1]) == next(one["log"] for one in told["findings"] if one["kind"] == "missing")


def said(*arguments: str | Path, token: str = API_TOKEN) -> tuple[int, str]:
    """Return the exit code of the command line, and its words."""
    done = CliRunner().invoke(command, list(map(str, arguments)), env={"LOGGLY_API_TOKEN": token})
    if isinstance(done.exception, BridgeError):
        return 1, str(done.exception)
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("--account", "a/b"), 2, "expected a subdomain, or scheme and host, got 'a/b'"),
        (
            ("--account", "acme", "--wait", "5"),
            2,
            "expected a duration with its unit, such as 200ms, 50s or 2m, got '5'",
        ),
        (("--account", "acme", "--user", "far"), 2, "expected a user of forward.clusters, got 'far'"),
        (
            ("--account", "acme", "--token-file", "none"),
            1,
            "none (--token-file): expected a file to read, got: no such file",
        ),
        (("--account", "acme", "gone.log"), 1, "gone.log: expected a log file, got none - check the name"),
        (("--account", "acme", "-"), 2, "-: expected a file, for it may be read twice - name one"),
    ],
)
def test_what_makes_no_sense_is_refused(logs: list[Path], arguments: tuple[str, ...], code: int, expected: str) -> None:
    found, words = said(*logs, *arguments)
    assert (code, True) == (found, expected in words), words


def test_a_token_is_needed(logs: list[Path]) -> None:
    want = "LOGGLY_API_TOKEN: expected an API token, got nothing - Loggly shows it under Source Setup, API Tokens"
    assert (1, want) == said(*logs, "--account", "acme", token=" ")
