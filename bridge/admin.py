"""Health and metrics over HTTP, for the kubelet and Prometheus; in a thread of its own, so that it answers under load.

`/healthz`: the event loop turns. `/readyz`: it takes events; an outage of Loggly alone does not change that while there
is room. `/metrics`: Prometheus's text format.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bridge.metrics import Metrics

ALIVE_WITHIN = 5.0  # seconds in which the event loop must take its turn


@dataclass(frozen=True, slots=True)
class Probes:
    """What the answers are made of. `ready` returns why not, or an empty text."""

    loop: asyncio.AbstractEventLoop
    metrics: Metrics
    ready: Callable[[], str]

    def healthy(self) -> str:
        """Return why the process does not work, or an empty text."""
        turned = threading.Event()
        try:
            self.loop.call_soon_threadsafe(turned.set)
        except RuntimeError:
            return "the event loop has ended"
        return "" if turned.wait(ALIVE_WITHIN) else f"the event loop has not turned for {ALIVE_WITHIN:g} s"

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return status, content type and body for a path."""
        if path == "/metrics":
            return 200, "text/plain; version=0.0.4; charset=utf-8", self.metrics.exposition()
        checks = {"/healthz": self.healthy, "/readyz": self.ready}
        if path not in checks:
            return 404, "text/plain", b"there is /healthz, /readyz and /metrics\n"
        why = checks[path]()
        return (503 if why else 200), "text/plain", f"{why or 'ok'}\n".encode()


class Admin:
    """The HTTP server; raises OSError where it cannot listen."""

    def __init__(self, host: str, port: int, probes: Probes) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                status, kind, body = probes.answer(self.path.partition("?")[0])
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: probes come every few seconds."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.address: tuple[str, int] = (host, self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="admin", daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
