"""The two fluent-loggers for Node, driven by send.js: every mode, acks, shared key with user, TLS."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.delivery import PASSWORD, SHARED_KEY, USER, Certificates, Delivery, audit_lines

pytestmark = pytest.mark.peer("node")

TAG = "kube.audit.node-1"
ORG, OLD = "@fluent-org/logger", "fluent-logger"
MODES = [(ORG, "Message"), (ORG, "Forward"), (ORG, "PackedForward"), (ORG, "CompressedPackedForward")]
MODES += [(OLD, "Message"), (OLD, "PackedForward"), (OLD, "CompressedPackedForward")]
every_mode = pytest.mark.parametrize(("library", "mode"), MODES)
PLAIN_TEXT_TIME = 1_700_000_000_123  # 2023-11-14T22:13:20.123Z


def send(library: str, options: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Send events with `library`, and return what it reports: how many it calls sent, and its errors."""
    job = {"library": library, "tag": TAG, "options": options, "events": events}
    driver = Path(__file__).with_name("send.js")
    done = subprocess.run(
        ["node", driver], input=json.dumps(job), capture_output=True, text=True, timeout=60, check=True
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def options_for(library: str, mode: str, delivery: Delivery, *, acks: bool = True) -> dict[str, Any]:
    """Return the options, in the words of each library, that lead to `delivery`'s bridge."""
    address = {"host": "127.0.0.1", "port": delivery.bridge.port}
    if library == ORG:
        return {"eventMode": mode, "socket": address, **({"ack": {"ackTimeout": 20_000}} if acks else {})}
    return {"eventMode": mode, **address, "requireAckResponse": acks, "ackResponseTimeout": 20_000}


def secured_options(options: dict[str, Any], certificates: Certificates, key: str, password: str) -> dict[str, Any]:
    """Add key, user and TLS to `options`, in the words of the library that they are for."""
    security = {"clientHostname": "node-1", "sharedKey": key, "username": USER, "password": password}
    tls = {"ca": certificates.authority.read_text()}
    if "socket" in options:
        return options | {"security": security, "socket": options["socket"] | {"tls": tls}}
    return options | {"security": security, "tls": True, "tlsOptions": tls}


def records(lines: list[str]) -> list[dict[str, Any]]:
    """Return the events as an agent sends them: half as raw lines, half already parsed."""
    half = len(lines) // 2
    return [{"record": {"message": line}} for line in lines[:half]] + [
        {"record": json.loads(line)} for line in lines[half:]
    ]


@every_mode
def test_acked_events_are_in_loggly_once(library: str, mode: str, delivery: Delivery) -> None:
    """The logger calls all its events acknowledged, and Loggly has each once."""
    lines = audit_lines(20)
    report = send(library, options_for(library, mode, delivery), records(lines))
    assert len(delivery.among(lines)) == len(lines), "an ack came before the delivery"
    assert report == {"sent": 20, "errors": []}
    delivery.assert_delivered(lines)


@every_mode
def test_events_without_acks_arrive_too(library: str, mode: str, delivery: Delivery) -> None:
    """The old logger sends chunk ids in its packed modes even then, and never reads the acks."""
    lines = audit_lines(20)
    report = send(library, options_for(library, mode, delivery, acks=False), records(lines))
    assert report == {"sent": 20, "errors": []}
    delivery.assert_delivered(lines)


@every_mode
def test_key_user_and_tls_let_the_client_in(
    library: str, mode: str, secured: Delivery, certificates: Certificates
) -> None:
    lines = audit_lines(20)
    options = secured_options(options_for(library, mode, secured), certificates, SHARED_KEY, PASSWORD)
    assert send(library, options, records(lines)) == {"sent": 20, "errors": []}
    secured.assert_delivered(lines)


@pytest.mark.parametrize("library", [ORG, OLD])
@pytest.mark.parametrize(
    ("key", "password", "reason"),
    [("wrong", PASSWORD, "shared_key mismatch"), (SHARED_KEY, "wrong", "username/password mismatch")],
    ids=["key", "password"],
)
def test_a_wrong_secret_is_refused(
    library: str, secured: Delivery, certificates: Certificates, *, key: str, password: str, reason: str
) -> None:
    """The logger is told why, nothing of what it sends gets in, and the bridge's log names the reason."""
    lines = audit_lines(2)
    options = secured_options(options_for(library, "Message", secured), certificates, key, password)
    report = send(library, options, records(lines))
    assert report["sent"] == 0
    assert all(reason in error for error in report["errors"]), report
    assert [] == secured.among(lines)
    secured.bridge.wait_for_line(reason)


def test_no_ack_while_loggly_refuses(delivery: Delivery) -> None:
    """The logger's ack times out, and the events are delivered once when Loggly takes them again."""
    lines = audit_lines(4)
    options = options_for(ORG, "PackedForward", delivery) | {"ack": {"ackTimeout": 700}}
    with delivery.refused():
        report = send(ORG, options, records(lines))
        assert report == {"sent": 0, "errors": ["ack response timeout"] * len(lines)}
        assert [] == delivery.among(lines)
    delivery.assert_delivered(lines)


@pytest.mark.parametrize(
    ("library", "mode", "stamp", "expected"),
    [
        (ORG, "Forward", {"milliseconds": True}, "2023-11-14T22:13:20.123000Z"),  # EventTime
        (ORG, "Forward", {}, "2023-11-14T22:13:20.000000Z"),  # whole seconds
        (OLD, "Message", {"eventTime": True}, "2023-11-14T22:13:20.123000Z"),  # EventTime
        (OLD, "Message", {"milliseconds": True}, "2023-11-14T22:13:20.123000Z"),  # milliseconds, written as a float
        (OLD, "PackedForward", {}, "2023-11-14T22:13:20.000000Z"),  # whole seconds
    ],
)
def test_the_time_of_a_line_is_what_the_client_said(
    library: str, mode: str, delivery: Delivery, *, stamp: dict[str, bool], expected: str
) -> None:
    text = f"a plain line, {library} {mode} {stamp}"
    options = options_for(library, mode, delivery) | stamp
    event = {"record": {"message": text}, "milliseconds": PLAIN_TEXT_TIME}
    assert send(library, options, [event]) == {"sent": 1, "errors": []}
    assert expected == delivery.messages(text)[0]["timestamp"]
