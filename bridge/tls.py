"""TLS without I/O: bytes from the socket in, plain bytes and bytes for the socket out.

The session drives it itself, rather than the event loop, so that a failed handshake is a sentence beside the peer's
address; event loops drop those silently.
"""

import ssl
from contextlib import suppress
from typing import Any

from bridge.errors import RemoteProtocolError

READ_BYTES = 256 * 1024
_HANDSHAKE_RECORD = 0x16
_REFUSALS = ("alert bad certificate", "alert unknown ca", "alert certificate unknown", "alert certificate expired")
_CURE = (
    "it must be signed by an authority that the client knows, be for the address that it calls, and not have expired"
)


class ServerTls:
    """The server's side of one connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._begun = False
        self.established = False
        self.ended = False  # the client has said that it sends no more

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the socket and return what they say; raises RemoteProtocolError. `pending` may hold an answer."""
        if data and not self._begun:
            self._begun = True
            if data[0] != _HANDSHAKE_RECORD:
                raise RemoteProtocolError("expected TLS, got plain text: this port speaks TLS only", 0)
        self._incoming.write(data)
        try:
            if not self.established:
                self._object.do_handshake()
                self.established = True
            return self._read()
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLError as error:
            raise RemoteProtocolError(f"TLS failed: {words(error)}", 0) from None

    @property
    def client_name(self) -> str:
        """The common name of the client's certificate; empty where it has shown none."""
        certificate: dict[str, Any] = self._object.getpeercert() or {}
        names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
        return str(names[0]) if names else ""

    def send(self, data: bytes) -> bytes:
        """Return the bytes that say `data` to the client."""
        self._object.write(data)
        return self._outgoing.read()

    def close(self) -> bytes:
        """Return the bytes that say that we send no more."""
        with suppress(ssl.SSLError, ValueError):  # the client has not said the same yet, or there never was a session
            self._object.unwrap()
        return self._outgoing.read()

    def pending(self) -> bytes:
        """Return what TLS itself has to say: its handshake, or why it failed."""
        return self._outgoing.read()

    def _read(self) -> bytes:
        pieces = []
        try:
            while piece := self._object.read(READ_BYTES):
                pieces.append(piece)
            self.ended = True
        except ssl.SSLZeroReturnError:
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        return b"".join(pieces)


def words(error: ssl.SSLError) -> str:
    """Return OpenSSL's reason in words, and what to do where the client refuses us."""
    reason = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    if reason.endswith(_REFUSALS):
        return f"{reason}: the client refuses our certificate - {_CURE}"
    detail = getattr(error, "verify_message", "")
    return f"{reason} ({detail})" if detail else reason or "the connection broke"
