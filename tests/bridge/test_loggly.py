"""One request, one attempt: what is sent, and how every failure is told without the token that the URL holds."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
import requests
import trustme
import urllib3

from bridge.loggly import ANSWER_LENGTH, Loggly, Target, reason
from bridge.retry import Outcome
from bridge.secret import MASK, Secret
from tests.support.processes import TOKEN, Sandbox

Sent = tuple[str, str, dict[str, str], bytes]
"""Method, path, headers in lower case, body."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers must come from the servers here."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


class Recorder:
    """An HTTP server that keeps what it is sent and answers with what it is told to."""

    def __init__(
        self, status: int = 200, headers: dict[str, str] | None = None, body: bytes = b'{"response" : "ok"}'
    ) -> None:
        self.status, self.headers, self.body = status, headers or {}, body
        self.sent: list[Sent] = []
        self.connections: set[Any] = set()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.sent.append((self.command, self.path, headers, body))
                recorder.connections.add(self.client_address)
                data = recorder.body
                self.send_response(recorder.status)
                for name, value in {"Content-Length": str(len(data)), **recorder.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET = answer  # noqa: N815 - names of the base class

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def loggly(url: str, *, timeout: float = 10.0, compress: bool = False) -> Loggly:
    return Loggly(Target(url, Secret(TOKEN), timeout, compress))


# What is sent


@pytest.mark.parametrize(
    ("tags", "path"),
    [
        (("kubernetes", "audit"), f"/bulk/{TOKEN}/tag/kubernetes,audit/"),
        (("A.b_c-9",), f"/bulk/{TOKEN}/tag/A.b_c-9/"),
        ((), f"/bulk/{TOKEN}/"),
    ],
)
def test_the_token_and_the_tags_are_the_path(tags: tuple[str, ...], path: str) -> None:
    with Recorder() as server:
        outcome = loggly(server.url).post(tags, b'{"a":1}\n{"b":2}')
    ((method, sent_path, headers, body),) = server.sent
    assert 200 == outcome.status
    assert ("POST", path, b'{"a":1}\n{"b":2}') == (method, sent_path, body)
    assert ("text/plain", "15") == (headers["content-type"], headers["content-length"])
    assert not {"content-encoding", "authorization", "cookie"} & headers.keys()


def test_a_body_may_be_compressed() -> None:
    with Recorder() as server:
        loggly(server.url, compress=True).post((), b'{"a":1}' * 100)
    ((_, _, headers, body),) = server.sent
    assert ("gzip", b'{"a":1}' * 100) == (headers["content-encoding"], gzip.decompress(body))


def test_bytes_are_sent_as_they_are() -> None:
    body = bytes(range(256)) * 100
    with Recorder() as server:
        loggly(server.url).post((), body)
    assert [body] == [sent[3] for sent in server.sent]


def test_one_connection_serves_many_requests_of_a_thread() -> None:
    with Recorder() as server:
        target = loggly(server.url)
        assert [200] * 5 == [target.post((), b"{}").status for _ in range(5)]
        assert 1 == len(server.connections)
        thread = threading.Thread(target=target.post, args=((), b"{}"))
        thread.start()
        thread.join()
        assert 2 == len(server.connections)


def test_requests_of_many_tags_take_turns_on_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.loggly.MOST_WAYS", 3)
    turns = [(f"tag-{number % size}",) for size in (2, 5) for number in range(8)]
    with Recorder() as server:
        target = loggly(server.url)
        assert [200] * 16 == [target.post(tags, b"{}").status for tags in turns]
        assert 1 == len(server.connections)
    assert [f"/bulk/{TOKEN}/tag/{tag}/" for (tag,) in turns] == [path for _, path, _, _ in server.sent]


def test_loggly_takes_what_is_sent(sandbox: Sandbox) -> None:
    """The stand-in checks what Loggly documents: path, tags, size, one event a line."""
    outcome = loggly(sandbox.url).post(("kubernetes", "audit"), b'{"n":1}\n{"n":2}')
    assert 200 == outcome.status
    assert [("kubernetes", "audit")] * 2 == [tuple(event["tags"]) for event in sandbox.events()]
    assert ['{"n":1}', '{"n":2}'] == [event["raw"] for event in sandbox.events()]


def test_a_token_that_loggly_does_not_know(sandbox: Sandbox) -> None:
    outcome = Loggly(Target(sandbox.url, Secret("no-such-token"), 10.0)).post((), b"{}")
    assert 403 == outcome.status
    assert "no-such-token" not in f"{outcome} {outcome!r}"


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 408, 413, 429, 500, 503, 504])
def test_every_answer_is_its_status(status: int) -> None:
    with Recorder(status, {"Content-Length": "0"} if status == 204 else {}) as server:
        assert status == loggly(server.url).post((), b"{}").status


def test_what_loggly_answers_is_kept_for_who_must_decide() -> None:
    with Recorder(429, {"Retry-After": "7"}, b'{"response":"slow down"}') as server:
        assert Outcome(429, body='{"response":"slow down"}', retry_after="7") == loggly(server.url).post((), b"{}")


@pytest.mark.parametrize("before", [0, 10, ANSWER_LENGTH - 20, ANSWER_LENGTH - 2, 2 * ANSWER_LENGTH])
def test_an_answer_that_quotes_the_token_shows_no_part_of_it(before: int) -> None:
    """Wherever it stands, also across the length that is kept."""
    with Recorder(403, body=b"x" * before + TOKEN.encode() + b"y" * 500) as server:
        outcome = loggly(server.url).post((), b"{}")
    assert ("x" * before + MASK + "y" * 500)[:ANSWER_LENGTH] == outcome.body


