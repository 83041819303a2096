import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.webhook_answers import Answer
from bridge.webhook_connection import HEAD_BYTES, Head, HttpConnection, Limits, Request

LIMITS = Limits(body=1_000, decompressed=2_000)
HEAD = b"POST /nodes/cp-1?timeout=30s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"


def nobody(_head: Head) -> Answer | None:
    return None


def connection() -> HttpConnection:
    return HttpConnection(nobody, LIMITS)


def heard(data: bytes, *, step: int = 0, http: HttpConnection | None = None) -> Request | Answer | None:
    """Return the first that comes of bytes, fed in pieces of `step`."""
    http = http or connection()
    for start in range(0, len(data), step or len(data)):
        http.receive(data[start : start + (step or len(data))])
        if found := http.following():
            return found
    return None


@pytest.mark.parametrize("data", [WHOLE, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("step", [1, 7, 0])
def test_a_request_comes_whole_however_it_is_cut(data: bytes, step: int) -> None:
    assert Request("/nodes/cp-1", b"hello") == heard(data, step=step)


def test_a_body_in_gzip_is_unpacked() -> None:
    body = gzip.compress(b"hello")
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert Request("/nodes/cp-1", b"hello") == heard(head + body)
    assert Answer(400, "expected a body in gzip, got gzip data that is cut short") == heard(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + body[:12]
    )
    bomb = gzip.compress(bytes(3_000))
    assert Answer(
        400, "expected a body in gzip, got more than 2,000 bytes when decompressed (limits.decompressed_bytes)"
    ) == heard(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            Answer(
                405,
                "expected POST of an EventList of audit.k8s.io, as the API server sends it, got GET",
                {"Allow": "POST"},
            ),
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n",
            Answer(415, "expected Content-Type application/json, got text/plain"),
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
            Answer(415, "expected Content-Type application/json, got none"),
        ),
        (
            HEAD + b"Content-Encoding: br\r\nContent-Length: 5\r\n\r\n",
            Answer(415, "expected a body as it is or gzip, got Content-Encoding br"),
        ),
        (
            HEAD + b"Content-Length: 1001\r\n\r\n",
            Answer(
                413,
                "expected a body of at most 1,000 bytes, got 1,001 bytes"
                " - lower the API server's --audit-webhook-batch-max-size, or raise limits.chunk_bytes",
            ),
        ),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + bytes(1_001),
            Answer(
                413,
                "expected a body of at most 1,000 bytes, got more than 1,000 bytes"
                " - lower the API server's --audit-webhook-batch-max-size, or raise limits.chunk_bytes",
            ),
        ),
        (
            b"\x16\x03\x01\x02\x00\x01",
            Answer(400, "expected HTTP, got TLS - this port speaks plain HTTP, for webhook.tls is not set"),
        ),
        (b"\x00", Answer(400, "expected HTTP/1.1, got: illegal request line")),
        (
            HEAD + b"X: " + b"x" * HEAD_BYTES,
            Answer(400, "expected a request line and headers of at most 16,384 bytes, got more"),
        ),
    ],
)
def test_what_is_refused_with_a_sentence_before_its_body_has_come(data: bytes, answer: Answer) -> None:
    assert answer == heard(data)


def test_a_request_that_is_not_admitted_is_refused_by_its_head() -> None:
    heads: list[Head] = []
    refused = Answer(401, "no")

    def admit(head: Head) -> Answer:
        heads.append(head)
        return refused

    assert refused == heard(HEAD + b"Authorization: Bearer x\r\n\r\n", http=HttpConnection(admit, LIMITS))
    assert ("POST", "/nodes/cp-1", "Bearer x") == (heads[0].method, heads[0].path, heads[0].headers["authorization"])


def test_one_connection_carries_many_requests() -> None:
    """Also those that are sent before the first is answered: each has its turn."""
    http = connection()
    http.receive(WHOLE + CHUNKED)
    assert Request("/nodes/cp-1", b"hello") == http.following()
    assert http.following() is None
    assert http.send(Answer(200), last=False).startswith(b"HTTP/1.1 200 \r\n")
    assert not http.idle
    assert Request("/nodes/cp-1", b"hello") == http.following()
    http.send(Answer(200), last=False)
    assert http.idle
    assert http.following() is None


def test_a_client_may_want_one_request_alone() -> None:
    for data in (WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0"), WHOLE.replace(b"Host: a", b"Host: a\r\nConnection: close")):
        http = connection()
        heard(data, http=http)
        assert not http.ends
        assert b"Connection: close" in http.send(Answer(200), last=False)
        assert http.ends


def test_an_answer_is_a_status_of_kubernetes() -> None:
    http = connection()
    heard(WHOLE, http=http)
    head, _, body = http.send(Answer(429, "full", {"Retry-After": "3"}), last=True).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert [b"HTTP/1.1 429 ", b"Retry-After: 3", b"Connection: close"] == [lines[0], *lines[3:]]
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "code": 429, "status": "Failure"}
    assert {**status, "reason": "TooManyRequests", "message": "full"} == json.loads(body)


def test_who_asks_for_the_head_alone_gets_no_body() -> None:
    http = connection()
    refusal = heard(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", http=http)
    assert isinstance(refusal, Answer)
    assert http.send(refusal, last=True).endswith(b"\r\n\r\n")


def test_who_waits_to_be_told_sends_its_body_then() -> None:
    http = connection()
    http.receive(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert http.following() is None
    assert http.interim().startswith(b"HTTP/1.1 100")
    assert b"" == http.interim()
    http.receive(b"hello")
    assert Request("/nodes/cp-1", b"hello") == http.following()


def test_bytes_of_a_body_are_counted_until_it_ends() -> None:
    http = connection()
    http.receive(HEAD + b"Content-Length: 5\r\n\r\nhel")
    assert http.following() is None
    assert (3, False) == (http.pending, http.idle)
    http.receive(b"lo")
    assert http.following()
    assert 0 == http.pending


@given(
    st.binary(min_size=1, max_size=200) | st.sampled_from([WHOLE, CHUNKED]),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), max_size=3),
    st.integers(1, 40),
)
def test_any_bytes_are_a_request_or_a_sentence(data: bytes, spoilt: list[tuple[int, int]], step: int) -> None:
    """Fed whole and cut, the same comes of them, and nothing is raised."""
    mutable = bytearray(data)
    for at, byte in spoilt:
        if at < len(mutable):
            mutable[at] = byte
    assert type(heard(bytes(mutable))) is type(heard(bytes(mutable), step=step))
