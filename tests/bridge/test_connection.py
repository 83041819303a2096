import random
from collections.abc import Iterable

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import handshake
from bridge.connection import Connection, Role, State, udp_answer
from bridge.content import Damage
from bridge.entries import entries
from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.handshake import Secrets
from bridge.messages import Ack, Chunk, Heartbeat, Hello, Message, Mode, Ping, Pong
from tests.support.wire import TRANSCRIPTS, Recorded, recorded

LIMIT = 2**20
EVENT = msgpack.packb([1, {"a": 1}])


def hear(connection: Connection, pieces: Iterable[bytes]) -> tuple[list[Message], str]:
    """Feed the pieces and the end of the stream; return the messages and the error's sentence."""
    messages: list[Message] = []
    try:
        for piece in pieces:
            for message in connection.receive(piece):
                messages.append(message)
                if isinstance(message, Ping):  # accepted, whatever it proves
                    connection.send(Pong(True, "", "server.test", ""))
        connection.eof()
    except RemoteProtocolError as error:
        return messages, str(error)
    return messages, ""


def server(name: str = "") -> Connection:
    return Connection(Role(server=True, with_key="sharedkey" in name), LIMIT)


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def shredded(data: bytes, seed: int) -> list[bytes]:
    pieces, dice = [], random.Random(seed)
    while data:
        size = dice.choice([1, 2, 7, 100, 4096])
        pieces.append(data[:size])
        data = data[size:]
    return pieces


EVENTS_IN = {
    "fluent-bit-5.1-forward-metadata-ack": [12, 3, 3, 12, 3, 3],
    "fluent-bit-5.1-forward-nometadata": [18],
    "fluent-bit-5.1-gzip-ack": [18],
    **{name: [5, 5, 2] for name in TRANSCRIPTS if name.startswith("fluentd") and "keepalive" not in name},
    "fluentd-1.18-keepalive-ack": [12],
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_what_real_agents_sent(name: str) -> None:
    """Every recorded connection: the same chunks however it is cut, all events in them, and acks equal to the byte."""
    counts = []
    for connection in recorded(name):
        messages, error = hear(server(name), [connection.client])
        assert error == ""
        for pieces in (bytewise(connection.client), *(shredded(connection.client, seed) for seed in range(5))):
            assert (messages, "") == hear(server(name), pieces)
        chunks = [message for message in messages if isinstance(message, Chunk)]
        assert answers(connection) in ([chunk.ack for chunk in chunks if chunk.ack], [])
        found = [entry for chunk in chunks for entry in entries(chunk, LIMIT)]
        assert not any(isinstance(entry, Damage) for entry in found)
        counts.append(len(found))
    assert EVENTS_IN[name] == counts


def answers(connection: Recorded) -> list[bytes]:
    """Return the recorded acks, without the words of a handshake."""
    return [data for data in connection.server if data.startswith(b"\x81\xa3ack")]


def test_recorded_acks_are_there() -> None:
    """The comparison above has something to compare: 16 acks were recorded."""
    assert 16 == sum(len(answers(connection)) for name in TRANSCRIPTS for connection in recorded(name))


@pytest.mark.parametrize("connection", recorded("fluentd-1.18-sharedkey-user-ack"))
def test_the_recorded_handshake(connection: Recorded) -> None:
    """A real client's PING against a real server's HELO, read by our two sides."""
    (hello,) = Connection(Role(server=False, with_key=True), LIMIT).receive(connection.server[0])
    ping = hear(server("sharedkey"), [connection.client])[0][0]
    assert isinstance(hello, Hello)
    assert isinstance(ping, Ping)
    assert (16, 16, "client.test", "agent", 32) == (
        len(hello.nonce),
        len(hello.auth),
        ping.hostname,
        ping.username,
        len(ping.salt),
    )
    assert connection.server[0] == handshake.encode(hello)
    assert connection.client.startswith(
        handshake.encode(ping).replace(b"\xc4\x20" + ping.salt, b"\xd9\x20" + ping.salt)
    )


BODIES = st.sampled_from([b"", EVENT, EVENT * 3, b"\xc1", EVENT + b"\x92"])
CHUNKS = st.builds(
    Chunk,
    mode=st.sampled_from([Mode.PACKED]),
    tag=st.text(max_size=9),
    body=BODIES,
    chunk_id=st.none() | st.text(max_size=9),
) | st.builds(Chunk, mode=st.sampled_from([Mode.MESSAGE, Mode.FORWARD]), tag=st.text(max_size=9), body=st.just(EVENT))
SAID = st.lists(CHUNKS | st.just(Heartbeat()), max_size=5)


@given(SAID, st.binary(max_size=12), st.randoms())
def test_streams_in_any_cut(said: list[Chunk | Heartbeat], noise: bytes, dice: random.Random) -> None:
    """Generated streams with junk behind: the same messages, or the same one error, in any cut."""
    sender = Connection(Role(server=False), LIMIT)
    data = b"".join(sender.send(message) for message in said) + noise
    whole = hear(server(), [data])
    assert whole == hear(server(), bytewise(data))
    assert whole == hear(server(), shredded(data, dice.randrange(1000)))
    assert len(said) <= len(whole[0])


@given(st.sampled_from(TRANSCRIPTS), st.data())
def test_damaged_transcripts_in_any_cut(name: str, data: st.DataObject) -> None:
    """Recorded bytes with some of them changed, taken out, or doubled: never anything but messages or one error."""
    original = data.draw(st.sampled_from(recorded(name))).client
    spoiled = bytearray(original[: data.draw(st.integers(1, min(len(original), 3_000)))])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(spoiled) - 1))
        match data.draw(st.sampled_from(["change", "take out", "double"])):
            case "change":
                spoiled[at] = data.draw(st.integers(0, 255))
            case "take out" if len(spoiled) > 1:
                del spoiled[at]
            case _:
                spoiled[at:at] = spoiled[at : at + 20]
    whole = hear(server(name), [bytes(spoiled)])
    assert whole == hear(server(name), bytewise(bytes(spoiled)))
    for message in whole[0]:
        if isinstance(message, Chunk):
            list(entries(message, LIMIT))


