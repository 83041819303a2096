"""fluent-logger-golang, which Docker's log driver is made of too, built from Debian's sources and driven by send.go."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.delivery import Certificates, Delivery, audit_lines
from tests.support.peers import GOPATH

pytestmark = [pytest.mark.peer("go"), pytest.mark.timeout(300)]  # an empty build cache: Go's own library is built first

SECONDS = 1_700_000_000  # 2023-11-14T22:13:20Z
Send = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def send(tmp_path_factory: pytest.TempPathFactory) -> Send:
    """Build send.go; the function that it returns runs it and returns what the logger reports."""
    program = tmp_path_factory.mktemp("go") / "send"
    environment = {**os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOPATH": str(GOPATH)}
    subprocess.run(["go", "build", "-o", program, Path(__file__).with_name("send.go")], env=environment, check=True)

    def run(
        port: int, messages: Sequence[str], authority: Path | None = None, nanoseconds: int = 0, **config: Any
    ) -> dict[str, Any]:
        events = [{"message": message, "nanoseconds": SECONDS * 10**9 + nanoseconds} for message in messages]
        job = {
            "config": {"fluent_host": "127.0.0.1", "fluent_port": port, **config},
            "tag": "kube.audit.node-1",
            "events": events,
        }
        trust = {"SSL_CERT_FILE": str(authority)} if authority else {}
        done = subprocess.run(
            [program],
            input=json.dumps(job),
            env={**os.environ, **trust},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return run


@pytest.mark.parametrize(
    "config",
    [{}, {"sub_second_precision": True}, {"marshal_as_json": True}, {"async": True, "sub_second_precision": True}],
    ids=["message", "event-time", "json", "async"],
)
def test_acked_events_are_in_loggly_once(config: dict[str, Any], send: Send, delivery: Delivery) -> None:
    """Each event waits for its own ack, in the serialization that it was sent in."""
    lines = audit_lines(10)
    report = send(delivery.bridge.port, lines, request_ack=True, **config)
    assert len(delivery.among(lines)) == len(lines), "an ack came before the delivery"
    assert report == {"sent": 10, "errors": []}
    delivery.assert_delivered(lines)


@pytest.mark.parametrize(
    "config", [{}, {"sub_second_precision": True}, {"marshal_as_json": True}], ids=["message", "event-time", "json"]
)
def test_events_without_acks_arrive_too(config: dict[str, Any], send: Send, delivery: Delivery) -> None:
    lines = audit_lines(10)
    assert send(delivery.bridge.port, lines, **config) == {"sent": 10, "errors": []}
    delivery.assert_delivered(lines)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"sub_second_precision": True}, "2023-11-14T22:13:20.123456Z"),
        ({}, "2023-11-14T22:13:20.000000Z"),
        ({"marshal_as_json": True}, "2023-11-14T22:13:20.000000Z"),
    ],
    ids=["event-time", "message", "json"],
)
def test_the_time_of_a_line_is_what_the_client_said(
    config: dict[str, Any], expected: str, send: Send, delivery: Delivery
) -> None:
    text = f"a plain line, golang {config}"
    report = send(delivery.bridge.port, [text], nanoseconds=123_456_789, request_ack=True, **config)
    assert report == {"sent": 1, "errors": []}
    assert expected == delivery.messages(text)[0]["timestamp"]


def test_tls_is_spoken_and_verified(send: Send, certificates: Certificates, tmp_path: Path) -> None:
    """The client trusts only the throw-away authority that signed the bridge's certificate."""
    lines = audit_lines(10)
    with Delivery(tmp_path, *certificates.settings) as delivery:
        report = send(delivery.bridge.port, lines, certificates.authority, fluent_network="tls", request_ack=True)
        assert report == {"sent": 10, "errors": []}
        delivery.assert_delivered(lines)


def test_a_client_without_the_key_is_not_acked(send: Send, secured: Delivery, certificates: Certificates) -> None:
    """This client cannot do the handshake: the bridge closes it and says what to set."""
    lines = audit_lines(1)
    report = send(
        secured.bridge.port,
        lines,
        certificates.authority,
        fluent_network="tls",
        request_ack=True,
        max_retry=1,
        retry_wait=1,
    )
    assert report["sent"] == 0
    assert len(report["errors"]) == 1
    assert [] == secured.among(lines)
    secured.bridge.wait_for_line("invalid ping message")
