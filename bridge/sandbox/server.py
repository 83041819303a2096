"""The HTTP server: a thread a connection, which may sleep and block as the scripted faults want it to.

Order of one request: head, slow read, body, fault, handler, latency, one write.
"""

import itertools
import select
import socket
import ssl
import struct
import sys
import time
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bridge.sandbox import control, exchange, limits, page, reading, uploads
from bridge.sandbox.exchange import Answer, FramingError, Request
from bridge.sandbox.script import Seen, Step
from bridge.sandbox.state import Sandbox
from bridge.sandbox.statistics import Seen as Counted

_RESET = struct.pack("ii", 1, 0)  # linger for 0 seconds: close() sends RST instead of FIN


class SandboxServer(ThreadingHTTPServer):
    """Listens from its creation on; `serve_forever` and `shutdown` as in the standard library."""

    daemon_threads = True  # a hanging connection must not keep the process
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox, tls: ssl.SSLContext | None = None) -> None:
        self.sandbox = sandbox
        self.connections = itertools.count(1)
        self._tls = tls
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)

    @property
    def url(self) -> str:
        """The address of the page, with the port that was really taken."""
        host, port = self.server_address[:2]
        name = f"[{host!s}]" if self.address_family == socket.AF_INET6 else str(host)
        return f"{'https' if self._tls else 'http'}://{name}:{port}/"

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name, which may take seconds and is used for nothing."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; a TLS handshake happens in its own thread, with its first read."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Only close: a FIN sent first would turn a scripted reset into an orderly end."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about peers that leave; anything else is a fault of ours and shown."""
        if not isinstance(sys.exception(), OSError | EOFError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def setup(self) -> None:
        """Give the connection a number, so that a test sees whether it was kept alive."""
        super().setup()
        self._connection = next(self.server.connections)

    def _exchange(self) -> None:
        head = self._head()
        sandbox = self.server.sandbox
        served_by_us = head.path == "/" or head.path.startswith(("/_sandbox/", "/search"))
        upload = not served_by_us and not head.path.startswith("/apiv2/")
        seen = Seen(upload, head.path, uploads.tags(head))
        slow = None if served_by_us else sandbox.slow_read(seen)
        try:
            request = self._with_body(head, slow)
        except FramingError as error:
            self.close_connection = True
            self._write(exchange.text(413 if "more than" in str(error) else 400, str(error)))
            return
        if served_by_us:
            control_route = head.path.startswith("/_sandbox/")
            self._write(control.handle(sandbox, request) if control_route else page.handle(request))
            return
        step = sandbox.fault(Seen(upload, head.path, seen.tags, request.body.data))
        answer, events = self._answer(request, step, upload=upload)
        time.sleep(sandbox.behavior.latency_ms / 1000)
        if upload:
            self._count(request, answer, step or slow, seen.tags, events)
        self._finish(answer, step)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _exchange  # noqa: N815 - names of the standard library

    def _head(self) -> Request:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        host = headers.get("host")
        scheme = self.server.url.partition(":")[0]
        base = f"{scheme}://{host}" if host else self.server.url.rstrip("/")
        return Request(self.command, self.path, headers, base, self._connection)

    def _with_body(self, head: Request, slow: Step | None) -> Request:
        delay = 0.0 if slow is None else slow.delay_ms / 1000
        body = exchange.read_body(self.rfile, head.headers, lambda: time.sleep(delay))
        return Request(head.method, head.target, head.headers, head.base, head.connection, body)

    def _answer(self, request: Request, step: Step | None, *, upload: bool) -> tuple[Answer | None, int]:
        """Return what to answer, None for nothing, and how many events were stored."""
        if step is not None:
            time.sleep(step.delay_ms / 1000)
        if step is not None and step.action == "respond":
            return Answer(step.status or 200, step.body.encode(), headers=step.headers), 0
        if step is not None and step.action in {"reset", "hang"}:
            return None, 0
        if not upload:
            return reading.handle(self.server.sandbox, request), 0
        handled = uploads.handle(self.server.sandbox, request)
        if step is not None and step.action == "store_then_reset":
            return None, handled.events
        if step is not None and step.body:
            return replace(handled.answer, body=step.body.encode()), handled.events
        return handled.answer, handled.events

    def _count(
        self, request: Request, answer: Answer | None, step: Step | None, tags: tuple[str, ...], events: int
    ) -> None:
        counted = Counted(
            at_ms=self.server.sandbox.now // 1000,
            connection=request.connection,
            method=request.method,
            path=limits.masked(request.target),
            status=None if answer is None else answer.status,
            fault=None if step is None else step.action,
            tags=tags,
            body_bytes=request.body.size,
            chunks=request.body.chunks,
            events=events,
            content_type=request.headers.get("content-type"),
            content_encoding=request.headers.get("content-encoding"),
            user_agent=request.headers.get("user-agent"),
        )
        with self.server.sandbox.lock:
            self.server.sandbox.statistics.count(counted)

    def _finish(self, answer: Answer | None, step: Step | None) -> None:
        if answer is not None:
            self._write(answer)
            return
        self.close_connection = True
        if step is not None and step.action == "hang":
            select.select([self.connection], [], [])  # until the client gives up
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _write(self, answer: Answer) -> None:
        """Write head and body at once: two writes would wait for each other's acknowledgement."""
        try:
            reason = HTTPStatus(answer.status).phrase
        except ValueError:
            reason = "Scripted"
        lines = [
            f"HTTP/1.1 {answer.status} {reason}",
            f"Content-Length: {len(answer.body)}",
            f"Content-Type: {answer.content_type}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
            *(["Connection: close"] if self.close_connection else []),
        ]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - the standard library's signature
        """Refuse what is not HTTP, without repeating it: it may hold a token."""
        self.close_connection = True
        self._write(exchange.text(code, "not a request that this server understands"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's signature
        """Log nothing: paths hold tokens, and `/_sandbox/requests` has them masked."""
