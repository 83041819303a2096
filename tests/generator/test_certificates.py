"""What certificates say: names, purpose, ends; OpenSSL's strict verification takes what they say."""

from ipaddress import ip_address

import pytest
from cryptography import x509

from generator import certificates
from generator.certificates import BACKDATED, San, Wish
from generator.private_keys import KINDS, Kind, digest, made
from tests.support.certificates import DAY, NOW, signer

ALL = ("bridge.example", ip_address("10.96.0.50"), ip_address("fd00::1"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bridge.example", "bridge.example"),
        ("Bridge.EXAMPLE", "bridge.example"),
        ("*.example.com", "*.example.com"),
        ("kube-audit-bridge", "kube-audit-bridge"),
        ("10.96.0.50", ip_address("10.96.0.50")),
        ("fd00::1", ip_address("fd00::1")),
        ("", None),
        ("a..b", None),
        ("-a.example", None),
        ("exämple.com", None),
        ("https://bridge", None),
        ("*", None),
        ("a" * 64, None),
        ("a." * 127, None),
    ],
)
def test_a_name_or_an_address(text: str, expected: San | None) -> None:
    assert expected == certificates.san(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_s_certificate(kind: Kind) -> None:
    by, key = signer(), made(kind)
    found = certificates.issued(Wish("bridge", "server", ALL), key, by, NOW, 365 * DAY)
    assert "bridge" == certificates.name_of(found)
    assert ALL == certificates.sans_of(found)
    assert (NOW - BACKDATED, NOW + 365 * DAY) == (found.not_valid_before_utc, found.not_valid_after_utc)
    assert certificates.fits(found, key)
    assert not certificates.fits(found, made(kind))
    assert certificates.was_issued_by(found, [signer().certificate, by.certificate])
    assert not certificates.was_issued_by(found, [signer().certificate])
    assert certificates.is_for(found, "server")
    assert not certificates.is_for(found, "client")
    assert not certificates.is_authority(found)


def test_only_rsa_keys_may_encipher_keys() -> None:
    for kind in KINDS:
        found = certificates.issued(Wish("a", "client"), made(kind), signer(), NOW, DAY)
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
        assert (True, kind == "rsa", False) == (usage.digital_signature, usage.key_encipherment, usage.key_cert_sign)


def test_groups_are_organizations() -> None:
    found = certificates.issued(Wish("jane", "client", groups=("dev", "ops")), made("ecdsa"), signer(), NOW, DAY)
    assert "O=dev,O=ops,CN=jane" == ",".join(part.rfc4514_string() for part in found.subject.rdns)


def test_nothing_outlives_its_authority() -> None:
    by = signer(lifetime=10 * DAY)
    found = certificates.issued(Wish("a", "client"), made("ecdsa"), by, NOW, 365 * DAY)
    assert by.certificate.not_valid_after_utc == found.not_valid_after_utc


def test_an_authority_signs_certificates_and_no_authorities() -> None:
    found = signer().certificate
    basic = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (True, True, 0) == (basic.critical, basic.value.ca, basic.value.path_length)
    assert certificates.is_authority(found)


def test_a_certificate_without_extensions_says_nothing() -> None:
    key = made("ecdsa")
    name = certificates.subject("bare")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + DAY)
    bare = builder.sign(key, digest(key))
    assert ((), False, False) == (
        certificates.sans_of(bare),
        certificates.is_for(bare, "client"),
        certificates.is_authority(bare),
    )
