"""One client of the webhook of the real process, by real sockets."""

import datetime as dt
import re
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from tests.bridge.conftest import StartBridge
from tests.support.events import sample_lines
from tests.support.processes import Bridge, Sandbox, wait_for
from tests.support.webhook import Poster, event_list, webhook_port

LOCAL = ("webhook.host=127.0.0.1", "webhook.port=0")
TOKEN = "token-of-the-webhook-of-the-tests"
REFUSED = "the client refuses our certificate"
BODY = event_list(sample_lines()[:3])


class Keys:
    """What a bridge and its clients show each other, as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority, self.stranger = trustme.CA(), trustme.CA()
        self.authority.cert_pem.write_to_path(folder / "ca.crt")
        self.write("server", self.authority.issue_cert("127.0.0.1"))
        (folder / "tokens").write_text(TOKEN + "\n")

    def write(self, name: str, leaf: trustme.LeafCert) -> None:
        (self.folder / f"{name}.crt").write_bytes(leaf.cert_chain_pems[0].bytes())
        leaf.private_key_pem.write_to_path(self.folder / f"{name}.key")

    @property
    def settings(self) -> tuple[str, ...]:
        names = {"tls.cert_file": "server.crt", "tls.key_file": "server.key", "tls.client_ca_file": "ca.crt"}
        files = {**names, "token_file": "tokens"}
        return (*LOCAL, *(f"webhook.{key}={self.folder / name}" for key, name in files.items()))

    def client(self, leaf: trustme.LeafCert | None, trusted: trustme.CA | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        (trusted or self.authority).configure_trust(context)
        if leaf:
            leaf.configure_cert(context)
        return context


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def guarded(keys: Keys, shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Start a bridge that asks for a certificate of `kube-apiserver`'s and a token."""
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("cluster: test\nwebhook: {client_names: [kube-apiserver]}\n")
    with Bridge(config, shared_sandbox.url, *keys.settings, arguments=("--log-level", "debug")) as bridge:
        yield bridge


def client_of(keys: Keys, name: str = "kube-apiserver") -> trustme.LeafCert:
    return keys.authority.issue_cert("client.example.com", common_name=name)


def test_a_client_that_proves_itself_both_ways(guarded: Bridge, keys: Keys, sandbox: Sandbox) -> None:
    with Poster(webhook_port(guarded), keys.client(client_of(keys))) as client:
        assert [(200, ""), (200, "")] == [client.post(BODY, token=TOKEN), client.post(BODY[:-1], token=TOKEN)]
    assert 6 == len(sandbox.events())
    assert "with TLS, client certificates, a token" in guarded.output


def test_a_token_that_is_wrong_or_missing(guarded: Bridge, keys: Keys) -> None:
    cure = "set tokenFile in the webhook's kubeconfig to one that webhook.token_file holds"
    for token, got in (("another-token-of-the-tests", "another one"), (None, "none")):
        sentence = f"expected a bearer token, got {got} - {cure}"
        with Poster(webhook_port(guarded), keys.client(client_of(keys))) as client:
            assert (401, sentence) == client.post(BODY, token=token)
        guarded.wait_for_line(re.escape(f"answered with 401, {sentence}"))
    assert "another-token" not in guarded.output


def test_a_certificate_for_somebody_else(guarded: Bridge, keys: Keys) -> None:
    want = "a client certificate whose common name is one of webhook.client_names"
    sentence = f"expected {want}, got 'kubelet' - add it, or give the client another one"
    with Poster(webhook_port(guarded), keys.client(client_of(keys, "kubelet"))) as client:
        assert (403, sentence) == client.post(BODY, token=TOKEN)
    guarded.wait_for_line(re.escape(f"answered with 403, {sentence}"))


def test_clients_that_tls_turns_away(guarded: Bridge, keys: Keys) -> None:
    """No certificate, a stranger's, an expired one, and clients that do not take ours: a sentence each in the log."""
    stranger = keys.stranger.issue_cert("client.example.com", common_name="kube-apiserver")
    expired = keys.authority.issue_cert(
        "client.example.com", common_name="kube-apiserver", not_after=dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    )
    refused = {
        "TLS failed: peer did not return a certificate": keys.client(None),
        "TLS failed: certificate verify failed (unable to get local issuer certificate)": keys.client(stranger),
        "TLS failed: certificate verify failed (certificate has expired)": keys.client(expired),
        f"TLS failed: tlsv1 alert unknown ca: {REFUSED}": keys.client(client_of(keys), keys.stranger),
    }
    for sentence, context in refused.items():
        with pytest.raises((ssl.SSLError, OSError)), Poster(webhook_port(guarded), context) as client:
            client.post(BODY, token=TOKEN)
        guarded.wait_for_line(rf"WARNING bridge.webhook: 127.0.0.1:\d+: closed, {re.escape(sentence)}")


