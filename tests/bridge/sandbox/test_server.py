"""The HTTP server, over real sockets."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from bridge.sandbox.script import Action, Script, Step
from bridge.sandbox.server import SandboxServer
from bridge.sandbox.state import Behavior, Sandbox

UPLOAD = "/bulk/SECRET/tag/a/"


@contextmanager
def serving(behavior: Behavior | None = None, tls: ssl.SSLContext | None = None) -> Iterator[SandboxServer]:
    account = Sandbox(frozenset({"SECRET"}), "api", time.time, behavior or Behavior())
    with SandboxServer(("127.0.0.1", 0), account, tls) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with serving() as running:
        yield running


@contextmanager
def client(server: SandboxServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(*address(server), timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def post(connection: http.client.HTTPConnection, body: bytes = b"x", path: str = UPLOAD) -> tuple[int, bytes]:
    connection.request("POST", path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def address(server: SandboxServer) -> tuple[str, int]:
    return "127.0.0.1", server.server_address[1]


def raw(server: SandboxServer, data: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with socket.create_connection(address(server), timeout=10) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_connection_serves_many_requests(server: SandboxServer) -> None:
    with client(server) as connection:
        assert [post(connection) for _ in range(3)] == [(200, b'{"response" : "ok"}')] * 3
    assert {request["connection"] for request in server.sandbox.statistics.requests_as_json()} == {1}


def test_a_refused_body_is_read_so_that_the_connection_stays_usable(server: SandboxServer) -> None:
    with client(server) as connection:
        statuses = [post(connection, bytes(6_000_000))[0], post(connection, path="/nowhere/")[0], post(connection)[0]]
    assert statuses == [413, 404, 200]


def test_chunked_uploads_have_the_same_limit(server: SandboxServer) -> None:
    with client(server) as connection:
        for pieces, status in ((3, 200), (81, 413)):
            body = iter([b"x\n" * 32_768] * pieces)
            connection.request("POST", UPLOAD, body, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
            answer = connection.getresponse()
            answer.read()
            assert status == answer.status
    assert server.sandbox.statistics.received_chunks == 84


def test_a_head_of_nonsense_is_refused_without_repeating_it(server: SandboxServer) -> None:
    answer = raw(server, b"\x95\xa5SECRET\r\n\r\n")
    assert b"400" in answer.splitlines()[0]
    assert b"SECRET" not in answer


def test_a_body_without_a_clear_end_closes_the_connection(server: SandboxServer) -> None:
    answer = raw(server, b"POST " + UPLOAD.encode() + b" HTTP/1.1\r\nContent-Length: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"Content-Length: expected a number of bytes, got 'x'")


def test_a_body_that_is_too_large_to_read_is_refused_at_once(server: SandboxServer) -> None:
    answer = raw(server, b"POST " + UPLOAD.encode() + b" HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_answer_is_written_at_once(server: SandboxServer) -> None:
    request = b"POST " + UPLOAD.encode() + b" HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"
    with socket.create_connection(address(server), timeout=10) as connection:
        connection.sendall(request)
        assert connection.recv(65536).endswith(b'{"response" : "ok"}')


def test_respond_answers_and_stores_nothing(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(status=429, headers={"Retry-After": "7"}, body="slow down", times=1)])
    with client(server) as connection:
        connection.request("POST", UPLOAD, b"x")
        answer = connection.getresponse()
        assert (429, "7", b"slow down") == (answer.status, answer.headers["Retry-After"], answer.read())
        assert post(connection)[0] == 200
    assert len(server.sandbox.store.all()) == 1


@pytest.mark.parametrize(("action", "stored"), [("reset", 0), ("store_then_reset", 1)])
def test_a_reset_closes_the_connection_instead_of_answering(server: SandboxServer, action: Action, stored: int) -> None:
    server.sandbox.script = Script([Step(action=action, times=1)])
    with client(server) as connection, pytest.raises(ConnectionResetError):
        post(connection)
    (request,) = server.sandbox.statistics.requests_as_json()
    assert (stored, None, action) == (len(server.sandbox.store.all()), request["status"], request["fault"])


def test_hang_never_answers(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(action="hang", times=1)])
    with client(server) as connection:
        connection.timeout = 0.2
        with pytest.raises(TimeoutError):
            post(connection)
    assert server.sandbox.statistics.requests == {"none": 1}


def test_pass_handles_the_request_after_its_delay(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(action="pass", delay_ms=50)])
    start = time.monotonic()
    with client(server) as connection:
        assert post(connection)[0] == 200
    assert time.monotonic() - start >= 0.05


def test_pass_with_a_body_stores_the_events_and_answers_in_other_words(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(action="pass", body="<html>")])
    with client(server) as connection:
        status, body = post(connection)
    assert (200, b"<html>", 1) == (status, body, len(server.sandbox.store.all()))


def test_a_slow_read_takes_the_body_in_pieces_and_then_answers(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(action="slow_read", delay_ms=20)])
    start = time.monotonic()
    with client(server) as connection:
        assert post(connection, b"x\n" * 100_000)[0] == 200
    assert time.monotonic() - start >= 0.06


def test_faults_leave_control_and_page_alone(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(status=503)])
    with client(server) as connection:
        for path in ("/_sandbox/stats", "/search"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200


def test_latency_is_waited_before_each_answer() -> None:
    with serving(Behavior(latency_ms=50)) as server, client(server) as connection:
        start = time.monotonic()
        post(connection)
        assert time.monotonic() - start >= 0.05


def test_next_is_at_the_address_that_the_client_used(server: SandboxServer) -> None:
    server.sandbox.store.add([b"x"] * 60, (), server.sandbox.now)
    with client(server) as connection:
        headers = {"Authorization": "bearer api", "Host": "loggly.test:99"}
        connection.request("GET", "/apiv2/events/iterate?q=*", headers=headers)
        page = json.loads(connection.getresponse().read())
    assert page["next"].startswith("http://loggly.test:99/apiv2/events/iterate?next=")


def test_it_speaks_tls() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(tls=context) as server:
        connection = http.client.HTTPSConnection(*address(server), timeout=10, context=trusting)
        assert post(connection) == (200, b'{"response" : "ok"}')
        connection.close()
        assert server.url == f"https://127.0.0.1:{server.server_address[1]}/"


def test_tokens_are_in_no_output(server: SandboxServer, capfd: pytest.CaptureFixture[str]) -> None:
    outputs = []
    with client(server) as connection:
        outputs += [
            post(connection, path=path)[1] for path in (UPLOAD, "/inputs/SECRET/", "/bulk/SECRET", "//bulk/SECRET/")
        ]
        for path in ("/_sandbox/stats", "/_sandbox/requests", "/search"):
            connection.request("GET", path)
            outputs.append(connection.getresponse().read())
    assert [] == [output for output in outputs if b"SECRET" in output]
    assert capfd.readouterr() == ("", "")


def test_a_step_for_a_few_requests_is_used_by_no_more_at_the_same_time(server: SandboxServer) -> None:
    server.sandbox.script = Script([Step(status=503, times=10)])

    def send() -> None:
        with client(server) as connection:
            for _ in range(10):
                post(connection)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.sandbox.statistics.requests == {"503": 10, "200": 30}
