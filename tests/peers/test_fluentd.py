"""A real Fluentd tails an audit log and forwards it to a real bridge: everything arrives once, and is acked."""

import functools
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.agents import (
    KEY,
    NODE,
    PASSWORD,
    USER,
    Fluentd,
    Keys,
    Tree,
    append,
    arrive,
    bridge_config,
    differences,
    sample,
)
from tests.support.processes import Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("fluentd")

SECURITY = {"self_hostname": "fluentd.example.com", "shared_key": KEY}
LOGIN = {"username": USER, "password": PASSWORD}


@functools.cache
def version() -> tuple[int, ...]:
    said = subprocess.run(["fluentd", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, said.split()[-1].split(".")))


def tls(keys: Keys) -> dict[str, Any]:
    """Return what `forward` needs to trust the bridge's certificate."""
    return {"transport": "tls", "tls_cert_path": keys.authority, "server": {"name": "localhost"}}


def server_tls(keys: Keys) -> dict[str, Path]:
    return {"cert_file": keys.server, "key_file": keys.server_key}


PLAIN: dict[str, Tree] = {
    "acks": {},
    "no acks": {"require_ack_response": "false"},
    "gzip": {"compress": "gzip"},
    "zstd": {"compress": "zstd"},
    "keepalive": {"keepalive": "true"},
    "keepalive without acks": {"keepalive": "true", "require_ack_response": "false"},
    "one event a chunk": {"buffer tag": {"chunk_limit_records": "1", "flush_thread_count": "4"}},
}


@pytest.mark.parametrize(
    ("form", "parse"), [*((form, "none") for form in PLAIN), *((form, "json") for form in ("acks", "gzip", "zstd"))]
)
def test_every_event_arrives_once(tmp_path: Path, form: str, parse: str) -> None:
    """Whatever the form on the wire, each line is one event, with the node that the tag names."""
    if form == "zstd" and version() < (1, 19):
        pytest.skip("this Fluentd has no zstd; it came with 1.19")
    lines = sample(20 if form == "one event a chunk" else 1_000)
    append(tmp_path / "audit.log", lines)
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, PLAIN[form], parse=parse) as fluentd,
    ):
        events = arrive(lines, loggly, fluentd)
    assert ([], []) == differences(lines, events)
    assert {NODE} == {event["audit"]["node"] for event in events}


@pytest.mark.parametrize(("users", "keepalive"), [(False, "true"), (True, "false")], ids=["key", "users"])
def test_a_client_that_knows_the_key_is_let_in(tmp_path: Path, users: bool, keepalive: str) -> None:
    """Shared key alone, and with a user; the handshake once a connection."""
    lines = sample(500)
    append(tmp_path / "audit.log", lines)
    changes = {"security": SECURITY, "keepalive": keepalive, "server": LOGIN if users else {}}
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, key=True, users=users), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, changes) as fluentd,
    ):
        events = arrive(lines, loggly, fluentd)
    assert ([], []) == differences(lines, events)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"security": {**SECURITY, "shared_key": "another"}, "server": LOGIN},
            "connection refused to .*shared_key mismatch",
        ),
        (
            {"security": SECURITY, "server": {**LOGIN, "password": "another"}},
            "connection refused to .*username/password mismatch",
        ),
        (
            {"security": SECURITY, "server": {**LOGIN, "username": "nobody"}},
            "connection refused to .*username/password mismatch",
        ),
        (
            {"security": {**SECURITY, "self_hostname": "kube-audit-bridge"}, "server": LOGIN},
            "connection refused to .*same hostname on both sides",
        ),
        ({}, "unexpected error while receiving ack message"),  # it takes the bridge's HELO for an ack
    ],
    ids=["key", "password", "user", "hostname", "no key"],
)
def test_a_client_that_does_not_know_the_secrets_is_told_why(tmp_path: Path, changes: Tree, reason: str) -> None:
    """Fluentd logs the reason, keeps its buffer, and Loggly gets nothing."""
    append(tmp_path / "audit.log", sample(10))
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, users=True), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, changes) as fluentd,
    ):
        fluentd.wait_for_line(reason)
        assert fluentd.pending()
        assert [] == loggly.events()


@pytest.mark.parametrize(("mutual", "keepalive"), [(False, "false"), (True, "true")], ids=["one way", "mutual"])
def test_tls(tmp_path: Path, mutual: bool, keepalive: str) -> None:
    """Fluentd checks the bridge's certificate, and the bridge Fluentd's where it asks for one; key and user go within."""
    keys = Keys(tmp_path)
    lines = sample(500)
    append(tmp_path / "audit.log", lines)
    client = {"tls_client_cert_path": keys.client, "tls_client_private_key_path": keys.client_key}
    asked = server_tls(keys) | ({"client_ca_file": keys.authority} if mutual else {})
    changes = {
        **tls(keys),
        **(client if mutual else {}),
        "security": SECURITY,
        "keepalive": keepalive,
        "compress": "gzip",
        "server": {"name": "localhost", **LOGIN},
    }
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, users=True, tls=asked), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, changes) as fluentd,
    ):
        events = arrive(lines, loggly, fluentd)
    assert ([], []) == differences(lines, events)


