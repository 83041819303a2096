import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import handshake
from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.framing import Frame
from bridge.handshake import Secrets
from bridge.messages import Heartbeat, Hello, Ping, Pong

# The vector of the protocol's reference.
SECRETS = Secrets(b"s3cret", {"alice": "wonder"})
HELLO = Hello(bytes(range(16)), bytes(range(16, 32)))
SALT = b"00112233445566778899aabbccddeeff"


def test_the_reference_vector() -> None:
    ping = handshake.ping(HELLO, "agent-1", SALT, SECRETS, "alice")
    pong = handshake.judge(ping, HELLO, "bridge-1", SECRETS)
    digests = (ping.digest, ping.password_digest, pong.digest)
    assert ("b24fad293ebae365", "28e426ad86ca78c8", "63f577bd5b73dbe3") == tuple(text[:16] for text in digests)
    assert pong.accepted
    handshake.verify(pong, SALT, HELLO, SECRETS)


@pytest.mark.parametrize(
    ("secrets", "hostname", "user", "reason"),
    [
        (Secrets(b"wrong", SECRETS.users), "agent-1", "alice", "shared_key mismatch"),
        (SECRETS, "bridge-1", "alice", "same hostname on both sides"),
        (SECRETS, "agent-1", "bob", "username/password mismatch"),
        (SECRETS, "agent-1", "", "username/password mismatch"),
        (Secrets(b"s3cret", {"alice": "wrong"}), "agent-1", "alice", "username/password mismatch"),
    ],
)
def test_refusals(secrets: Secrets, hostname: str, user: str, reason: str) -> None:
    ping = handshake.ping(HELLO, hostname, SALT, secrets, user)
    assert Pong(False, reason, "", "") == handshake.judge(ping, HELLO, "bridge-1", SECRETS)


def test_an_unknown_user_with_an_empty_password_is_refused() -> None:
    """The digest over an empty password is right for a user whom nobody knows."""
    ping = handshake.ping(HELLO, "agent-1", SALT, Secrets(b"s3cret", {"bob": ""}), "bob")
    assert handshake.judge(ping, HELLO, "bridge-1", SECRETS).reason == "username/password mismatch"


def test_without_users_what_a_ping_says_of_them_is_ignored() -> None:
    hello = Hello(HELLO.nonce, b"")
    ping = handshake.ping(hello, "agent-1", SALT, Secrets(b"s3cret"))
    claimed = Ping(ping.hostname, ping.salt, ping.digest, "mallory", "nonsense")
    assert handshake.judge(claimed, hello, "bridge-1", Secrets(b"s3cret")).accepted


@given(st.binary(max_size=20), st.binary(min_size=16, max_size=16), st.booleans())
def test_hello_survives_the_wire(auth: bytes, nonce: bytes, keepalive: bool) -> None:
    hello = Hello(nonce, auth, keepalive)
    assert hello == handshake.read_hello(Frame(handshake.encode(hello), 0))


@given(st.binary(max_size=32), st.text(max_size=10))
def test_a_salt_that_is_no_utf8_is_used_as_it_came(salt: bytes, host: str) -> None:
    """Fluent Bit sends 16 random bytes as text."""
    proof = handshake.digest(salt, host.encode(), HELLO.nonce, b"s3cret")
    length = bytes([0xD9, len(salt)])
    data = b"\x96" + msgpack.packb("PING") + msgpack.packb(host) + length + salt + msgpack.packb(proof) + b"\xc0\xc0"
    ping = handshake.read_ping(Frame(data, 0))
    assert (salt, "", "") == (ping.salt, ping.username, ping.password_digest)
    assert handshake.judge(ping, HELLO, "bridge-1", Secrets(b"s3cret")).accepted == (host != "bridge-1")


def test_ping_fields_may_be_binary() -> None:
    fields = [b"PING", b"host", b"salt", b"digest", b"user", b"password"]
    assert Ping("host", b"salt", "digest", "user", "password") == handshake.read_ping(Frame(msgpack.packb(fields), 0))


@pytest.mark.parametrize(
    "data", [msgpack.packb(["a", [], {}]), msgpack.packb(["PING", 1, 2, 3, 4, 5]), b"\xc0", b"\x81\x91\x01\x02"]
)
def test_data_instead_of_a_ping(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        handshake.read_ping(Frame(data, 7))
    assert str(error.value) == "byte 7: invalid ping message: this port wants a shared key, and the client has none"


@pytest.mark.parametrize("pong", [Pong(True, "", "bridge-1", "x" * 128), Pong(True, "", "bridge-1", "")])
def test_a_server_that_does_not_know_the_key(pong: Pong) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        handshake.verify(pong, SALT, HELLO, SECRETS)
    assert str(error.value) == "byte 0: the server does not know the shared key"


def test_a_refusal_reaches_the_client_in_words() -> None:
    pong = handshake.read_pong(Frame(handshake.encode(Pong(False, "shared_key mismatch", "", "")), 0))
    with pytest.raises(RemoteProtocolError) as error:
        handshake.verify(pong, SALT, HELLO, SECRETS)
    assert str(error.value) == "byte 0: the server refused the handshake: shared_key mismatch"


@pytest.mark.parametrize(("read", "name"), [(handshake.read_hello, "HELO"), (handshake.read_pong, "PONG")])
def test_other_words_where_a_server_should_speak(read: object, name: str) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        read(Frame(msgpack.packb(["HI", {}]), 0))  # type: ignore[operator]
    assert str(error.value) == f"byte 0: expected {name}"


def test_only_handshake_messages_are_encoded() -> None:
    with pytest.raises(LocalProtocolError) as error:
        handshake.encode(Heartbeat())  # type: ignore[arg-type]
    assert str(error.value) == "Heartbeat is no handshake message"


def test_secrets_do_not_print() -> None:
    assert repr(SECRETS) == "Secrets()"


def test_hello_and_pong_fit_the_smallest_client_buffer() -> None:
    """Fluent Bit reads each into 1,023 bytes."""
    pong = handshake.judge(handshake.ping(HELLO, "agent-1", SALT, SECRETS, "alice"), HELLO, "b" * 253, SECRETS)
    assert max(len(handshake.encode(HELLO)), len(handshake.encode(pong))) < 1023
