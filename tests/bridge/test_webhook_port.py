"""When a batch is answered, and with what: the real process, Loggly failing, kills."""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.bridge.conftest import StartBridge
from tests.support.events import sample_lines
from tests.support.processes import Bridge, Sandbox, wait_for
from tests.support.webhook import Poster, event_list, webhook_port

QUICK = ("retry.initial=50ms", "retry.maximum=100ms")
LOCAL = ("webhook.host=127.0.0.1", "webhook.port=0", *QUICK)
LINES = sample_lines()
FULL = "too many bytes wait for Loggly (limits.unacked_bytes)"


@contextmanager
def refusing(sandbox: Sandbox) -> Iterator[None]:
    """Let Loggly answer 503 to everything meanwhile."""
    sandbox.script({"match": {}, "for_s": 3600, "action": "respond", "status": 503})
    try:
        yield
    finally:
        sandbox.script()


def held(sandbox: Sandbox) -> list[tuple[str, str]]:
    return sorted((event["auditID"], event["stage"]) for event in map(_event, sandbox.events()))


def _event(stored: dict[str, str]) -> dict[str, str]:
    event: dict[str, str] = json.loads(stored["raw"])
    return event


def sent(lines: list[bytes]) -> list[tuple[str, str]]:
    return sorted((event["auditID"], event["stage"]) for event in map(json.loads, lines))


