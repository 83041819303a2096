from io import BytesIO

import pytest

from bridge.sandbox import exchange
from bridge.sandbox.exchange import Answer, Body, FramingError, Request
from bridge.sandbox.limits import BODY_BYTES

CHUNKED = {"transfer-encoding": "chunked"}


def no_pause() -> None:
    pass


def read(data: bytes, headers: dict[str, str]) -> tuple[Body, bytes]:
    """Return the body, and what of the stream is left for the next request."""
    stream = BytesIO(data)
    return exchange.read_body(stream, headers, no_pause), stream.read()


def test_a_target_is_path_and_query() -> None:
    request = Request("GET", "/search?q=a?b", {})
    assert ("/search", "q=a?b") == (request.path, request.query)


def test_answers_are_text_or_json() -> None:
    assert exchange.text(403, "nö") == Answer(403, "nö".encode())
    assert exchange.json({"a": 1}, 400) == Answer(400, b'{"a":1}', "application/json")


def test_a_body_is_as_long_as_it_says() -> None:
    assert read(b"abcGET /", {"content-length": "3"}) == (Body(b"abc", 3, 0), b"GET /")
    assert read(b"GET /", {}) == (Body(), b"GET /")


def test_a_chunked_body_is_put_together() -> None:
    data = b"3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /"
    assert read(data, CHUNKED) == (Body(b"abc0123456789", 13, 2), b"GET /")


def test_one_byte_above_the_limit_is_kept_and_all_counted() -> None:
    size = BODY_BYTES + 70_000
    body, left = read(bytes(size) + b"GET /", {"content-length": str(size)})
    assert (BODY_BYTES + 1, size, b"GET /") == (len(body.data), body.size, left)


def test_pauses_are_between_pieces() -> None:
    pauses: list[int] = []
    exchange.read_body(BytesIO(bytes(200_000)), {"content-length": "200000"}, lambda: pauses.append(1))
    assert len(pauses) == 3


@pytest.mark.parametrize(
    ("data", "headers", "sentence"),
    [
        (b"", {"content-length": "-1"}, "Content-Length: expected a number of bytes, got '-1'"),
        (b"", {"content-length": "3,3"}, "Content-Length: expected a number of bytes, got '3,3'"),
        (b"", {"content-length": "99999999999"}, "a body of 99999999999 bytes is more than this server reads"),
        (
            b"",
            {"transfer-encoding": "gzip, chunked"},
            "Transfer-Encoding: expected chunked, and no Content-Length beside it",
        ),
        (
            b"",
            {"content-length": "3"} | CHUNKED,
            "Transfer-Encoding: expected chunked, and no Content-Length beside it",
        ),
        (b"xyz\r\n", CHUNKED, "a chunk's size: expected hexadecimal digits, got b'xyz'"),
        (b"1\r\nab\r\n", CHUNKED, "a chunk that is longer than it says"),
        (b"1" * 9000, CHUNKED, "a line of more than 8192 bytes in a chunked body"),
    ],
)
def test_a_body_without_a_clear_end_is_an_error(data: bytes, headers: dict[str, str], sentence: str) -> None:
    with pytest.raises(FramingError) as error:
        read(data, headers)
    assert sentence == str(error.value)


@pytest.mark.parametrize(
    ("data", "headers"), [(b"ab", {"content-length": "3"}), (b"3\r\nab", CHUNKED), (b"3", CHUNKED)]
)
def test_a_peer_may_leave_in_the_middle(data: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(EOFError):
        read(data, headers)
