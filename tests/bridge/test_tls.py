import ssl
from contextlib import suppress

import pytest
import trustme

from bridge.errors import RemoteProtocolError
from bridge.tls import ServerTls, words


class PlainClient:
    """A client's side of TLS in memory."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")

    def say(self) -> bytes:
        return self._outgoing.read()

    def hear(self, data: bytes) -> None:
        self._incoming.write(data)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def client_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def shake(client: PlainClient, server: ServerTls) -> None:
    """Carry the handshake's bytes between the two until both have agreed."""
    for _ in range(4):
        with suppress(ssl.SSLWantReadError):
            client.tls.do_handshake()
        server.receive(client.say())
        client.hear(server.pending())


def test_both_directions(server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> None:
    client, server = PlainClient(client_context), ServerTls(server_context)
    shake(client, server)
    assert server.established
    client.tls.write(b"question" * 50_000)
    heard = server.receive(client.say())
    assert b"question" * 50_000 == heard
    client.hear(server.send(b"answer"))
    assert b"answer" == client.tls.read()


def test_the_clients_end_is_seen(server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> None:
    client, server = PlainClient(client_context), ServerTls(server_context)
    shake(client, server)
    client.tls.write(b"last words")
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.unwrap()
    assert (b"last words", True) == (server.receive(client.say()), server.ended)
    assert server.close()


def test_the_name_that_a_client_shows(authority: trustme.CA, server_context: ssl.SSLContext) -> None:
    authority.configure_trust(server_context)
    server_context.verify_mode = ssl.CERT_REQUIRED
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("client.example.com", common_name="kube-apiserver").configure_cert(context)
    client, server = PlainClient(context), ServerTls(server_context)
    shake(client, server)
    assert "kube-apiserver" == server.client_name


def test_plain_text(server_context: ssl.SSLContext) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        ServerTls(server_context).receive(b"\x93\xa1t")
    assert str(error.value) == "byte 0: expected TLS, got plain text: this port speaks TLS only"


def test_a_client_that_does_not_trust_us(server_context: ssl.SSLContext) -> None:
    """The server hears the client's alert, and says so."""
    client, server = PlainClient(ssl.create_default_context()), ServerTls(server_context)
    with pytest.raises(RemoteProtocolError) as error:
        distrust(client, server)
    want = "it must be signed by an authority that the client knows, be for the address that it calls, and not have expired"
    sentence = f"byte 0: TLS failed: tlsv1 alert unknown ca: the client refuses our certificate - {want}"
    assert sentence == str(error.value)


def distrust(client: PlainClient, server: ServerTls) -> None:
    for _ in range(4):
        with suppress(ssl.SSLError):
            client.tls.do_handshake()
        server.receive(client.say())
        client.hear(server.pending())


def test_too_old_a_version(server_context: ssl.SSLContext) -> None:
    server_context.minimum_version = ssl.TLSVersion.TLSv1_3
    client_context = ssl.create_default_context()
    client_context.maximum_version = ssl.TLSVersion.TLSv1_2
    client, server = PlainClient(client_context), ServerTls(server_context)
    with pytest.raises(RemoteProtocolError) as error:
        distrust(client, server)
    assert str(error.value) == "byte 0: TLS failed: unsupported protocol"
    assert server.pending(), "the alert that tells the client"


def test_closing_before_the_handshake_says_nothing(server_context: ssl.SSLContext) -> None:
    assert b"" == ServerTls(server_context).close()


def test_words() -> None:
    assert "the connection broke" == words(ssl.SSLError())
