"""One client of the real process, by real sockets."""

import json
import signal
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import msgpack
import pytest
import trustme

from bridge import handshake
from bridge.client import Client, NotAcked, raw_chunk
from bridge.connection import Connection, Role
from bridge.errors import RemoteProtocolError
from bridge.handshake import Secrets
from bridge.messages import Chunk, Mode
from tests.bridge.conftest import StartBridge
from tests.support.processes import Bridge, Sandbox, wait_for
from tests.support.wire import recorded

LINE = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get"}'


def event_lines(count: int, start: int = 0) -> list[bytes]:
    return [LINE % number for number in range(start, start + count)]


def audit_ids(sandbox: Sandbox) -> list[int]:
    return sorted(int(json.loads(event["raw"])["auditID"]) for event in sandbox.events())


def deliver(client: Client, chunk: Chunk) -> None:
    """Send a chunk and wait for its ack."""
    client.send(chunk)
    client.acked(chunk)


def try_once(bridge: Bridge, chunk: Chunk) -> None:
    with Client("127.0.0.1", bridge.port) as client:
        deliver(client, chunk)


def try_until_acked(bridge: Bridge, chunk: Chunk) -> None:
    """Be a sender that keeps its chunk."""

    def acked() -> bool:
        with suppress(NotAcked):
            try_once(bridge, chunk)
            return True
        return False

    wait_for(acked, naming="an ack")


def converse(bridge: Bridge, data: bytes, within: float = 10.0) -> bytes:
    """Send bytes, half-close, and return all that comes back until the bridge closes."""
    with socket.create_connection(("127.0.0.1", bridge.port), within) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(4096), b""))


@pytest.mark.parametrize("mode", [Mode.PACKED, Mode.FORWARD])
def test_an_ack_means_that_loggly_has_it(sandbox: Sandbox, bridge: Bridge, mode: Mode) -> None:
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("kube.audit.node-7", event_lines(50), mode.name, mode)
        deliver(client, chunk)
        assert list(range(50)) == audit_ids(sandbox)
    event = json.loads(sandbox.events()[0]["raw"])
    assert ("test", "node-7") == (event["audit"]["cluster"], event["audit"]["node"])


