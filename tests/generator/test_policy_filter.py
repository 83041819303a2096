"""A log as a policy would have written it."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.policy_filter import filter_command
from tests.support.events import SAMPLE

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  users: [noise]
- level: Metadata
"""


def event(user: str, stage: str = "ResponseComplete") -> bytes:
    return json.dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Request",
            "stage": stage,
            "requestURI": "/api/v1/namespaces/a/pods",
            "verb": "create",
            "user": {"username": user},
            "requestObject": {"kind": "Pod"},
        },
        separators=(",", ":"),
    ).encode()


LEFT = event("alice").replace(b'"Request"', b'"Metadata"').replace(b',"requestObject":{"kind":"Pod"}', b"")


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    return str(file)


def run(*arguments: str | Path, text: bytes = b"") -> Result:
    return CliRunner().invoke(filter_command, list(map(str, arguments)), input=text)


def test_events_are_left_out_or_cut(policy: str, tmp_path: Path) -> None:
    log, packed = tmp_path / "audit.log", tmp_path / "audit.log.gz"
    log.write_bytes(event("alice") + b"\n" + event("noise") + b"\n")
    packed.write_bytes(gzip.compress(event("alice") + b"\nI1124 not an event\n"))
    result = run(log, packed, "--policy", policy)
    assert (0, LEFT + b"\n" + LEFT + b"\nI1124 not an event\n") == (result.exit_code, result.stdout_bytes)
    assert "3 events: 2 written, 1 left out; 1 lines that are no events, kept\n" == result.stderr


def test_standard_input_is_a_log_or_the_policy(policy: str, tmp_path: Path) -> None:
    assert LEFT + b"\n" == run("-", "--policy", policy, text=event("alice")).stdout_bytes
    log = tmp_path / "audit.log"
    log.write_bytes(event("noise"))
    result = run(log, "--policy", "-", text=POLICY.encode())
    assert (b"", "1 events: 0 written, 1 left out\n") == (result.stdout_bytes, result.stderr)
    result = run("-", "--policy", "-")
    sentence = "Error: expected standard input once, got it for the policy and for a log - name a file"
    assert (2, sentence) == (result.exit_code, result.output.splitlines()[-1])


def test_a_filtered_log_has_nothing_left_to_filter(tmp_path: Path) -> None:
    """What a policy wrote it would write again: the bundled log through the default preset, twice."""
    once = run(str(SAMPLE), "--policy", "recommended")
    log = tmp_path / "audit.log"
    log.write_bytes(once.stdout_bytes)
    again = run(log, "--policy", "recommended")
    assert once.stdout_bytes == again.stdout_bytes
    assert 0 < len(once.stdout_bytes.splitlines()) < 5000
