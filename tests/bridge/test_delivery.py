"""What Loggly refuses and what a crash interrupts, with the real process."""

import json
import signal
import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from bridge.batch import Batch
from bridge.client import Client, NotAcked, raw_chunk
from bridge.connection import Connection, Role
from bridge.delivery import OWN_WORDS, newest_seconds
from bridge.messages import Mode
from tests.bridge.conftest import StartBridge
from tests.support.processes import TOKEN, Bridge, Sandbox, wait_for

LINE = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get"}'


def event_lines(count: int, start: int = 0) -> list[bytes]:
    return [LINE % number for number in range(start, start + count)]


def held(sandbox: Sandbox) -> list[int]:
    return sorted(int(json.loads(event["raw"])["auditID"]) for event in sandbox.events())


def deliver(bridge: Bridge, lines: list[bytes], chunk_id: str = "x") -> None:
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", lines, chunk_id)
        client.send(chunk)
        client.acked(chunk)


def test_one_poisoned_event_becomes_a_dead_letter(sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path) -> None:
    """Its neighbours arrive, it is on disk with Loggly's answer, and the chunk is acked."""
    bridge = start_bridge(f"dead_letter.path={tmp_path}/letters")
    sandbox.script({"match": {"contains": '"auditID":"777"'}, "action": "respond", "status": 400, "body": "no"})
    deliver(bridge, event_lines(2_000))
    assert [number for number in range(2_000) if number != 777] == held(sandbox)
    with sqlite3.connect(tmp_path / "letters") as letters:
        ((answer, line),) = letters.execute("SELECT answer, line FROM rows").fetchall()
    letters.close()
    assert ("status 400 (no)", "777") == (answer, json.loads(line)["auditID"])


