"""Private keys: made, told apart, written as PEM and read back."""

from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Kind = Literal["ecdsa", "rsa", "ed25519"]

KINDS: Final[tuple[Kind, ...]] = ("ecdsa", "rsa", "ed25519")
"""ECDSA on P-256 first: every TLS stack has it, and it costs least. The Go of Kubernetes has Ed25519 since 1.13, browsers do not."""

RSA_BITS = 3072
"""As strong as P-256; NIST SP 800-57 part 1, table 2."""


class KeyUnreadable(ValueError):  # noqa: N818 - what is wrong with a text, in a sentence's part
    """Bytes that hold no private key that can be used here; the message is what was got."""


def made(kind: Kind) -> PrivateKey:
    """Return a new key."""
    match kind:
        case "ecdsa":
            return ec.generate_private_key(ec.SECP256R1())
        case "rsa":
            return rsa.generate_private_key(65537, RSA_BITS)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()


def kind_of(key: PrivateKey) -> Kind:
    """Tell what kind a key is."""
    if isinstance(key, rsa.RSAPrivateKey):
        return "rsa"
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ecdsa"


def digest(key: PrivateKey) -> hashes.SHA256 | None:
    """Return the digest that a signature of this key is made over; Ed25519 has its own."""
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def pem(key: PrivateKey) -> bytes:
    """Return a key as PKCS #8 in PEM, which OpenSSL, Go and Ruby read alike."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read(data: bytes) -> PrivateKey:
    """Read a key in PEM. Raises `KeyUnreadable`."""
    try:
        key = serialization.load_pem_private_key(data, None)
    except TypeError:
        raise KeyUnreadable("a key with a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnreadable("no private key in PEM") from None
    if not isinstance(key, PrivateKey):
        raise KeyUnreadable("a key that is neither ECDSA, RSA nor Ed25519")
    return key
