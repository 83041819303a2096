"""Health and metrics over a real port, as the kubelet and Prometheus ask."""

import asyncio
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bridge import admin
from bridge.admin import Admin, Probes
from bridge.metrics import Metrics


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
    server = Admin("127.0.0.1", 0, Probes(loop, Metrics(), lambda: not_ready))
    try:
        yield f"http://127.0.0.1:{server.address[1]}"
    finally:
        server.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve a bridge that works."""
    with turning() as loop, served(loop) as url:
        yield url


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


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics/x", "/..%2fhealthz", "/HEALTHZ"])
def test_every_other_path_says_which_there_are(path: str, url: str) -> None:
    assert (404, "text/plain", "there is /healthz, /readyz and /metrics\n") == get(url + path)


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
    probes = Probes(asyncio.new_event_loop(), Metrics(), str)
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
