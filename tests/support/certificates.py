"""Certificates for tests: an authority that signs what a test wants to go wrong, and TLS that takes or refuses it."""

import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from generator.certificates import Signer, Wish, authority, issued
from generator.certs import Leaf
from generator.private_keys import PrivateKey, made
from generator.renewal import Terms

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(365 * DAY, 3650 * DAY, 30 * DAY)
SERVER = Leaf("server", Wish("kube-audit-bridge", "server", ("bridge.example",)))
CLIENT = Leaf("client", Wish("kube-audit-agent", "client"))


def signer(now: datetime = NOW, lifetime: timedelta = 3650 * DAY, key: PrivateKey | None = None) -> Signer:
    """Return an authority."""
    key = key or made("ecdsa")
    return Signer(authority(key, "test", now, lifetime), key)


def expired(by: Signer, key: PrivateKey) -> bytes:
    """Return a server's certificate, in PEM, that ended before now."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return issued(SERVER.wish, key, by, NOW - 400 * DAY, 365 * DAY).public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a connection shows and trusts."""

    folder: Path
    stem: str

    def context(self, purpose: ssl.Purpose) -> ssl.SSLContext:
        """Return a context that asks the other side for a certificate, as strictly as Python can."""
        context = ssl.create_default_context(purpose, cafile=self.folder / "ca.crt")
        context.load_cert_chain(self.folder / f"{self.stem}.crt", self.folder / f"{self.stem}.key")
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.verify_mode = ssl.CERT_REQUIRED
        return context


def shake_hands(server: Side, client: Side, name: str) -> str:
    """Connect with mutual TLS to a server of this name; return why it failed, empty where it did not."""
    problems: list[str] = []
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            with server.context(ssl.Purpose.CLIENT_AUTH).wrap_socket(theirs, server_side=True) as secure:
                secure.sendall(b"hello")
                secure.unwrap()
        except (ssl.SSLError, OSError) as error:
            problems.append(f"server: {getattr(error, 'reason', error)}")
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        context = client.context(ssl.Purpose.SERVER_AUTH)
        with context.wrap_socket(ours, server_hostname=name) as secure:
            assert secure.recv(5) == b"hello"
            secure.unwrap()
    except ssl.SSLCertVerificationError as error:
        problems.insert(0, f"client: {error.verify_message}")
        ours.close()
    except (ssl.SSLError, OSError) as error:
        problems.insert(0, f"client: {getattr(error, 'reason', error)}")
        ours.close()
    thread.join(10)
    ours.close()
    return problems[0] if problems else ""
