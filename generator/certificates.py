"""X.509 certificates of our own authority: made, and asked what they say. Pure but for the randomness of serial numbers.

The profile is RFC 5280's, so that Go, OpenSSL and Python's strict verification take them alike: a key identifier in each, the
names in subjectAltName, the purpose in extendedKeyUsage.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from generator.private_keys import PrivateKey, digest

Address = IPv4Address | IPv6Address
San = str | Address
"""A name in DNS, or an address."""
Purpose = Literal["server", "client"]

BACKDATED = timedelta(minutes=5)
"""A certificate is good a little before it was made, for clocks differ."""

USAGES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
_LABEL = r"[a-zA-Z0-9_]([-a-zA-Z0-9_]{0,61}[a-zA-Z0-9])?"
_DNS_NAME = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Signer:
    """An authority's certificate and the key to it."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Wish:
    """What a certificate shall say: whose it is, and what for. `groups` are organizations, which Kubernetes takes for groups."""

    common_name: str
    purpose: Purpose
    sans: tuple[San, ...] = ()
    groups: tuple[str, ...] = ()


def san(text: str) -> San | None:
    """Read a name or an address; None where it is neither."""
    try:
        return ip_address(text)
    except ValueError:
        return text.lower() if len(text) <= 253 and _DNS_NAME.fullmatch(text) else None


def authority(key: PrivateKey, common_name: str, now: datetime, lifetime: timedelta) -> x509.Certificate:
    """Return the certificate of a new authority, signed by itself; it may sign no further authorities."""
    name = subject(common_name)
    usage = _key_usage(digital_signature=False, key_encipherment=False, signs=True)
    builder = _builder(name, name, key, now, now + lifetime)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, digest(key))


def issued(wish: Wish, key: PrivateKey, signer: Signer, now: datetime, lifetime: timedelta) -> x509.Certificate:
    """Return a certificate for a key; it ends with its authority at the latest."""
    end = min(now + lifetime, signer.certificate.not_valid_after_utc)
    builder = _builder(subject(wish.common_name, wish.groups), signer.certificate.subject, key, now, end)
    encipherment = isinstance(key, rsa.RSAPrivateKey)  # what TLS 1.2 without a Diffie-Hellman exchange asks for
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(digital_signature=True, key_encipherment=encipherment, signs=False), True),
        (x509.ExtendedKeyUsage([USAGES[wish.purpose]]), False),
        (_issuer_identifier(signer), False),
    ]
    if wish.sans:
        extensions.append((x509.SubjectAlternativeName(map(_general_name, wish.sans)), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer.key, digest(signer.key))


def subject(common_name: str, groups: Iterable[str] = ()) -> x509.Name:
    """Return a subject: the name, and an organization for each group."""
    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*organizations, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def sans_of(certificate: x509.Certificate) -> tuple[San, ...]:
    """Return the names and addresses that a certificate is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    networks = names.get_values_for_type(x509.IPAddress)
    addresses = [one for one in networks if isinstance(one, Address)]
    return (*(name.lower() for name in names.get_values_for_type(x509.DNSName)), *addresses)


def is_for(certificate: x509.Certificate, purpose: Purpose) -> bool:
    """Tell whether a certificate says that it is for this purpose."""
    try:
        return USAGES[purpose] in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def name_of(certificate: x509.Certificate) -> str:
    """Return the common name, empty where there is none."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def short_identifier(key: PrivateKey) -> str:
    """Return the first bytes of a key's identifier in hexadecimal."""
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest[:4].hex()


def fits(certificate: x509.Certificate, key: PrivateKey) -> bool:
    """Tell whether a key is the certificate's."""
    return certificate.public_key() == key.public_key()


def was_issued_by(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> bool:
    """Tell whether one of the authorities has signed a certificate."""
    return any(_signed_by(certificate, one) for one in authorities)


def _signed_by(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _builder(
    name: x509.Name, issuer: x509.Name, key: PrivateKey, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _issuer_identifier(signer: Signer) -> x509.AuthorityKeyIdentifier:
    """Return what names the authority's key: as the authority itself names it, where it does."""
    try:
        own = signer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _key_usage(*, digital_signature: bool, key_encipherment: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_encipherment=key_encipherment,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: San) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)