def test_tls_refuses_a_client_without_a_certificate_where_one_is_wanted(tmp_path: Path) -> None:
    """The buffer stays, and Loggly gets nothing."""
    keys = Keys(tmp_path)
    append(tmp_path / "audit.log", sample(10))
    asked = server_tls(keys) | {"client_ca_file": keys.authority}
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path, tls=asked), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, tls(keys)) as fluentd,
    ):
        fluentd.wait_for_line("OpenSSL::SSL::SSLError")
        assert fluentd.pending()
        assert [] == loggly.events()


@pytest.mark.parametrize("kind", ["udp", "transport", "transport with key and TLS"])
def test_heartbeats_keep_an_idle_server_up(tmp_path: Path, kind: str) -> None:
    """Without answers Fluentd would detach the bridge after `hard_timeout`; it does not, and later lines arrive."""
    keys = Keys(tmp_path)
    secure = kind.endswith("TLS")
    lines = sample(100)
    append(tmp_path / "audit.log", lines[:50])
    changes = {
        "heartbeat_type": kind.split(maxsplit=1)[0],
        "heartbeat_interval": "0.2",
        "hard_timeout": "2s",
        **({**tls(keys), "security": SECURITY} if secure else {}),
    }
    config = bridge_config(tmp_path, key=secure, tls=server_tls(keys) if secure else None)
    with (
        Sandbox() as loggly,
        Bridge(config, loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port, changes, log_level="trace") as fluentd,
    ):
        arrive(lines[:50], loggly, fluentd)
        before = fluentd.output.count("sending heartbeat")
        wait_for(lambda: fluentd.output.count("sending heartbeat") > before + 15, naming="3 s of heartbeats")
        append(tmp_path / "audit.log", lines[50:])
        events = arrive(lines, loggly, fluentd)
        assert "detached" not in fluentd.output
        assert "failed to send heartbeat" not in fluentd.output
        assert "during heartbeat" not in fluentd.output
    assert ([], []) == differences(lines, events)


def test_a_rotated_log_is_followed(tmp_path: Path) -> None:
    """The API server renames its log and starts a new one, twice; no line is lost or comes twice."""
    lines = sample(900)
    log = tmp_path / "audit.log"
    append(log, lines[:300])
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url) as bridge,
        Fluentd(tmp_path, bridge.port) as fluentd,
    ):
        for number in (1, 2):
            fluentd.wait_for_line("fluentd worker is now running")
            log.rename(tmp_path / f"audit-{number}.log")
            append(log, lines[300 * number : 300 * number + 300])
            arrive(lines[: 300 * number + 300], loggly, fluentd)
        events = arrive(lines, loggly, fluentd)
    assert ([], []) == differences(lines, events)


@pytest.mark.parametrize(
    ("keepalive", "deadline"), [("false", "50s"), ("true", "500ms")], ids=["within the deadline", "past the deadline"]
)
def test_loggly_down_for_two_seconds(tmp_path: Path, keepalive: str, deadline: str) -> None:
    """Nothing is lost and nothing comes twice, even where Fluentd sends its chunks again meanwhile."""
    lines = sample(1_000)
    append(tmp_path / "audit.log", lines)
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url, f"forward.ack_deadline={deadline}") as bridge,
    ):
        loggly.script({"action": "pass", "times": 1}, {"action": "respond", "status": 503, "for_s": 2})
        with Fluentd(tmp_path, bridge.port, {"keepalive": keepalive}) as fluentd:
            events = arrive(lines, loggly, fluentd)
            resent = "regard it as unavailable" in fluentd.output
    assert ([], []) == differences(lines, events)
    assert resent == (deadline == "500ms")


def test_a_bridge_told_to_stop_and_started_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """What it has taken in is delivered and acked before it ends; the rest waits in Fluentd's buffer."""
    lines = sample(2_000)
    append(tmp_path / "audit.log", lines)
    port = free_port()
    with Sandbox() as loggly, Fluentd(tmp_path, port) as fluentd:
        for _ in range(2):
            with Bridge(bridge_config(tmp_path), loggly.url, f"forward.port={port}") as bridge:
                wait_for(loggly.events, naming="the first events")
                bridge.signal(signal.SIGTERM)
                assert 0 == bridge.wait()
        with Bridge(bridge_config(tmp_path), loggly.url, f"forward.port={port}"):
            events = arrive(lines, loggly, fluentd)
    assert ([], []) == differences(lines, events)


def test_a_bridge_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """What was not acked is sent again to the bridge that follows; only then may an event come twice."""
    lines = sample(2_000)
    append(tmp_path / "audit.log", lines)
    port = free_port()
    with Sandbox() as loggly, Fluentd(tmp_path, port) as fluentd:
        for _ in range(3):
            held = len(loggly.events())
            with Bridge(bridge_config(tmp_path), loggly.url, f"forward.port={port}") as bridge:
                wait_for(lambda held=held: len(loggly.events()) > held or not fluentd.pending(), naming="more events")  # type: ignore[misc]
                bridge.signal(signal.SIGKILL)
        with Bridge(bridge_config(tmp_path), loggly.url, f"forward.port={port}"):
            events = arrive(lines, loggly, fluentd)
    lost, _ = differences(lines, events)
    assert [] == lost


def free_port() -> int:
    """Return a port that nothing listens on, for a bridge that must come back to the same one."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