def test_another_token_counts_from_the_next_request() -> None:
    with Recorder() as server:
        target = loggly(server.url)
        target.post((), b"{}")
        target.use_token(Secret("another"))
        target.post((), b"{}")
    assert [f"/bulk/{TOKEN}/", "/bulk/another/"] == [path for _, path, _, _ in server.sent]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """Followed, it would turn into a GET whose 200 passes for a delivery, and carry the token away."""
    with Recorder() as other, Recorder(status, {"Location": f"{other.url}/elsewhere"}) as server:
        assert status == loggly(server.url).post((), b"{}").status
        assert ([], 1) == (other.sent, len(server.sent))


# How failures are told


def failure(url: str, timeout: float = 10.0) -> str:
    """Post to where no answer comes from; return how it is told."""
    outcome = loggly(url, timeout=timeout).post(("kubernetes",), b"{}")
    assert outcome.status is None
    assert "error" == outcome.code
    assert TOKEN not in f"{outcome} {outcome!r}"
    assert "/bulk/" not in f"{outcome} {outcome!r}"
    return str(outcome)


@contextmanager
def listening(serve: Callable[[socket.socket], None] | None, backlog: int = 5) -> Iterator[str]:
    """Accept one connection and let `serve` treat it; accept none where it is None."""
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection:
                assert serve is not None
                serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        if serve is not None:
            thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        if serve is not None:
            thread.join(10)


def read(connection: socket.socket, end: bytes = b"{}") -> None:
    """Read a request to its end, for closing on bytes that are not read resets the connection."""
    data = b""
    while not data.endswith(end):
        data += connection.recv(65_536)


def close(connection: socket.socket) -> None:
    read(connection)


def reset(connection: socket.socket) -> None:
    read(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def answering(data: bytes, end: bytes = b"{}") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        read(connection, end)
        connection.sendall(data)

    return answer


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "connection refused" == failure(f"http://127.0.0.1:{port}")


def test_the_connection_is_reset() -> None:
    with listening(reset) as address:
        assert "connection reset by peer" == failure(f"http://{address}")


def test_the_connection_is_closed_without_an_answer() -> None:
    with listening(close) as address:
        assert "the connection broke (ConnectionError)" == failure(f"http://{address}")


def test_something_else_answers() -> None:
    with listening(answering(b"SSH-2.0-OpenSSH_9.6\r\n")) as address:
        assert "the connection broke (ConnectionError)" == failure(f"http://{address}")


def test_an_answer_that_breaks_off_is_none() -> None:
    """A 200 whose body is missing is no delivery: whoever sent it may have been cut off before."""
    with listening(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")) as address:
        assert "the connection broke (ChunkedEncodingError)" == failure(f"http://{address}")


def test_no_answer_comes_in_time() -> None:
    with listening(None) as address:
        assert "no answer in time" == failure(f"http://{address}", timeout=0.05)


def test_the_name_is_unknown() -> None:
    told = failure("http://loggly.invalid")
    assert told in {
        "name or service not known",
        "temporary failure in name resolution",
    }  # the second without a resolver


@pytest.mark.parametrize(
    "url", ["http://logs..example", f"http://{'x' * 64}.example", "http://[::1", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none_is_a_failure_too(url: str) -> None:
    assert failure(url).startswith("the connection broke (")


def test_tls_to_a_plain_port() -> None:
    with Recorder() as server:
        assert "TLS failed; is the certificate trusted here?" == failure(server.url.replace("http:", "https:"))


def test_an_unknown_certificate() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def serve(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    with listening(serve) as address:
        assert "TLS failed; is the certificate trusted here?" == failure(f"https://{address}")


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b"\r\n\r\n")) as address:
        monkeypatch.setenv("https_proxy", f"http://user:password@{address}")
        assert "the proxy refused" == failure("https://logs-01.loggly.invalid")


LEAKY = f"https://logs-01.loggly.com/bulk/{TOKEN}/tag/x/"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.ConnectTimeout(LEAKY), "no connection in time"),
        (requests.exceptions.ReadTimeout(LEAKY), "no answer in time"),
        (requests.exceptions.SSLError(LEAKY), "TLS failed; is the certificate trusted here?"),
        (requests.exceptions.ProxyError(LEAKY), "the proxy refused"),
        (requests.exceptions.ConnectionError(OSError(113, "No route to host", LEAKY)), "no route to host"),
        (
            requests.exceptions.ConnectionError(
                urllib3.exceptions.ProtocolError(LEAKY, ConnectionResetError(104, "Connection reset by peer"))
            ),
            "connection reset by peer",
        ),
        (requests.exceptions.ConnectionError(LEAKY), "the connection broke (ConnectionError)"),
        (requests.exceptions.ConnectionError(OSError(LEAKY)), "the connection broke (ConnectionError)"),
        (requests.exceptions.InvalidURL(LEAKY), "the connection broke (InvalidURL)"),
    ],
)
def test_a_failure_is_told_in_words_of_our_own(error: Exception, words: str) -> None:
    """Exceptions of HTTP libraries quote the URL, and the token stands in it."""
    assert words == reason(error)


def test_errors_that_cause_each_other_are_searched_to_an_end() -> None:
    one, other = ValueError(LEAKY), ValueError(LEAKY)
    one.__cause__, other.__cause__ = other, one
    assert "the connection broke (ValueError)" == reason(one)