def test_no_ack_before_loggly_says_200(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """While Loggly refuses, the sender hears nothing; when it takes the batch, the ack comes."""
    bridge = start_bridge("retry.initial=50ms", "retry.maximum=50ms")
    sandbox.script({"match": {}, "times": 3, "action": "respond", "status": 503})
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", event_lines(1), "x")
        deliver(client, chunk)
    assert {"503": 3, "200": 1} == {status: count for status, count in sandbox.stats()["requests"].items() if count}
    assert 3 == bridge.output.count("Loggly: status 503; 1 events wait, next attempt in ")


def test_past_the_deadline_the_connection_is_closed_without_an_ack(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """The sender keeps the chunk; what the bridge already has still goes to Loggly."""
    bridge = start_bridge("forward.ack_deadline=300ms", "retry.initial=1s", "retry.maximum=1s")
    sandbox.script({"match": {}, "times": 1, "action": "respond", "status": 500, "delay_ms": 400})
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", event_lines(1), "x")
        client.send(chunk)
        with pytest.raises(NotAcked) as error:
            client.acked(chunk)
    assert str(error.value) == "the server closed the connection without an answer"
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: closed without an ack, Loggly has not taken its chunk within 0\.3 s")
    wait_for(lambda: audit_ids(sandbox) == [0], naming="the event")


def test_a_message_sent_again_past_the_deadline_joins_the_first(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Docker's driver has no other mode. Two events that are alike have the same id, and are two all the same."""
    bridge = start_bridge("forward.ack_deadline=300ms", "retry.initial=500ms", "retry.maximum=500ms")
    sandbox.script({"match": {}, "times": 1, "action": "respond", "status": 500, "delay_ms": 400})
    chunk = raw_chunk("t", event_lines(1), "x", Mode.MESSAGE)
    with Client("127.0.0.1", bridge.port) as client, pytest.raises(NotAcked):
        deliver(client, chunk)
    try_until_acked(bridge, chunk)
    assert [0] == audit_ids(sandbox)
    try_once(bridge, chunk)
    assert [0, 0] == audit_ids(sandbox)


def test_acks_come_in_order_one_write_each(sandbox: Sandbox, bridge: Bridge) -> None:
    """Chunks sent without waiting are acked in their order; the second ack is not glued to the first."""
    chunks = [raw_chunk("t", event_lines(10, start), str(start)) for start in (0, 10, 20)]
    sender = Connection(Role(server=False), 2**20)
    answer = converse(bridge, b"".join(sender.send(chunk) for chunk in chunks))
    assert b"".join(b"\x81\xa3ack" + msgpack.packb(chunk.chunk_id) for chunk in chunks) == answer
    assert list(range(30)) == audit_ids(sandbox)


def test_an_empty_chunk_is_acked_at_once(sandbox: Sandbox, bridge: Bridge) -> None:
    assert b"\x81\xa3ack\xa1e" == converse(bridge, b"\x93\xa1t\x90\x81\xa5chunk\xa1e")
    assert [] == sandbox.events()


def test_signals_are_acked_and_not_shipped(sandbox: Sandbox, bridge: Bridge) -> None:
    metrics = Connection(Role(server=False), 2**20).send(Chunk(Mode.PACKED, "t", b"\x00junk", chunk_id="m", signal=1))
    assert b"\x81\xa3ack\xa1m" == converse(bridge, metrics)
    assert [] == sandbox.events()


def test_lines_without_an_ack_go_when_the_batch_is_old(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge("batch.max_age=200ms")
    assert b"" == converse(bridge, Connection(Role(server=False), 2**20).send(raw_chunk("t", event_lines(3), None)))
    wait_for(lambda: audit_ids(sandbox) == [0, 1, 2], naming="three events")


@pytest.mark.parametrize("name", ["fluentd-1.18-packed-raw-ack", "fluentd-1.18-gzip-ack", "fluent-bit-5.1-gzip-ack"])
def test_a_recorded_connection_is_answered_as_it_was(sandbox: Sandbox, bridge: Bridge, name: str) -> None:
    for connection in recorded(name):
        assert b"".join(connection.server) == converse(bridge, connection.client)
    assert {"fluentd": 12, "fluent-": 18}[name[:7]] == len(sandbox.events())


def test_a_json_client_gets_json_acks(sandbox: Sandbox, bridge: Bridge) -> None:
    assert b'{"ack":"j"}' == converse(bridge, b'["t",1,{"message":"hello"},{"chunk":"j"}]')
    assert "hello" == json.loads(sandbox.events()[0]["raw"])["message"]


def test_heartbeats_are_not_answered(bridge: Bridge) -> None:
    """Fluentd opens a connection, sends nothing or nil, and closes."""
    assert b"" == converse(bridge, b"")
    assert b"" == converse(bridge, b"\xc0\xc0")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"GET / HTTP/1.1\r\n\r\n",
            "byte 0: expected a Forward request, an array or nil, got 'G', as an HTTP client sends: this port speaks Fluentd's Forward protocol",
        ),
        (
            b"\x16\x03\x01\x02\x00",
            "byte 0: expected a Forward request, an array or nil, got 0x16, as a TLS client sends: this port speaks plain TCP",
        ),
        (b"\x92\xa1t\xdb\x00\x00\x10\x00cut", "byte 11: the stream ended 11 bytes into the request that began at 0"),
    ],
)
def test_who_breaks_the_protocol_is_named(bridge: Bridge, data: bytes, sentence: str) -> None:
    assert b"" == converse(bridge, data)
    wait_for(lambda: sentence in bridge.output, naming=sentence)
    (line,) = [line for line in bridge.lines if sentence in line][-1:]
    assert "127.0.0.1:" in line


def test_what_came_before_the_error_is_delivered_and_acked(sandbox: Sandbox, bridge: Bridge) -> None:
    good = Connection(Role(server=False), 2**20).send(raw_chunk("t", event_lines(2), "good"))
    assert b"\x81\xa3ack\xa4good" == converse(bridge, good + b"\xc3")
    assert [0, 1] == audit_ids(sandbox)


def test_damage_inside_a_chunk_is_shipped_and_acked(sandbox: Sandbox, bridge: Bridge) -> None:
    """A resend would be damaged too: the good events, what is left of the bad one, and the ack."""
    good = raw_chunk("t", event_lines(1), "d")
    spoiled = Connection(Role(server=False), 2**20).send(
        Chunk(Mode.PACKED, "t", bytes(good.body) + b"\xc1", chunk_id="d")
    )
    assert b"\x81\xa3ack\xa1d" == converse(bridge, spoiled)
    errors = [json.loads(event["raw"])["audit"].get("parseError") for event in sandbox.events()]
    assert [None, "Forward protocol: 0xc1, a byte that MessagePack never uses"] == errors


def test_a_client_too_many_is_refused(start_bridge: StartBridge) -> None:
    bridge = start_bridge("limits.connections=1")
    with Client("127.0.0.1", bridge.port):
        wait_for(lambda: "audit_bridge_connections 1.0" in bridge.get("/metrics")[1], naming="the first connection")
        with pytest.raises((NotAcked, OSError)):
            try_once(bridge, raw_chunk("t", event_lines(1), "x"))
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: refused, 1 connections are open \(limits\.connections\)")


def test_an_idle_connection_is_closed(start_bridge: StartBridge) -> None:
    bridge = start_bridge("forward.idle_timeout=200ms")
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        assert b"" == client.recv(1)
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: closed, idle for 0\.2 s")


def test_reading_stops_while_loggly_does_not_answer(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Past the bound the bridge takes no more; when Loggly answers again it goes on, and nothing is missing."""
    bridge = start_bridge(
        "limits.unacked_bytes=100kB", "batch.max_bytes=50kB", "retry.initial=100ms", "retry.maximum=200ms"
    )
    sandbox.script({"match": {}, "for_s": 1.0, "action": "respond", "status": 503})
    sender = Connection(Role(server=False), 2**20)
    data = b"".join(sender.send(raw_chunk("t", event_lines(500, start), None)) for start in range(0, 20_000, 500))
    with socket.create_connection(("127.0.0.1", bridge.port), 30) as client:
        pushing = threading.Thread(target=client.sendall, args=(data,))
        pushing.start()
        wait_for(lambda: bridge.get("/readyz")[0] == 503, naming="not ready")
        assert (503, "too many bytes wait for Loggly (limits.unacked_bytes)\n") == bridge.get("/readyz")
        assert unacked(bridge) < 400_000
        pushing.join(30)
    wait_for(lambda: len(sandbox.events()) >= 20_000, naming="all events")
    assert list(range(20_000)) == audit_ids(sandbox)


def unacked(bridge: Bridge) -> float:
    (line,) = [
        line for line in bridge.get("/metrics")[1].splitlines() if line.startswith("audit_bridge_unacked_bytes ")
    ]
    return float(line.split()[1])


@pytest.fixture
def keyed(start_bridge: StartBridge, tmp_path: Path) -> Bridge:
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "users").write_text("# name:password\nalice:wonder:land\n")
    return start_bridge(f"forward.shared_key_file={tmp_path}/key", f"forward.users_file={tmp_path}/users")


def test_a_client_with_key_and_password(sandbox: Sandbox, keyed: Bridge) -> None:
    secrets = Secrets(b"s3cret", {"alice": "wonder:land"})
    with Client("127.0.0.1", keyed.port, secrets=secrets, username="alice") as client:
        chunk = raw_chunk("t", event_lines(1), "x")
        deliver(client, chunk)
    assert [0] == audit_ids(sandbox)


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        (Secrets(b"wrong", {"alice": "wonder:land"}), "shared_key mismatch"),
        (Secrets(b"s3cret", {"alice": "wrong"}), "username/password mismatch"),
    ],
)
def test_a_client_that_does_not_know_the_secrets(keyed: Bridge, secrets: Secrets, reason: str) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        Client("127.0.0.1", keyed.port, secrets=secrets, username="alice")
    assert str(error.value) == f"byte 0: the server refused the handshake: {reason}"
    keyed.wait_for_line(rf"127\.0\.0\.1:\d+: refused: {reason} \(host 'replay', user 'alice'\)")
    assert "s3cret" not in keyed.output
    assert "wonder" not in keyed.output


def test_a_client_without_the_key(keyed: Bridge) -> None:
    """Its data comes instead of a PING: it is told, and so is whoever reads the log."""
    answer = converse(keyed, Connection(Role(server=False), 2**20).send(raw_chunk("t", event_lines(1), "x")))
    assert answer.startswith(b"\x92\xa4HELO")
    assert answer.endswith(b"\x95\xa4PONG\xc2" + msgpack.packb(handshake.INVALID_PING) + b"\xa0\xa0")
    keyed.wait_for_line(r"closed, byte 0: invalid ping message: this port wants a shared key, and the client has none")


def test_a_client_that_says_nothing_has_no_place(start_bridge: StartBridge, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret")
    bridge = start_bridge(f"forward.shared_key_file={tmp_path}/key", "forward.handshake_timeout=200ms")
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        assert b"".join(iter(lambda: client.recv(4096), b"")).startswith(b"\x92\xa4HELO")
    assert time.monotonic() - begun < 5
    bridge.wait_for_line(r"closed, no handshake within 0\.2 s")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_settings(authority: trustme.CA, folder: Path) -> list[str]:
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return [f"forward.tls.cert_file={folder}/server.pem", f"forward.tls.key_file={folder}/server.pem"]


def test_tls(sandbox: Sandbox, start_bridge: StartBridge, authority: trustme.CA, tmp_path: Path) -> None:
    bridge = start_bridge(*tls_settings(authority, tmp_path))
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with Client("127.0.0.1", bridge.port, tls=context) as client:
        chunk = raw_chunk("t", event_lines(100), "x")
        deliver(client, chunk)
    assert 100 == len(audit_ids(sandbox))
    assert "with TLS" in bridge.output


def test_plain_text_on_a_tls_port(start_bridge: StartBridge, authority: trustme.CA, tmp_path: Path) -> None:
    bridge = start_bridge(*tls_settings(authority, tmp_path))
    with Client("127.0.0.1", bridge.port) as client, pytest.raises((NotAcked, OSError)):
        deliver(client, raw_chunk("t", event_lines(1), "x"))
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: closed, byte 0: expected TLS, got plain text: this port speaks TLS only")


def test_mutual_tls(sandbox: Sandbox, start_bridge: StartBridge, authority: trustme.CA, tmp_path: Path) -> None:
    """A client with a certificate of the authority is served, one without is not."""
    bridge = start_bridge(*tls_settings(authority, tmp_path), f"forward.tls.client_ca_file={tmp_path}/ca.pem")
    anonymous = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    known = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    authority.issue_cert("agent").configure_cert(known)
    chunk = raw_chunk("t", event_lines(1), "x")
    with Client("127.0.0.1", bridge.port, tls=anonymous) as client, pytest.raises((NotAcked, OSError)):
        deliver(client, chunk)
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: closed, byte 0: TLS failed: peer did not return a certificate")
    with Client("127.0.0.1", bridge.port, tls=known) as client:
        deliver(client, chunk)
    assert [0] == audit_ids(sandbox)


def packed(lines: list[bytes], chunk_id: str | None) -> bytes:
    return Connection(Role(server=False), 2**20).send(raw_chunk("t", lines, chunk_id))


def said(client: socket.socket, count: int) -> bytes:
    """Return the next bytes that the bridge says, so many of them."""
    answer = b""
    while len(answer) < count:
        answer += client.recv(count - len(answer)) or pytest.fail(f"closed after {answer!r}")
    return answer


ACK_X = b"\x81\xa3ack\xa1x"


def test_the_same_id_of_another_client_is_another_chunk(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Fluent Bit's ids are hashes of the content: two nodes with the same content have the same."""
    bridge = start_bridge()
    for address in ("127.0.0.1", "127.0.0.2"):
        with socket.create_connection(("127.0.0.1", bridge.port), 10, (address, 0)) as client:
            client.sendall(packed(event_lines(1), "x"))
            assert ACK_X == said(client, len(ACK_X))
    assert [0, 0] == audit_ids(sandbox)


def test_a_request_that_never_ends_is_closed(start_bridge: StartBridge) -> None:
    """Each byte comes in time, the whole never would."""
    bridge = start_bridge("forward.request_timeout=400ms", "forward.idle_timeout=10s")
    data = iter(packed(event_lines(100), "x"))
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        client.settimeout(0.05)
        begun = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() < begun + 10:
                client.sendall(bytes([next(data)]))
                with suppress(TimeoutError):
                    if client.recv(1) == b"":
                        break
        assert 0.4 <= time.monotonic() - begun < 5
    bridge.wait_for_line(r"127\.0\.0\.1:\d+: closed, its request has not ended within 0\.4 s")


def test_a_client_that_sends_whole_requests_is_not_taken_for_a_slow_one(
    sandbox: Sandbox, start_bridge: StartBridge
) -> None:
    """Whatever is sent in pieces that end in the middle of the next request, for longer than a request may take."""
    bridge = start_bridge("forward.request_timeout=400ms", "batch.max_age=50ms")
    data = b"".join(packed(event_lines(1, number), None) for number in range(16))
    size = len(data) // 16
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        for start in range(0, len(data), size):
            client.sendall(data[:10] if start == 0 else data[start - size + 10 : start + 10])
            bridge.wait_for_events(start // size)
            time.sleep(0.05)  # the pieces' own rhythm, slower than the bound in all
        client.sendall(data[-size + 10 :])
        wait_for(lambda: audit_ids(sandbox) == list(range(16)), naming="all events")


def test_of_many_unfinished_requests_one_at_a_time_goes_on(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Together they hold more than the bridge may: all but the first stop, and in the end every one is acked."""
    bridge = start_bridge("limits.unacked_bytes=200kB", "batch.max_age=50ms")
    requests = [packed(event_lines(1_500, 1_500 * number), "x") for number in range(8)]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", bridge.port), 30, (f"127.0.0.{number + 1}", 0)))
            for number in range(8)
        ]
        for client, request in zip(clients, requests, strict=True):
            client.sendall(request[:40_000])
        with ThreadPoolExecutor(8) as threads:
            rest = [request[40_000:] for request in requests]
            list(threads.map(socket.socket.sendall, clients, rest))
            assert [ACK_X] * 8 == list(threads.map(said, clients, [len(ACK_X)] * 8))
    assert list(range(12_000)) == audit_ids(sandbox)


def test_a_request_that_was_cut_takes_nobody_elses_place(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Its client waits for an ack while Loggly is down; what will never be whole does not count as unfinished."""
    bridge = start_bridge("limits.unacked_bytes=100kB")
    sandbox.script({"match": {}, "for_s": 60, "action": "respond", "status": 503})
    with (
        socket.create_connection(("127.0.0.1", bridge.port), 10) as cut,
        socket.create_connection(("127.0.0.1", bridge.port), 10) as other,
    ):
        cut.sendall(packed(event_lines(1), "x") + packed(event_lines(1_000, 1), "y")[:90_000])
        cut.shutdown(socket.SHUT_WR)
        bridge.wait_for_line("the stream ended 90,000 bytes into the request")
        other.sendall(packed(event_lines(3_000, 5_000), "z"))
        bridge.wait_for_events(3_001)
    sandbox.script()


def test_what_no_ack_is_asked_for_goes_to_the_disk_while_there_is_no_room(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """The room is full of what the disk has given; a chunk as large as the room still comes in."""
    bridge = start_bridge(f"spool.path={tmp_path}/spool", "limits.unacked_bytes=1MB", "batch.max_age=50ms")
    sandbox.script({"match": {}, "for_s": 60, "action": "respond", "status": 503})
    with socket.create_connection(("127.0.0.1", bridge.port), 10) as client:
        for number in range(3):
            client.sendall(packed(event_lines(5_000, 5_000 * number), None))
        bridge.wait_for_events(15_000)
    sandbox.script()
    wait_for(lambda: len(sandbox.events()) >= 15_000)
    assert list(range(15_000)) == audit_ids(sandbox)


def test_one_that_sends_much_does_not_keep_out_one_that_sends_little(
    sandbox: Sandbox, start_bridge: StartBridge
) -> None:
    """While one client fills all the room that there is, again and again, the ack of another comes in time."""
    bridge = start_bridge("limits.unacked_bytes=100kB", "batch.max_bytes=50kB", "batch.max_age=50ms")
    sandbox.script({"match": {}, "action": "pass", "delay_ms": 20})
    flood = b"".join(packed(event_lines(500, start), None) for start in range(0, 20_000, 500))
    with (
        socket.create_connection(("127.0.0.1", bridge.port), 30) as much,
        socket.create_connection(("127.0.0.1", bridge.port), 30) as little,
    ):
        pushing = threading.Thread(target=much.sendall, args=(flood,))
        pushing.start()
        bridge.wait_for_events(2_000)
        little.sendall(packed(event_lines(1, 90_000), "x"))
        assert ACK_X == said(little, len(ACK_X))
        assert len(sandbox.events()) < 15_000, "long before the other is through"
        sandbox.script()
        pushing.join(30)
    wait_for(lambda: len(sandbox.events()) == 20_001, naming="all events")


def test_a_new_certificate_is_for_new_connections(
    sandbox: Sandbox, start_bridge: StartBridge, authority: trustme.CA, tmp_path: Path
) -> None:
    """The connection that stands goes on; whoever trusts the new authority alone is served too."""
    bridge = start_bridge(*tls_settings(authority, tmp_path))
    old = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with Client("127.0.0.1", bridge.port, tls=old) as standing:
        deliver(standing, raw_chunk("t", event_lines(1, 0), "a"))
        tls_settings(trustme.CA(), tmp_path)
        new = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        bridge.signal(signal.SIGHUP)
        bridge.wait_for_line("secrets and certificates read again")
        with Client("127.0.0.1", bridge.port, tls=new) as client:
            deliver(client, raw_chunk("t", event_lines(1, 1), "b"))
        deliver(standing, raw_chunk("t", event_lines(1, 2), "c"))
        with pytest.raises(ssl.SSLCertVerificationError):
            Client("127.0.0.1", bridge.port, tls=old)
    assert [0, 1, 2] == audit_ids(sandbox)


def test_an_ack_does_not_wait_for_those_who_send_nothing(start_bridge: StartBridge) -> None:
    """An idle connection that has asked for acks before might add to a batch; nobody waits long for it."""
    bridge = start_bridge("batch.max_age=1h")
    with ExitStack() as stack:
        idle, busy = (stack.enter_context(socket.create_connection(("127.0.0.1", bridge.port), 10)) for _ in range(2))
        for client in (idle, busy, busy):
            client.sendall(packed(event_lines(1), "x"))
            assert ACK_X == said(client, len(ACK_X))
