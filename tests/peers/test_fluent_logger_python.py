"""fluent-logger from PyPI, which `audit-bridge replay` sends with: it never asks for acks, and has no TLS and no key."""

import json
from typing import Any

import pytest
from fluent import asyncsender, sender

from tests.support.delivery import Delivery, audit_lines

pytestmark = pytest.mark.peer("fluent-logger")

TAG = "kube.audit.node-1"
SECONDS = 1_700_000_000  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize("kind", [sender.FluentSender, asyncsender.FluentSender], ids=["sync", "async"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_events_are_in_loggly_once(kind: Any, nanoseconds: bool, delivery: Delivery) -> None:
    """Raw lines and parsed records, with whole seconds or EventTime."""
    lines = audit_lines(20)
    client = kind(TAG, host="127.0.0.1", port=delivery.bridge.port, nanosecond_precision=nanoseconds)
    sent = [client.emit(None, {"message": line}) for line in lines[:10]]
    sent += [client.emit(None, json.loads(line)) for line in lines[10:]]
    client.close()
    assert all(sent)
    delivery.assert_delivered(lines)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (SECONDS, "2023-11-14T22:13:20.000000Z"),
        (SECONDS + 0.123, "2023-11-14T22:13:20.123000Z"),
        (sender.EventTime(SECONDS + 0.5), "2023-11-14T22:13:20.500000Z"),
    ],
    ids=["int", "float", "event-time"],
)
def test_the_time_of_a_line_is_what_the_client_said(time: Any, expected: str, delivery: Delivery) -> None:
    text = f"a plain line, python {type(time).__name__}"
    client = sender.FluentSender(TAG, host="127.0.0.1", port=delivery.bridge.port)
    assert client.emit_with_time(None, time, {"message": text})
    client.close()
    assert expected == delivery.messages(text)[0]["timestamp"]


def test_what_was_sent_while_no_bridge_listened_follows(delivery: Delivery) -> None:
    """The client keeps what it could not send, and sends it with the next event."""
    lines = audit_lines(3)
    client = sender.FluentSender(TAG, host="127.0.0.1", port=1)  # nothing listens there
    assert [False, False] == [client.emit(None, {"message": line}) for line in lines[:2]]
    client.port = delivery.bridge.port
    assert client.emit(None, {"message": lines[2]})
    client.close()
    delivery.assert_delivered(lines)
