"""Health and metrics over a real port, as the kubelet and Prometheus ask."""

import asyncio
import http.client
import json
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import Message

import pytest

from bridge import admin
from bridge.admin import Admin, Probes
from bridge.metrics import Metrics
from bridge.status import Snapshot
from tests.support.processes import wait_for
from tests.support.status import snapshot


@contextmanager
def turning() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def served(loop: asyncio.AbstractEventLoop, not_ready: str = "") -> Iterator[str]:
    server = Admin("127.0.0.1", 0, Probes(loop, Metrics(), lambda: not_ready, snapshot))
    try:
        yield f"http://127.0.0.1:{server.address[1]}"
    finally:
        server.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve a bridge that works."""
    with turning() as loop, served(loop) as url:
        yield url


def head(url: str) -> tuple[int, Message, bytes]:
    """Ask for the head only; return status, headers and what came as a body."""
    with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10) as answer:
        return answer.status, answer.headers, answer.read()


def get(url: str) -> tuple[int, str, str]:
    """Return status, content type and body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as refused:
        with closing(refused):
            return refused.code, refused.headers["Content-Type"], refused.read().decode()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz?verbose"])
def test_a_bridge_that_works(path: str, url: str) -> None:
    assert (200, "text/plain", "ok\n") == get(url + path)


def test_a_bridge_that_takes_nothing_is_alive_but_not_ready() -> None:
    with turning() as loop, served(loop, "no room: Loggly has taken nothing since 12:00") as url:
        assert (503, "text/plain", "no room: Loggly has taken nothing since 12:00\n") == get(f"{url}/readyz")
        assert 200 == get(f"{url}/healthz")[0]


def test_metrics_are_prometheus_text(url: str) -> None:
    status, kind, body = get(f"{url}/metrics")
    assert (200, "text/plain; version=0.0.4; charset=utf-8") == (status, kind)
    assert "\naudit_bridge_events_delivered_total 0.0\n" in body


@pytest.mark.parametrize(
    "path",
    ["/index.html", "/status", "/status.html", "/status.py", "/healthz/", "/metrics/x", "/..%2fhealthz", "/HEALTHZ"],
)
def test_every_other_path_says_which_there_are(path: str, url: str) -> None:
    assert (404, "text/plain", "there is /, /status.json, /healthz, /readyz and /metrics\n") == get(url + path)


def test_the_status_is_a_page_and_json(url: str) -> None:
    status, kind, body = get(f"{url}/")
    assert (200, "text/html; charset=utf-8") == (status, kind)
    assert "Nothing has been sent to Loggly yet" in body
    status, kind, body = get(f"{url}/status.json")
    assert (200, "application/json", "idle") == (status, kind, json.loads(body)["state"])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/status.css", "text/css; charset=utf-8"),
        ("/status.js", "text/javascript; charset=utf-8"),
        ("/status.svg", "image/svg+xml"),
    ],
)
def test_what_the_page_needs_is_there(path: str, kind: str, url: str) -> None:
    assert (200, kind) == get(url + path)[:2]


def test_the_page_may_load_nothing_from_elsewhere(url: str) -> None:
    _, headers, _ = head(f"{url}/")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert ("no-store", "nosniff") == (headers["Cache-Control"], headers["X-Content-Type-Options"])


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/status.json", "/status.css"])
def test_a_head_is_the_answer_without_its_body(path: str, url: str) -> None:
    status, headers, body = head(url + path)
    assert (200, b"") == (status, body)
    assert int(headers["Content-Length"]) > 0


def test_one_who_asks_and_leaves_is_no_error(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "bridge.admin"):
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"GET /met")
        wait_for(lambda: caplog.records, naming="the log line")
    assert ["DEBUG"] == [record.levelname for record in caplog.records]


def test_a_bug_is_logged_and_ends_one_request_only(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Snapshot:
        raise ValueError("broken")

    with turning() as loop, closing(Admin("127.0.0.1", 0, Probes(loop, Metrics(), str, broken))) as server:
        url = f"http://127.0.0.1:{server.address[1]}"
        with pytest.raises(http.client.RemoteDisconnected):
            get(f"{url}/status.json")
        assert 200 == get(f"{url}/healthz")[0]
    (line,) = caplog.messages
    assert line.endswith(": no answer after a bug in the bridge")


def test_other_methods_are_refused(url: str) -> None:
    request = urllib.request.Request(f"{url}/healthz", data=b"x", method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    with closing(caught.value):
        assert 501 == caught.value.code


def test_a_loop_that_has_ended_is_not_healthy() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with served(loop) as url:
        assert (503, "text/plain", "the event loop has ended\n") == get(f"{url}/healthz")


def test_a_loop_that_does_not_turn_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes from a thread, so a loop that is stuck is told from a process that is gone."""
    monkeypatch.setattr(admin, "ALIVE_WITHIN", 0.05)
    with turning() as loop, served(loop) as url:
        stuck = threading.Event()
        loop.call_soon_threadsafe(stuck.wait)
        assert (503, "text/plain", "the event loop has not turned for 0.05 s\n") == get(f"{url}/healthz")
        stuck.set()
        monkeypatch.undo()
        assert 200 == get(f"{url}/healthz")[0]


def test_one_that_connects_and_says_nothing_holds_nobody_up(url: str) -> None:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
        assert 200 == get(f"{url}/healthz")[0]


def test_a_port_in_use_is_the_systems_error() -> None:
    probes = Probes(asyncio.new_event_loop(), Metrics(), str, snapshot)
    with closing(probes.loop), socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=r"^\[Errno 98\] Address already in use$"):
            Admin("127.0.0.1", port, probes)


def test_after_closing_nobody_answers() -> None:
    with turning() as loop:
        with served(loop) as url:
            pass
        with pytest.raises(urllib.error.URLError, match="Connection refused"):
            get(f"{url}/healthz")
