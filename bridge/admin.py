"""Health and metrics over HTTP, for the kubelet and Prometheus; in a thread of its own, so that it answers under load.

`/healthz`: the event loop turns. `/readyz`: it takes events; an outage of Loggly alone does not change that while there
is room. `/metrics`: Prometheus's text format. `/` and `/status.json`: what a person on call asks first.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from bridge import status_page
from bridge.logs import Peer
from bridge.metrics import Metrics
from bridge.status import Snapshot

log = logging.getLogger("bridge.admin")

ALIVE_WITHIN = 5.0  # seconds in which the event loop must take its turn


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, content type, body, and headers beside those."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probes:
    """What the answers are made of. `ready` returns why not, or an empty text."""

    loop: asyncio.AbstractEventLoop
    metrics: Metrics
    ready: Callable[[], str]
    status: Callable[[], Snapshot]

    def healthy(self) -> str:
        """Return why the process does not work, or an empty text."""
        turned = threading.Event()
        try:
            self.loop.call_soon_threadsafe(turned.set)
        except RuntimeError:
            return "the event loop has ended"
        return "" if turned.wait(ALIVE_WITHIN) else f"the event loop has not turned for {ALIVE_WITHIN:g} s"

    def answer(self, path: str) -> Answer:
        """Return what to say to a path."""
        match path:
            case "/healthz":
                return _checked(self.healthy())
            case "/readyz":
                return _checked(self.ready())
            case "/metrics":
                return Answer(200, "text/plain; version=0.0.4; charset=utf-8", self.metrics.exposition())
            case "/status.json":
                body = orjson.dumps(self.status().as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
                return Answer(200, "application/json", body, status_page.HEADERS)
            case "/":
                page = status_page.render(self.status())
                return Answer(200, "text/html; charset=utf-8", page, status_page.HEADERS)
        if path in status_page.FILES:
            return Answer(200, status_page.FILES[path], status_page.file(path), status_page.HEADERS)
        return Answer(404, "text/plain", b"there is /, /status.json, /healthz, /readyz and /metrics\n")


def _checked(why_not: str) -> Answer:
    return Answer(503 if why_not else 200, "text/plain", f"{why_not or 'ok'}\n".encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        """Log what a request ended with; one who asks and leaves is nobody's fault."""
        peer, error = Peer(":".join(map(str, client_address[:2]))), sys.exception()
        if isinstance(error, OSError):
            log.debug("%s: left: %s", peer, error)
        else:
            log.error("%s: no answer after a bug in the bridge", peer, exc_info=error)


class Admin:
    """The HTTP server; raises OSError where it cannot listen."""

    def __init__(self, host: str, port: int, probes: Probes) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self.wfile.write(self._head().body)

            def do_HEAD(self) -> None:
                self._head()

            def _head(self) -> Answer:
                answer = probes.answer(self.path.partition("?")[0])
                self.send_response(answer.status)
                basics = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
                for name, value in (basics | dict(answer.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                return answer

            def log_message(self, *_: object) -> None:
                """Say nothing: probes come every few seconds."""

        self._server = _Server((host, port), Handler)
        self.address: tuple[str, int] = (host, self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="admin", daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
