"""What the API server finds on a node's port 10250: TLS, and a stream for whoever asks for exec or attach."""

import base64
import hashlib
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

_READ = 65_536
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class KubeletPort:
    """Answers every request with an upgrade to the protocol that it asks for, and closes the stream; over WebSocket, with success."""

    def __init__(self, folder: Path) -> None:
        chain = folder / "kubelet.pem"
        trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(chain)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            with accepted, suppress(OSError):
                accepted.settimeout(10)
                with self._context.wrap_socket(accepted, server_side=True) as stream:
                    stream.sendall(_answer(_head(stream)))


def _head(stream: ssl.SSLSocket) -> bytes:
    """Read up to the empty line."""
    head = b""
    while b"\r\n\r\n" not in head and (data := stream.recv(_READ)):
        head += data
    return head


def _field(head: bytes, name: bytes) -> bytes:
    """Return a header's value, empty where there is none."""
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return next((value.strip() for key, _, value in lines if key.lower() == name), b"")


def _answer(head: bytes) -> bytes:
    protocol = _field(head, b"upgrade")
    if not protocol:
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    if protocol.lower() == b"websocket":
        return _accepted(head)
    return b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"


def _accepted(head: bytes) -> bytes:
    """Accept a WebSocket as RFC 6455, 4.2.2 wants it, and say on the channel for errors that the command went well."""
    accept = base64.b64encode(hashlib.sha1(_field(head, b"sec-websocket-key") + _GUID, usedforsecurity=False).digest())
    protocol = _field(head, b"sec-websocket-protocol").split(b",")[0].strip()
    done = b"\x03" + b'{"metadata":{},"status":"Success"}'
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Accept: %b\r\nSec-WebSocket-Protocol: %b\r\n\r\n" % (accept, protocol)
    ) + b"\x82%c%b\x88\x02\x03\xe8" % (len(done), done)