def test_a_sender_of_one_event_at_a_time_is_not_stopped_by_a_poisoned_one(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """Docker's driver waits for its ack: no other event comes that could show who is at fault, so the bridge sends one."""
    bridge = start_bridge(f"dead_letter.path={tmp_path}/letters", "retry.probe=50ms", "cluster=here")
    sandbox.script({"match": {"contains": '"auditID":"1"'}, "action": "respond", "status": 400})
    for number in range(3):
        deliver(bridge, event_lines(1, number), str(number))
    events = [json.loads(event["raw"]) for event in sandbox.events()]
    assert [("0", None), (None, OWN_WORDS), ("2", None)] == [
        (event.get("auditID"), event.get("message")) for event in events
    ]
    assert {"cluster": "here"} == events[1]["audit"]


def test_a_batch_above_a_hidden_limit_is_halved(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge()
    sandbox.script({"match": {}, "times": 2, "action": "respond", "status": 413})
    deliver(bridge, event_lines(1_000))
    assert list(range(1_000)) == held(sandbox)


@pytest.mark.parametrize("status", [404, 302])
def test_what_nobody_documents_is_held_and_resumes(sandbox: Sandbox, start_bridge: StartBridge, status: int) -> None:
    bridge = start_bridge("retry.probe=50ms")
    sandbox.script({"match": {}, "times": 5, "action": "respond", "status": status})
    deliver(bridge, event_lines(100))
    assert list(range(100)) == held(sandbox)
    assert f"HELD: Loggly answers status {status}" in bridge.output


def test_a_refused_token_is_replaced_without_a_restart(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """The probe is an hour away; the new token wakes it."""
    (tmp_path / "token").write_text("wrong")
    bridge = start_bridge(f"loggly.token_file={tmp_path}/token", "retry.probe=1h")
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", event_lines(10), "x")
        client.send(chunk)
        bridge.wait_for_line("HELD: Loggly answers status 403")
        bridge.wait_for_metric("audit_bridge_held", 1)
        (tmp_path / "token").write_text(TOKEN)
        client.acked(chunk)
    assert list(range(10)) == held(sandbox)
    bridge.wait_for_line("no longer held")
    assert "audit_bridge_held 0.0" in bridge.get("/metrics")[1]


def test_kubernetes_replaces_the_token(sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path) -> None:
    """A mounted Secret changes by the swap of a symlink; the path that the settings name stays what it was."""
    for name, token in (("first", "wrong"), ("second", TOKEN)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "token").write_text(token)
    (tmp_path / "..data").symlink_to("first")
    (tmp_path / "token").symlink_to("..data/token")
    bridge = start_bridge(f"loggly.token_file={tmp_path}/token", "retry.probe=1h")
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", event_lines(10), "x")
        client.send(chunk)
        bridge.wait_for_line("HELD: Loggly answers status 403")
        (tmp_path / "..data_tmp").symlink_to("second")
        (tmp_path / "..data_tmp").rename(tmp_path / "..data")
        client.acked(chunk)
    assert list(range(10)) == held(sandbox)


def test_what_waits_for_room_is_delivered_before_the_end(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """SIGTERM while chunks are read and not even judged: every one of them is delivered and acked."""
    bridge = start_bridge("limits.unacked_bytes=50kB", "batch.max_bytes=50kB", "retry.initial=50ms")
    sandbox.script({"match": {}, "for_s": 1, "action": "respond", "status": 503})
    chunks = [raw_chunk("t", event_lines(400, 400 * number), str(number)) for number in range(5)]
    with ExitStack() as stack:
        clients = [stack.enter_context(Client("127.0.0.1", bridge.port)) for _ in chunks]
        for client, chunk in zip(clients, chunks, strict=True):
            client.send(chunk)
        bridge.wait_for_metric("audit_bridge_connections", 5)
        wait_for(lambda: bridge.get("/readyz")[0] == 503, naming="a full room")
        bridge.signal(signal.SIGTERM)
        acked = 0
        for client, chunk in zip(clients, chunks, strict=True):
            with suppress(NotAcked, OSError):  # not read any more when the signal came
                client.acked(chunk)
                acked += 1
    assert 0 == bridge.wait()
    assert (400 * acked, True) == (len(held(sandbox)), acked > 1)
    assert "stopped: everything taken in was delivered" in bridge.output


def test_sighup_reads_secrets_again(start_bridge: StartBridge, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    bridge = start_bridge(f"loggly.token_file={tmp_path}/token")
    bridge.signal(signal.SIGHUP)
    bridge.wait_for_line("secrets and certificates read again")
    (tmp_path / "token").write_text("")
    bridge.wait_for_line(r"secrets and certificates stay as they are: .*/token \(loggly\.token_file\): expected")


def test_a_foreign_200_is_counted_and_shown(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge()
    sandbox.script({"match": {}, "times": 1, "action": "respond", "status": 200, "body": "<html>Welcome</html>"})
    deliver(bridge, event_lines(1))
    bridge.wait_for_line("a 200 whose body is not Loggly's")
    assert "audit_bridge_loggly_foreign_answers_total 1.0" in bridge.get("/metrics")[1]


def test_a_chunk_sent_again_joins_the_first(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """In flight and after delivery: one upload, every sender acked."""
    bridge = start_bridge("retry.initial=200ms", "retry.maximum=200ms")
    sandbox.script({"match": {}, "times": 2, "action": "respond", "status": 503})
    chunk = raw_chunk("t", event_lines(10), "same")
    with Client("127.0.0.1", bridge.port) as first, Client("127.0.0.1", bridge.port) as second:
        first.send(chunk)
        second.send(chunk)
        first.acked(chunk)
        second.acked(chunk)
    deliver(bridge, event_lines(10), "same")
    assert (list(range(10)), True) == (
        held(sandbox),
        "audit_bridge_duplicates_joined_total 2.0" in bridge.get("/metrics")[1],
    )


def test_messages_never_join(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """Their ids are no promise that the content is the same."""
    bridge = start_bridge()
    sender = Connection(Role(server=False), 2**20)
    with Client("127.0.0.1", bridge.port) as client:
        for _ in range(2):
            chunk = raw_chunk("t", event_lines(1), "same", Mode.MESSAGE)
            client.send(chunk)
            client.acked(chunk)
    assert sender.pending == 0
    assert [0, 0] == held(sandbox)


def test_what_a_sender_does_not_keep_survives_a_kill(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """Without acks, Loggly down: the spool has it before the kill, and the next process delivers it in order."""
    spool = f"spool.path={tmp_path}/spool"
    sandbox.script({"match": {}, "for_s": 60, "action": "respond", "status": 503})
    bridge = start_bridge(spool)
    with Client("127.0.0.1", bridge.port) as client:
        client.send(raw_chunk("t", event_lines(500), None))
        bridge.wait_for_metric("audit_bridge_spool_bytes", 500 * 100)
    bridge.signal(signal.SIGKILL)
    bridge.wait()
    sandbox.script()
    again = start_bridge(spool)
    wait_for(lambda: len(sandbox.events()) >= 500, naming="what was in the spool")
    assert list(range(500)) == [int(json.loads(event["raw"])["auditID"]) for event in sandbox.events()]
    wait_for(lambda: "audit_bridge_spool_bytes 0.0" in again.get("/metrics")[1], naming="an empty spool")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (b'{"timestamp":"1970-01-01T00:01:00.500000Z","audit":{}}', 60.5),
        (b'{"timestamp":"nonsense","audit":{}}', None),
        (b"{}", None),
    ],
)
def test_the_time_of_the_newest_event(line: bytes, seconds: float | None) -> None:
    assert seconds == newest_seconds(Batch((), 0.0, [b"{}", line]))
