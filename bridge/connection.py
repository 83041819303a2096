"""The Forward protocol without I/O: bytes in, messages out; messages in, bytes out.

One class plays both sides, so that tests, `replay --ack` and benchmarks have a client that follows the same rules. The
rule above all: whatever bytes come, cut anywhere, the result is the same messages and at most one RemoteProtocolError,
which ends the connection. Nothing here waits, so nothing here acks: an ack is written when the chunk is delivered.

    server without a key:  OPEN
    server with a key:     EXPECT_PING --Ping, then send(Pong accepted)--> OPEN
    client with a key:     EXPECT_HELLO --Hello, then send(Ping)--> EXPECT_PONG --Pong--> OPEN
    any:                   CLOSED after an error, a refusal, or eof()
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from bridge import handshake, requests
from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.framing import OPEN_JSON, Frame, Framer, JsonFramer
from bridge.messages import Ack, Chunk, Heartbeat, Hello, Message, Ping, Pong

UDP_HEARTBEAT = b"\0"


class State(Enum):
    """What the connection may receive next."""

    EXPECT_HELLO = auto()
    EXPECT_PING = auto()
    EXPECT_PONG = auto()
    OPEN = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Role:
    """Which side we are, and whether the two prove a shared key to each other first."""

    server: bool = True
    with_key: bool = False


class Connection:
    """One side of one connection. `limit` bounds a single request in bytes."""

    def __init__(self, role: Role, limit: int) -> None:
        self._role = role
        self._limit = limit
        self._framer: Framer | JsonFramer = Framer(min(limit, handshake.BEFORE_PING_BYTES) if role.with_key else limit)
        self._begun = False
        self.state = State.OPEN
        if role.with_key:
            self.state = State.EXPECT_PING if role.server else State.EXPECT_HELLO

    @property
    def pending(self) -> int:
        """Bytes of a request that has begun and not ended."""
        return self._framer.pending

    def receive(self, data: bytes) -> Iterator[Message]:
        """Take bytes and yield each message that they complete; raises RemoteProtocolError where the peer is wrong.

        Answer a Hello or a Ping with `send` before asking for the next message: what follows depends on it.
        """
        if data and not self._begun:
            self._begun = True
            if data[0] in OPEN_JSON and self._role.server and not self._role.with_key:
                self._framer = JsonFramer(self._limit)
        self._framer.feed(data)
        return self._messages()

    def send(self, message: Message) -> bytes:
        """Return the bytes that say `message`; raises LocalProtocolError for what is not ours to say."""
        match message:
            case Chunk() if not self._role.server:
                return requests.encode(message)
            case Heartbeat() if not self._role.server:
                return b"\xc0"
            case Ping() if not self._role.server:
                self.state = State.EXPECT_PONG
                return handshake.encode(message)
            case Ack() if self._role.server:
                return requests.encode_ack(message)
            case Hello() if self._role.server:
                return handshake.encode(message)
            case Pong() if self._role.server:
                self._enter(message)
                return handshake.encode(message)
        raise LocalProtocolError(
            f"a {'server' if self._role.server else 'client'} never sends {type(message).__name__}"
        )

    def eof(self) -> None:
        """Take the end of the peer's stream; raises RemoteProtocolError where it cuts a request."""
        pending = 0 if self.state is State.CLOSED else self._framer.pending
        self.state = State.CLOSED
        if pending:
            begun = self._framer.at
            raise RemoteProtocolError(
                f"the stream ended {pending:,} bytes into the request that began at {begun}", begun + pending
            )

    def _messages(self) -> Iterator[Message]:
        while self.state is not State.CLOSED:
            try:
                frame = self._framer.next()
                if frame is None:
                    return
                message = self._read(frame)
            except RemoteProtocolError:
                self.state = State.CLOSED
                raise
            yield message

    def _read(self, frame: Frame) -> Message:
        if self.state is State.EXPECT_PING:
            return handshake.read_ping(frame)
        if self.state is State.EXPECT_HELLO:
            return handshake.read_hello(frame)
        if self.state is State.EXPECT_PONG:
            pong = handshake.read_pong(frame)
            self._enter(pong)
            return pong
        if isinstance(self._framer, JsonFramer):
            return requests.read_json(frame)
        if frame.data == b"\xc0":
            return Heartbeat()
        return requests.read(frame) if self._role.server else requests.read_ack(frame)

    def _enter(self, pong: Pong) -> None:
        """Open after an accepted handshake, close after a refused one."""
        self.state = State.OPEN if pong.accepted else State.CLOSED
        self._framer.limit = self._limit


def udp_answer(datagram: bytes) -> bytes | None:
    """Return the answer to a UDP heartbeat, None where the datagram is none: Fluentd sends one zero byte."""
    return UDP_HEARTBEAT if datagram == UDP_HEARTBEAT else None