def test_plain_http_meets_tls(guarded: Bridge) -> None:
    with suppress(OSError), Poster(webhook_port(guarded)) as client:
        client.post(BODY)
    guarded.wait_for_line("closed, expected TLS, got plain text: this port speaks TLS only")


def test_a_new_token_and_a_new_certificate_are_used_at_once(start_bridge: StartBridge, tmp_path: Path) -> None:
    """The old token is refused from then on, also on a connection that stands."""
    own = Keys(tmp_path)
    bridge = start_bridge(*own.settings)
    context = own.client(client_of(own))
    with Poster(webhook_port(bridge), context) as client:
        assert (200, "") == client.post(BODY, token=TOKEN)
        (tmp_path / "tokens").write_text("new-token-of-the-tests\n")
        bridge.signal(signal.SIGHUP)
        bridge.wait_for_line("secrets and certificates read again")
        with suppress(OSError):  # the connection was closed: a client of Go's begins another one
            assert 401 == client.post(BODY, token=TOKEN)[0]
        client.close()
        assert 401 == client.post(BODY, token=TOKEN)[0]
    other = trustme.CA()
    own.write("server", other.issue_cert("127.0.0.1"))
    bridge.signal(signal.SIGHUP)
    wait_for(lambda: bridge.output.count("secrets and certificates read again") == 2)
    with Poster(webhook_port(bridge), own.client(client_of(own), other)) as client:
        assert (200, "") == client.post(BODY, token="new-token-of-the-tests")


@pytest.fixture(scope="module")
def hurried(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Start a bridge whose clients must not take their time."""
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("limits: {connections: 3}\nwebhook: {request_timeout: 500ms, idle_timeout: 1s}\n")
    with Bridge(config, shared_sandbox.url, *LOCAL) as bridge:
        yield bridge


def test_slow_clients_hold_nothing_up(hurried: Bridge) -> None:
    """One that never says anything, one in the middle of its head, one in its body; a good one is served meanwhile."""
    bridge, port = hurried, webhook_port(hurried)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(2)]
    for one, begun in zip(slow, (head[:20], head + b"abc"), strict=True):
        one.sendall(begun)
    with Poster(port) as client:
        assert (200, "") == client.post(BODY)
    for one in slow:
        with suppress(ConnectionResetError):
            assert b"" == one.recv(1)
        one.close()
    wait_for(lambda: bridge.output.count("closed, its request has not ended within 0.5 s") == 2)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as idle:
        assert b"" == idle.recv(1), "an idle one is closed without a word"
    assert 2 == bridge.output.count("closed, its request")


def test_too_many_clients_are_refused(hurried: Bridge) -> None:
    bridge, port = hurried, webhook_port(hurried)
    clients = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(4)]
    bridge.wait_for_line(r"refused, 3 connections are open \(limits.connections\)")
    for client in clients:
        client.close()


def test_who_sends_too_much_reads_why(start_bridge: StartBridge) -> None:
    """Also when it only reads after it has sent all: for a while that is thrown away."""
    bridge = start_bridge(*LOCAL, "limits.chunk_bytes=5MB")
    begun = time.monotonic()
    with Poster(webhook_port(bridge)) as client:
        status, sentence = client.post(bytes(20_000_000))
    assert (413, True) == (status, sentence.startswith("expected a body of at most 5,000,000 bytes, got 20,000,000"))
    assert time.monotonic() - begun < 5
    wait_for(lambda: "413" in bridge.output)


def test_many_large_bodies_at_once_each_have_their_turn(start_bridge: StartBridge) -> None:
    """Those on their way are bounded, and the one that began first always goes on."""
    bridge = start_bridge(*LOCAL, "limits.unacked_bytes=1MB")
    port = webhook_port(bridge)

    def post(_at: int) -> int:
        with Poster(port) as client:
            return client.post(bytes(3_000_000))[0]

    with ThreadPoolExecutor(8) as pool:
        assert [400] * 8 == list(pool.map(post, range(8)))
    with Path(f"/proc/{bridge.pid}/status").open() as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 100_000, "kB: no more than two of the bodies beside the process itself"
