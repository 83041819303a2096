"""The shared-key handshake: HELO, PING, PONG, and what each side proves.

Forward protocol specification v1, "Handshake": every digest is the lower-case hexadecimal SHA-512 over raw bytes. Clients
differ in what they call text (Fluent Bit's salt is 16 random bytes sent as text), so whatever may be either is read as
both. Nonce and auth go out as binary: one client decodes a text nonce as UTF-8 and can never agree.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.framing import Frame
from bridge.messages import Hello, Ping, Pong

NONCE_BYTES = 16
BEFORE_PING_BYTES = 64 * 1024  # what a peer may send in one message before it has proved the key
INVALID_PING = "invalid ping message"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the server compares with: the shared key, and passwords by user (empty: users are not asked for)."""

    shared_key: bytes = field(repr=False)
    users: Mapping[str, str] = field(default_factory=dict, repr=False)


def digest(*parts: bytes) -> str:
    """Return the handshake's hash of the parts in their order."""
    return hashlib.sha512(b"".join(parts)).hexdigest()


def raw(text: str) -> bytes:
    """Return the bytes that text had on the wire."""
    return text.encode("utf-8", "surrogateescape")


def ping(hello: Hello, hostname: str, salt: bytes, secrets: Secrets, username: str = "") -> Ping:
    """Answer a HELO as a client that knows the key, and the password of `username`."""
    proof = digest(salt, raw(hostname), hello.nonce, secrets.shared_key)
    password = digest(hello.auth, raw(username), raw(secrets.users.get(username, ""))) if hello.auth else ""
    return Ping(hostname, salt, proof, username if hello.auth else "", password)


def judge(ping: Ping, hello: Hello, hostname: str, secrets: Secrets) -> Pong:
    """Answer a PING as the server `hostname`; comparisons take the same time whatever differs."""
    expected = digest(ping.salt, raw(ping.hostname), hello.nonce, secrets.shared_key)
    if not hmac.compare_digest(expected, ping.digest):
        return Pong(False, "shared_key mismatch", "", "")
    if ping.hostname == hostname:
        return Pong(False, "same hostname on both sides", "", "")
    if secrets.users:
        password = secrets.users.get(ping.username)
        expected = digest(hello.auth, raw(ping.username), raw(password or ""))
        if not hmac.compare_digest(expected, ping.password_digest) or password is None:
            return Pong(False, "username/password mismatch", "", "")
    return Pong(True, "", hostname, digest(ping.salt, raw(hostname), hello.nonce, secrets.shared_key))


def verify(pong: Pong, salt: bytes, hello: Hello, secrets: Secrets) -> None:
    """Check, as a client, that the server knows the key too; raises RemoteProtocolError."""
    if not pong.accepted:
        raise RemoteProtocolError(f"the server refused the handshake: {pong.reason}", 0)
    if not hmac.compare_digest(digest(salt, raw(pong.hostname), hello.nonce, secrets.shared_key), pong.digest):
        raise RemoteProtocolError("the server does not know the shared key", 0)


def encode(message: Hello | Ping | Pong) -> bytes:
    """Return the bytes of a handshake message."""
    match message:
        case Hello(nonce, auth, keepalive):
            body: list[Any] = ["HELO", {"nonce": nonce, "auth": auth or "", "keepalive": keepalive}]
        case Ping(hostname, salt, proof, username, password):
            body = ["PING", hostname, salt, proof, username, password]
        case Pong(accepted, reason, hostname, proof):
            body = ["PONG", accepted, reason, hostname, proof]
        case _:
            raise LocalProtocolError(f"{type(message).__name__} is no handshake message")
    return bytes(msgpack.packb(body))


def read_ping(frame: Frame) -> Ping:
    """Read what should be a PING; anything else is a client that was not given the key."""
    match _fields(frame):
        case [b"PING", bytes(host), bytes(salt), bytes(proof), username, password] if _all_text(username, password):
            return Ping(_text(host), salt, _text(proof), _text(username), _text(password))
    raise RemoteProtocolError(f"{INVALID_PING}: this port wants a shared key, and the client has none", frame.at)


def read_hello(frame: Frame) -> Hello:
    """Read what should be a HELO."""
    match _fields(frame):
        case [b"HELO", {b"nonce": bytes(nonce), **options}]:
            auth = options.get(b"auth", b"")
            return Hello(nonce, auth if isinstance(auth, bytes) else b"", bool(options.get(b"keepalive", True)))
    raise RemoteProtocolError("expected HELO", frame.at)


def read_pong(frame: Frame) -> Pong:
    """Read what should be a PONG."""
    match _fields(frame):
        case [b"PONG", bool(accepted), bytes(reason), bytes(host), bytes(proof)]:
            return Pong(accepted, _text(reason), _text(host), _text(proof))
    raise RemoteProtocolError("expected PONG", frame.at)


def _fields(frame: Frame) -> Any:
    try:
        return msgpack.unpackb(frame.data, raw=True, strict_map_key=False)
    except (ValueError, TypeError):
        return None


def _all_text(*values: Any) -> bool:
    return all(value is None or isinstance(value, bytes) for value in values)


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", "surrogateescape")
