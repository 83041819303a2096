"""The Forward port of the real process: heartbeats beside it, and how it stops."""

import signal
import socket
from pathlib import Path

import pytest

from bridge.client import Client, NotAcked, raw_chunk
from bridge.connection import Connection, Role
from tests.bridge.conftest import StartBridge
from tests.support.processes import BIN, TOKEN, Bridge, Process, Sandbox

LINE = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","verb":"get"}'


def request(lines: list[bytes], chunk_id: str | None) -> bytes:
    return Connection(Role(server=False), 2**20).send(raw_chunk("t", lines, chunk_id))


def test_udp_heartbeats_are_answered(bridge: Bridge) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(b"\0", ("127.0.0.1", bridge.port))
        assert (b"\0", ("127.0.0.1", bridge.port)) == client.recvfrom(16)


def test_sigterm_delivers_and_acks_what_was_taken_in(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """The sender hears its ack although the bridge was told to stop before Loggly had answered."""
    bridge = start_bridge("retry.initial=1ms", "retry.maximum=1ms")
    sandbox.script({"match": {}, "times": 1, "action": "respond", "status": 503, "delay_ms": 400})
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", [LINE] * 5, "last")
        client.send(chunk)
        bridge.wait_for_events(5)
        bridge.signal(signal.SIGTERM)
        client.acked(chunk)
    assert 0 == bridge.wait()
    assert 5 == len(sandbox.events())
    assert "stopped: everything taken in was delivered" in bridge.output


def test_sigterm_sends_what_nobody_waits_for(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Lines without an ack that still gather in a batch are not forgotten."""
    bridge = start_bridge("batch.max_age=1h")
    with Client("127.0.0.1", bridge.port) as client:
        client.send(raw_chunk("t", [LINE] * 3, None))
        bridge.wait_for_events(3)
    bridge.signal(signal.SIGTERM)
    assert 0 == bridge.wait()
    assert 3 == len(sandbox.events())


def test_a_client_without_acks_is_told_before_it_sends_in_vain(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """What it sends until it looks is still read; then it is its turn to close, and the bridge need not wait."""
    bridge = start_bridge("batch.max_age=1h")
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        client.sendall(request([LINE] * 3, None))
        bridge.wait_for_events(3)
        bridge.signal(signal.SIGTERM)
        assert b"" == client.recv(1), "the end of what the bridge says"
        client.sendall(request([LINE] * 2, None))
    assert 0 == bridge.wait()
    assert 5 == len(sandbox.events())


def test_a_chunk_is_not_taken_where_no_ack_can_follow(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge()
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        client.sendall(request([LINE], None))
        bridge.wait_for_events(1)
        bridge.signal(signal.SIGTERM)
        assert b"" == client.recv(1)
        client.sendall(request([LINE] * 2, "late"))
        assert 0 == bridge.wait()
    assert 1 == len(sandbox.events())


def test_no_new_client_while_it_stops(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge("retry.initial=1ms", "retry.maximum=1ms")
    sandbox.script({"match": {}, "times": 1, "action": "respond", "status": 503, "delay_ms": 600})
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", [LINE], "last")
        client.send(chunk)
        bridge.wait_for_events(1)
        bridge.signal(signal.SIGTERM)
        bridge.wait_for_line("stopping: ")
        with pytest.raises((OSError, NotAcked)):
            too_late(bridge)
        client.acked(chunk)
    assert 0 == bridge.wait()


def too_late(bridge: Bridge) -> None:
    with Client("127.0.0.1", bridge.port) as late:
        chunk = raw_chunk("t", [LINE], "late")
        late.send(chunk)
        late.acked(chunk)


@pytest.mark.parametrize("key", ["forward", "admin"])
def test_a_port_in_use(sandbox: Sandbox, tmp_path: Path, key: str) -> None:
    (tmp_path / "bridge.yaml").write_text("cluster: test\n")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        command: list[str | Path] = [BIN / "audit-bridge", "run", "--config", tmp_path / "bridge.yaml"]
        for one in (
            "forward.host=127.0.0.1",
            "forward.port=0",
            "admin.host=127.0.0.1",
            "admin.port=0",
            f"{key}.port={port}",
        ):
            command += ["--set", one]
        with Process(command, {"LOGGLY_TOKEN": TOKEN, "LOGGLY_URL": sandbox.url}) as bridge:
            assert 1 == bridge.wait()
    sentence = f"{key}: expected to listen on 127.0.0.1:{port}, got: address already in use - stop what holds the port, or set {key}.port"
    assert bridge.lines[-1] == sentence
