"""The sender's side against a server that the test scripts byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgpack
import pytest

from bridge.client import Client, NotAcked, raw_chunk
from bridge.connection import Connection, Role
from bridge.entries import entries
from bridge.errors import RemoteProtocolError
from bridge.handshake import Secrets
from bridge.messages import Chunk, Mode


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection with `answer`, and return the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def test_raw_chunks_are_what_fluentd_makes_of_lines() -> None:
    (chunk,) = Connection(Role(), 2**20).receive(
        Connection(Role(server=False), 100).send(raw_chunk("t", [b"a", b"b"], "x"))
    )
    assert isinstance(chunk, Chunk)
    assert (Mode.PACKED, "t", "x") == (chunk.mode, chunk.tag, chunk.chunk_id)
    assert [(0, {"message": b"a"}), (0, {"message": b"b"})] == list(entries(chunk, 100))


def test_the_right_ack() -> None:
    with server(lambda peer: peer.sendall(b"\x81\xa3ack\xa1x")) as port, Client("127.0.0.1", port) as client:
        client.acked(raw_chunk("t", [], "x"))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"\x81\xa3ack\xa1y", "expected the ack of 'x', got Ack(chunk_id='y')"),
        (b"", "the server closed the connection without an answer"),
        (b"\x81\xa3ack", "the server closed the connection without an answer"),
    ],
)
def test_anything_else_is_no_ack(answer: bytes, sentence: str) -> None:
    with server(lambda peer: peer.sendall(answer)) as port, Client("127.0.0.1", port) as client:
        with pytest.raises(NotAcked) as error:
            client.acked(raw_chunk("t", [], "x"))
        assert str(error.value) == sentence


def wait(done: threading.Event) -> None:
    done.wait(10)


def test_silence_ends_in_time() -> None:
    done = threading.Event()
    with server(lambda _: wait(done)) as port, Client("127.0.0.1", port, timeout=0.05) as client:
        with pytest.raises(NotAcked) as error:
            client.acked(raw_chunk("t", [], "x"))
        done.set()
        assert str(error.value) == "no answer in time"


def test_a_server_that_wants_no_key() -> None:
    """The client was given a key; data of the server that is no HELO ends it."""
    answer = msgpack.packb(["PONG", True, "", "", ""])
    with server(lambda peer: peer.sendall(answer)) as port, pytest.raises(RemoteProtocolError) as error:
        Client("127.0.0.1", port, secrets=Secrets(b"k"))
    assert str(error.value) == "byte 0: expected HELO"
