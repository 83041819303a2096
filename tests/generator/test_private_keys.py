"""Private keys of each kind."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa, x25519

from generator import private_keys
from generator.private_keys import KINDS, KeyUnreadable, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_read_back_as_what_it_is(kind: Kind) -> None:
    key = private_keys.made(kind)
    again = private_keys.read(private_keys.pem(key))
    assert (kind, key.public_key()) == (private_keys.kind_of(again), again.public_key())


def test_an_rsa_key_is_as_strong_as_the_curve() -> None:
    key = private_keys.made("rsa")
    assert isinstance(key, rsa.RSAPrivateKey)
    assert 3072 == key.key_size


def test_what_is_no_key_is_refused() -> None:
    locked = private_keys.made("ecdsa").private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    other = x25519.X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    expected = {
        b"": "no private key in PEM",
        locked: "a key with a passphrase",
        other: "a key that is neither ECDSA, RSA nor Ed25519",
    }
    for data, why in expected.items():
        with pytest.raises(KeyUnreadable) as refused:
            private_keys.read(data)
        assert why == str(refused.value)