@pytest.fixture(scope="module")
def plain(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Start a bridge without a spool, on which several tests look in their order."""
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("cluster: test\n")
    with Bridge(config, shared_sandbox.url, *LOCAL) as bridge:
        yield bridge


def test_without_a_spool_it_is_answered_when_loggly_has_it(sandbox: Sandbox, plain: Bridge) -> None:
    bridge = plain
    with ThreadPoolExecutor(1) as pool, Poster(webhook_port(bridge)) as client:
        with refusing(sandbox):
            answer = pool.submit(client.post, event_list(LINES[:20]), path="/nodes/cp-1")
            bridge.wait_for_metric('audit_bridge_loggly_requests_total{code="503"}', 2)
            assert not answer.done()
        assert (200, "") == answer.result(20)
    assert sent(LINES[:20]) == held(sandbox)
    assert {"cp-1"} == {event["event"]["json"]["audit"]["node"] for event in sandbox.events()}
    metrics = bridge.get("/metrics")[1]
    assert 'audit_bridge_events_received_total{source="webhook"} 20.0' in metrics
    assert 'audit_bridge_webhook_requests_total{code="200"} 1.0' in metrics


def test_with_a_spool_it_is_answered_when_it_is_on_the_disk(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """Killed then, and started again, the bridge delivers all that it has answered for."""
    settings = (*LOCAL, f"spool.path={tmp_path}/spool")
    with refusing(sandbox):
        bridge = start_bridge(*settings)
        with Poster(webhook_port(bridge)) as client:
            for start in range(0, 200, 50):
                assert (200, "") == client.post(event_list(LINES[start : start + 50]))
        bridge.signal(signal.SIGKILL)
        bridge.wait()
    start_bridge(*settings)
    wait_for(lambda: len(sandbox.events()) >= 200)
    assert sent(LINES[:200]) == held(sandbox)


def test_an_outage_fills_the_spool_and_not_the_room(
    sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path
) -> None:
    """More than `limits.unacked_bytes` is answered with 200 while Loggly is away; a full spool answers 429."""
    bridge = start_bridge(
        *LOCAL,
        f"spool.path={tmp_path}/spool",
        "spool.max_bytes=600kB",
        "limits.unacked_bytes=100kB",
        "batch.max_age=50ms",
    )
    with refusing(sandbox), Poster(webhook_port(bridge)) as client:
        answers = [client.post(event_list(LINES[start : start + 50])) for start in range(0, 350, 50)]
        assert [(200, "")] * 7 == answers
        with Poster(webhook_port(bridge)) as waiting, ThreadPoolExecutor(1) as pool:
            last = pool.submit(waiting.post, event_list(LINES[1_000:1_300]))
            bridge.wait_for_line("nothing more is read until there is room")
            status, sentence = client.post(event_list(LINES[:1]))
            assert (429, True) == (status, "spool.max_bytes" in sentence)
            assert "3" == client.headers["Retry-After"]
            sandbox.script()
            assert (200, "") == last.result(30)
    wanted = sent(LINES[:350] + LINES[1_000:1_300])
    wait_for(lambda: len(sandbox.events()) >= len(wanted))
    assert wanted == held(sandbox)


def test_where_there_is_no_room_a_batch_is_sent_back(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """At once by its headers, or after its time where it has come already; 503 where Loggly is late. Sent again it joins the first."""
    bridge = start_bridge(*LOCAL, "limits.unacked_bytes=50kB", "webhook.answer_deadline=300ms")
    first, second = event_list(LINES[:100]), event_list(LINES[100:120])
    late = "neither Loggly nor the spool has taken the batch within 0.3 s (webhook.answer_deadline)"
    with refusing(sandbox), Poster(webhook_port(bridge)) as client:
        assert (503, late) == client.post(first)
        assert "3" == client.headers["Retry-After"]
        assert (429, FULL) == client.post(second)
        assert "3" == client.headers["Retry-After"]
        assert (503, FULL + "\n") == bridge.get("/readyz")
    wait_for(lambda: bridge.get("/readyz")[0] == 200)
    with Poster(webhook_port(bridge)) as client:
        assert [(200, ""), (200, "")] == [client.post(first), client.post(second)]
    assert sent(LINES[:120]) == held(sandbox), "and none twice"
    assert "audit_bridge_duplicates_joined_total 1.0" in bridge.get("/metrics")[1]


def test_what_is_no_list_is_refused_and_what_is_good_goes_on(sandbox: Sandbox, plain: Bridge) -> None:
    bridge = plain
    with Poster(webhook_port(bridge)) as client:
        status, sentence = client.post(b'{"kind":"Event"}')
        assert (400, "expected an EventList of audit.k8s.io, got no kind EventList of audit.k8s.io") == (
            status,
            sentence,
        )
        assert 400 == client.post(b"\xff")[0]
        bridge.wait_for_line("answered with 400, expected an EventList")
        body = event_list(LINES[:3])
        assert (200, "") == client.post([body[:10], body[10:]])
    assert sent(LINES[:3]) == held(sandbox)


def test_sigterm_answers_what_has_come_whole(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """What is still coming, and what is idle, is closed; no new client is taken."""
    bridge = start_bridge(*LOCAL)
    port = webhook_port(bridge)
    with ThreadPoolExecutor(1) as pool, Poster(port) as client, socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n")
        with refusing(sandbox):
            answer = pool.submit(client.post, event_list(LINES[:20]))
            bridge.wait_for_metric('audit_bridge_loggly_requests_total{code="503"}', 1)
            bridge.signal(signal.SIGTERM)
            bridge.wait_for_line("stopping")
            half.settimeout(10)
            with suppress(ConnectionResetError):
                assert b"" == half.recv(1)
            with pytest.raises(OSError, match="refused"):
                Poster(port).post(b"")
        assert (200, "") == answer.result(20)
        assert "close" == client.headers["Connection"]
    assert 0 == bridge.wait()
    assert sent(LINES[:20]) == held(sandbox)


def test_a_port_that_is_taken(start_bridge: StartBridge) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AssertionError) as ended:
            webhook_port(start_bridge("webhook.host=127.0.0.1", f"webhook.port={port}"))
    sentence = f"webhook: expected to listen on 127.0.0.1:{port}, got: address already in use"
    assert f"{sentence} - stop what holds the port, or set webhook.port" in str(ended.value)
