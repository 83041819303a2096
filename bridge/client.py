"""A sender that asks for acks: the client's side of the protocol over a real socket.

`replay --ack`, the demo, tests and benchmarks send with it. It waits for one ack at a time, as Fluentd does.
"""

import socket
import ssl
from types import TracebackType
from typing import Self

import msgpack

from bridge import handshake
from bridge.connection import Connection, Role
from bridge.errors import BridgeError
from bridge.handshake import Secrets
from bridge.messages import Ack, Chunk, Hello, Message, Mode, Pong

RECEIVE_BYTES = 64 * 1024
ANSWER_LIMIT = 64 * 1024


class NotAcked(BridgeError):  # noqa: N818 - what happened, as a sender sees it
    """The server closed, or did not answer in time: the sender keeps its chunk and sends it again."""


class Client:
    """One connection. `timeout` seconds bound connecting and each wait; raises OSError as sockets do."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float = 60.0,
        tls: ssl.SSLContext | None = None,
        secrets: Secrets | None = None,
        username: str = "",
        hostname: str = "replay",
        salt: bytes = b"0123456789abcdef",
    ) -> None:
        self._socket = socket.create_connection((host, port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = Connection(Role(server=False, with_key=secrets is not None), ANSWER_LIMIT)
        try:
            if tls:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
            if secrets:
                self._prove(secrets, username, hostname, salt)
        except BaseException:
            self._socket.close()
            raise

    def send(self, chunk: Chunk) -> None:
        """Send a chunk; where it has an id, `acked` waits for the answer."""
        self._socket.sendall(self._connection.send(chunk))

    def acked(self, chunk: Chunk) -> None:
        """Wait for the chunk's ack; raises NotAcked."""
        answer = self._next()
        if not isinstance(answer, Ack) or answer.chunk_id != chunk.chunk_id:
            raise NotAcked(f"expected the ack of {chunk.chunk_id!r}, got {answer}")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prove(self, secrets: Secrets, username: str, hostname: str, salt: bytes) -> None:
        hello = self._next()
        if not isinstance(hello, Hello):
            raise NotAcked(f"expected HELO, got {hello}")
        self._socket.sendall(self._connection.send(handshake.ping(hello, hostname, salt, secrets, username)))
        pong = self._next()
        if not isinstance(pong, Pong):
            raise NotAcked(f"expected PONG, got {pong}")
        handshake.verify(pong, salt, hello, secrets)

    def _next(self) -> Message:
        """Return the server's next message."""
        while True:
            try:
                data = self._socket.recv(RECEIVE_BYTES)
            except TimeoutError:
                raise NotAcked("no answer in time") from None
            if not data:
                raise NotAcked("the server closed the connection without an answer")
            for message in self._connection.receive(data):
                return message


def raw_chunk(tag: str, lines: list[bytes], chunk_id: str | None, mode: Mode = Mode.PACKED) -> Chunk:
    """Return the chunk that Fluentd makes of log lines with `parse none`: `{"message": line}`, stamped zero."""
    packer = msgpack.Packer()
    body = b"".join(packer.pack([0, {"message": line}]) for line in lines)
    return Chunk(mode, tag, body, chunk_id=chunk_id)
