"""What is said over a Forward connection, as frozen values.

`Chunk` is the one that carries events. Its `body` is always MessagePack events back to back, whichever mode brought
them (Message, Forward, PackedForward, JSON), so that everything behind the protocol knows one form. Only a packed body
may be compressed.
"""

from dataclasses import dataclass
from enum import Enum

Body = bytes | memoryview
"""Events back to back; a view of the bytes that came where they need no other form."""


class Mode(Enum):
    """How a request carried its events; Forward protocol specification v1, section "Message Modes"."""

    MESSAGE = "Message"
    FORWARD = "Forward"
    PACKED = "PackedForward"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One request with events.

    `body` holds events back to back, compressed where `compressed` is not "text". `ack` is the whole answer that the
    sender waits for, ready to write, or None where it waits for none; `chunk_id` is what joins a resend to the first.
    `signal` is Fluent Bit's `fluent_signal`: 0 for logs, anything else carries no log events.
    """

    mode: Mode
    tag: str
    body: Body
    ack: bytes | None = None
    chunk_id: str | None = None
    compressed: str = "text"
    signal: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A nil request: a TCP heartbeat, never answered."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The server's first word where a shared key is wanted; `auth` is empty without user authentication."""

    nonce: bytes
    auth: bytes
    keepalive: bool = True


@dataclass(frozen=True, slots=True)
class Ping:
    """The client's proof that it knows the key, and the password where the server asked for users."""

    hostname: str
    salt: bytes
    digest: str
    username: str
    password_digest: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The server's verdict on a `Ping`, and its own proof."""

    accepted: bool
    reason: str
    hostname: str
    digest: str


@dataclass(frozen=True, slots=True)
class Ack:
    """The receiver has the chunk; `chunk_id` is echoed exactly as it came."""

    chunk_id: str


Message = Chunk | Heartbeat | Hello | Ping | Pong | Ack