SECRETS = Secrets(b"key", {"agent": "password"})


def test_both_sides_shake_hands() -> None:
    """Wired together, a client and a server agree, and then pass chunks and acks."""
    receiver, sender = (
        Connection(Role(server=True, with_key=True), LIMIT),
        Connection(Role(server=False, with_key=True), LIMIT),
    )
    hello = Hello(b"n" * 16, b"a" * 16)
    (heard,) = sender.receive(receiver.send(hello))
    assert heard == hello
    (ping,) = receiver.receive(sender.send(handshake.ping(hello, "client", b"s" * 16, SECRETS, "agent")))
    assert isinstance(ping, Ping)
    (pong,) = sender.receive(receiver.send(handshake.judge(ping, hello, "server", SECRETS)))
    assert isinstance(pong, Pong)
    handshake.verify(pong, b"s" * 16, hello, SECRETS)
    (chunk,) = receiver.receive(sender.send(Chunk(Mode.PACKED, "t", EVENT, chunk_id="x")))
    assert isinstance(chunk, Chunk)
    assert [Ack("x")] == list(sender.receive(chunk.ack or b""))


def test_a_refused_client_is_not_heard_any_more() -> None:
    connection = Connection(Role(server=True, with_key=True), LIMIT)
    hello = Hello(b"n" * 16, b"")
    ping = handshake.encode(handshake.ping(hello, "client", b"s", Secrets(b"wrong")))
    heard = connection.receive(ping + b"\x92\xa1t\x90")
    assert isinstance(next(heard), Ping)
    connection.send(Pong(False, "shared_key mismatch", "", ""))
    assert ([], State.CLOSED) == (list(heard), connection.state)


def test_data_may_follow_a_ping_at_once() -> None:
    connection = Connection(Role(server=True, with_key=True), LIMIT)
    hello = Hello(b"n" * 16, b"")
    ping = handshake.encode(handshake.ping(hello, "client", b"s", Secrets(b"k")))
    messages, error = hear(connection, [ping + b"\x92\xa1t\x90"])
    assert (Chunk(Mode.FORWARD, "t", b""), "") == (messages[1], error)


def test_little_is_read_before_the_key_is_proved() -> None:
    messages, error = hear(Connection(Role(server=True, with_key=True), LIMIT), [b"\x92\xa1t\xdb\x00\x10\x00\x00"])
    assert ([], "byte 0: a request of more than 65,536 bytes; send smaller chunks") == (messages, error)


def test_messages_before_the_error_are_heard() -> None:
    messages, error = hear(server(), [b"\x92\xa1t\x90\xc3\xc3"])
    assert ([Chunk(Mode.FORWARD, "t", b"")], "byte 4: expected a Forward request, an array or nil, got 0xc3") == (
        messages,
        error,
    )


def test_a_packed_forward_cut_in_the_middle() -> None:
    connection = recorded("fluentd-1.18-packed-raw-ack")[0]
    messages, error = hear(server(), [connection.client[:2_000]])
    assert ([], "byte 2000: the stream ended 2,000 bytes into the request that began at 0") == (messages, error)


def test_the_end_between_requests_is_no_error() -> None:
    assert ([], "") == hear(server(), [])
    assert ([Heartbeat()], "") == hear(server(), [b"\xc0"])


def test_json_by_its_first_byte() -> None:
    messages, error = hear(server(), bytewise(b'["t",1,{"a":1}] ["t",[[1,{"a":1}]],{"chunk":"x"}]'))
    assert ([Chunk(Mode.MESSAGE, "t", EVENT), Chunk(Mode.FORWARD, "t", EVENT, b'{"ack":"x"}', "x")], "") == (
        messages,
        error,
    )


def test_json_is_refused_where_a_key_is_wanted() -> None:
    _, error = hear(server("sharedkey"), [b'["t",1,{"a":1}]'])
    assert error.startswith("byte 0: expected a Forward request, an array or nil, got '[', as a client that sends JSON")


@pytest.mark.parametrize(
    ("role", "message", "sentence"),
    [
        (Role(server=True), Chunk(Mode.FORWARD, "t", b""), "a server never sends Chunk"),
        (Role(server=True), Heartbeat(), "a server never sends Heartbeat"),
        (Role(server=False), Ack("x"), "a client never sends Ack"),
        (Role(server=False), Hello(b"", b""), "a client never sends Hello"),
    ],
)
def test_what_is_not_ours_to_say(role: Role, message: Message, sentence: str) -> None:
    with pytest.raises(LocalProtocolError) as error:
        Connection(role, LIMIT).send(message)
    assert str(error.value) == sentence


def test_udp_heartbeats() -> None:
    assert (b"\0", None, None) == (udp_answer(b"\0"), udp_answer(b""), udp_answer(b"\0\0"))
