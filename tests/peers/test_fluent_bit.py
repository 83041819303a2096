"""A real Fluent Bit tails an audit log and forwards it to a real bridge: everything arrives once, and is acked."""

from pathlib import Path

import pytest

from tests.support.agents import (
    KEY,
    NODE,
    PASSWORD,
    USER,
    FluentBit,
    Keys,
    Tree,
    append,
    arrive,
    bridge_config,
    differences,
    sample,
)
from tests.support.processes import Bridge, Sandbox

pytestmark = pytest.mark.peer("fluent-bit")

SECURITY = {"shared_key": KEY, "self_hostname": "fluent-bit.example.com"}
LOGIN = {"username": USER, "password": PASSWORD}

FORMS: dict[str, Tree] = {
    "acks": {},
    "no acks": {"require_ack_response": False},
    "no metadata": {"retain_metadata_in_forward_mode": False},
    "no metadata, no acks": {"retain_metadata_in_forward_mode": False, "require_ack_response": False},
    "gzip": {"compress": "gzip"},
    "gzip, no metadata": {"compress": "gzip", "retain_metadata_in_forward_mode": False},
    "integer times": {"time_as_integer": True},
    "options": {"send_options": True, "add_option": "cluster test"},
    "message mode": {"tag": "kube.audit.$TAG[2]"},
    "no keepalive": {"net.keepalive": False},
}
RECORDS: dict[str, Tree] = {"log": {}, "message": {"key": "message"}, "parsed": {"parser": "audit"}}


@pytest.mark.parametrize(
    ("form", "record"),
    [
        *((form, "log") for form in FORMS),
        *((form, record) for form in ("acks", "gzip, no metadata") for record in ("message", "parsed")),
    ],
)
def test_every_event_arrives_once(tmp_path: Path, form: str, record: str) -> None:
    """Whatever the form on the wire and the record, each line is one event, with the node that the tag names."""
    lines = sample(1_000)
    append(tmp_path / "audit.log", lines)
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url) as bridge,
        FluentBit(tmp_path, bridge.port, FORMS[form], tail=RECORDS[record]) as fluent_bit,
    ):
        events = arrive(lines, loggly, fluent_bit)
    assert ([], []) == differences(lines, events)
    assert {NODE} == {event["audit"]["node"] for event in events}


@pytest.mark.parametrize("users", [False, True], ids=["key", "users"])
def test_a_client_that_knows_the_key_is_let_in(tmp_path: Path, users: bool) -> None:
    """Shared key alone, and with a user."""
    lines = sample(500)
    append(tmp_path / "audit.log", lines)
    changes = SECURITY | (LOGIN if users else {})
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, key=True, users=users), loggly.url) as bridge,
        FluentBit(tmp_path, bridge.port, changes) as fluent_bit,
    ):
        events = arrive(lines, loggly, fluent_bit)
    assert ([], []) == differences(lines, events)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({**SECURITY, **LOGIN, "shared_key": "another"}, "failed authorization: shared_key mismatch"),
        ({**SECURITY, **LOGIN, "password": "another"}, "failed authorization: username/password mismatch"),
        ({}, "cannot get ack|failed to flush chunk"),
    ],
    ids=["key", "password", "no key"],
)
def test_a_client_that_does_not_know_the_secrets_is_told_why(tmp_path: Path, changes: Tree, reason: str) -> None:
    """Fluent Bit logs the reason, keeps its chunks, and Loggly gets nothing."""
    append(tmp_path / "audit.log", sample(10))
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, users=True), loggly.url) as bridge,
        FluentBit(tmp_path, bridge.port, changes) as fluent_bit,
    ):
        fluent_bit.wait_for_line(reason)
        assert fluent_bit.pending()
        assert [] == loggly.events()


@pytest.mark.parametrize("mutual", [False, True], ids=["one way", "mutual"])
def test_tls(tmp_path: Path, mutual: bool) -> None:
    """Fluent Bit checks the bridge's certificate and its name, and the bridge Fluent Bit's where it asks for one."""
    keys = Keys(tmp_path)
    lines = sample(500)
    append(tmp_path / "audit.log", lines)
    asked = {"cert_file": keys.server, "key_file": keys.server_key}
    changes = {
        "host": "localhost",
        "tls": True,
        "tls.verify": True,
        "tls.verify_hostname": True,
        "tls.ca_file": str(keys.authority),
        "compress": "gzip",
        **SECURITY,
        **LOGIN,
    }
    if mutual:
        asked["client_ca_file"] = keys.authority
        changes |= {"tls.crt_file": str(keys.client), "tls.key_file": str(keys.client_key)}
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, users=True, tls=asked), loggly.url) as bridge,
        FluentBit(tmp_path, bridge.port, changes) as fluent_bit,
    ):
        events = arrive(lines, loggly, fluent_bit)
    assert ([], []) == differences(lines, events)


@pytest.mark.parametrize(
    ("metadata", "deadline"), [(True, "50s"), (False, "500ms")], ids=["within the deadline", "past the deadline"]
)
def test_loggly_down_for_two_seconds(tmp_path: Path, metadata: bool, deadline: str) -> None:
    """Nothing is lost and nothing comes twice, even where Fluent Bit sends its chunks again meanwhile."""
    lines = sample(1_000)
    append(tmp_path / "audit.log", lines)
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url, f"forward.ack_deadline={deadline}") as bridge,
    ):
        loggly.script({"action": "respond", "status": 503, "for_s": 2})
        with FluentBit(tmp_path, bridge.port, {"retain_metadata_in_forward_mode": metadata}) as fluent_bit:
            events = arrive(lines, loggly, fluent_bit)
            resent = "failed to flush chunk" in fluent_bit.output
    assert ([], []) == differences(lines, events)
    assert resent == (deadline == "500ms")
