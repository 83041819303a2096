"""HTTP/1.1 as API servers speak it to an audit webhook, without I/O: bytes in, requests out; answers in, bytes out.

What is refused is refused as early as it can be: by its headers, before a body of many megabytes has come.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import h11

from bridge.content import decompress
from bridge.messages import Body
from bridge.webhook_answers import Answer

HEAD_BYTES = 16 * 1024  # of a request line with its headers; Go's server allows 1 MiB, its clients send some hundreds
TLS_RECORD = b"\x16"  # the first byte of a handshake


@dataclass(frozen=True, slots=True)
class Head:
    """A request's method, its path without the query, and its headers by their names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has come whole; its body is no longer compressed."""

    path: str
    body: Body


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a body as it comes (`limits.chunk_bytes`), and decompressed (`limits.decompressed_bytes`)."""

    body: int
    decompressed: int


class HttpConnection:
    """The server's side of one connection. `admit` says by a request's head why it is refused, or None."""

    def __init__(self, admit: Callable[[Head], Answer | None], limits: Limits) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._admit = admit
        self._limits = limits
        self._first = b""  # the first byte of all
        self._head: Head | None = None
        self._bodiless = False  # what asks for the head alone gets no more
        self._body: list[bytes] = []
        self.pending = 0
        """Bytes of a body that has begun and not ended."""

    @property
    def idle(self) -> bool:
        """Whether no request has begun."""
        return self._http.their_state is h11.IDLE and not self._http.trailing_data[0]

    @property
    def ends(self) -> bool:
        """Whether the last answer was the last of all, because we or the client said so."""
        return self._http.our_state in (h11.MUST_CLOSE, h11.CLOSED)

    def receive(self, data: bytes) -> None:
        """Take bytes, one at least."""
        self._first = self._first or data[:1]
        self._http.receive_data(data)

    def following(self) -> Request | Answer | None:
        """Return the next request, or why it is refused, after which nothing more is read; None until more has come."""
        try:
            return next(self._events(), None)
        except h11.RemoteProtocolError as error:
            return Answer(400, self._fault(error))

    def interim(self) -> bytes:
        """Return the bytes for a client that sends its body only when it is told to."""
        if not self._http.they_are_waiting_for_100_continue:
            return b""
        return self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b""

    def send(self, answer: Answer, *, last: bool) -> bytes:
        """Return the bytes of an answer; `last` says that no further request is taken on this connection."""
        body = answer.body()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *answer.headers.items()]
        if last:
            headers.append(("Connection", "close"))
        response = h11.Response(status_code=answer.status, headers=headers)
        data = [] if self._bodiless else [h11.Data(data=body)]
        parts = [self._http.send(event) for event in (response, *data, h11.EndOfMessage())]
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        return b"".join(part for part in parts if part)

    def _events(self) -> Iterator[Request | Answer]:
        while True:
            match self._http.next_event():
                case h11.Request() as request:
                    self._head, self._bodiless = _head(request), request.method == b"HEAD"
                    if refusal := self._refusal(self._head):
                        yield refusal
                case h11.Data(data=data):
                    self.pending += len(data)
                    self._body.append(bytes(data))
                    if self.pending > self._limits.body:
                        yield self._too_large(f"more than {self._limits.body:,} bytes")
                case h11.EndOfMessage():
                    yield self._whole()
                case _:  # more is needed, a request waits for its turn, or the connection has ended
                    return

    def _refusal(self, head: Head) -> Answer | None:
        if refusal := self._admit(head):
            return refusal
        if head.method != "POST":
            want = "POST of an EventList of audit.k8s.io, as the API server sends it"
            return Answer(405, f"expected {want}, got {head.method}", {"Allow": "POST"})
        kind = head.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            return Answer(415, f"expected Content-Type application/json, got {kind[:100] or 'none'}")
        coding = head.headers.get("content-encoding", "identity")
        if coding.lower() not in ("identity", "gzip"):
            return Answer(415, f"expected a body as it is or gzip, got Content-Encoding {coding[:100]}")
        length = head.headers.get("content-length", "0")
        return self._too_large(f"{int(length):,} bytes") if int(length) > self._limits.body else None

    def _too_large(self, got: str) -> Answer:
        cure = "lower the API server's --audit-webhook-batch-max-size, or raise limits.chunk_bytes"
        return Answer(413, f"expected a body of at most {self._limits.body:,} bytes, got {got} - {cure}")

    def _fault(self, error: h11.RemoteProtocolError) -> str:
        if self._first == TLS_RECORD:
            return "expected HTTP, got TLS - this port speaks plain HTTP, for webhook.tls is not set"
        if error.error_status_hint == 431:
            return f"expected a request line and headers of at most {HEAD_BYTES:,} bytes, got more"
        return f"expected HTTP/1.1, got: {error}"

    def _whole(self) -> Request | Answer:
        body: Body = b"".join(self._body)
        head, self._head = self._head or Head("", "", {}), None
        self._body, self.pending = [], 0
        if head.headers.get("content-encoding", "identity").lower() == "gzip":
            body, damage = decompress(body, self._limits.decompressed)
            if damage:
                return Answer(400, f"expected a body in gzip, got {damage.why}")
        return Request(head.path, body)


def _head(request: h11.Request) -> Head:
    path = request.target.partition(b"?")[0].decode("ascii", "replace")
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in request.headers}
    return Head(request.method.decode("ascii"), path, headers)
