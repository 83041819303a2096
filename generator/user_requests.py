"""Requests for a user's certificate: to sign with the cluster's authority, or to hand to its CertificateSigningRequest API.

Which fields that API has by release is kubernetes/api `certificates`: v1beta1 before 1.19, and without a signer before 1.18;
expirationSeconds since 1.22.
"""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from audit.releases import at_least
from generator import private_keys
from generator.certificates import subject
from generator.private_keys import PrivateKey

SIGNER = "kubernetes.io/kube-apiserver-client"
SHORTEST = timedelta(minutes=10)
"""The least that expirationSeconds may ask for."""
WHY = "audit-generator/despite"
"""The annotation that keeps the reason for a dangerous name."""


def signing_request(name: str, groups: Sequence[str], key: PrivateKey) -> bytes:
    """Return a PKCS #10 request in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject(name, groups))
    return builder.sign(key, private_keys.digest(key)).public_bytes(Encoding.PEM)


def manifest(
    name: str, request: bytes, version: str, lifetime: timedelta, *, kind: private_keys.Kind, despite: str = ""
) -> dict[str, Any]:
    """Return the API object that asks a cluster of this release for the certificate; there is nothing secret in it."""
    metadata: dict[str, Any] = {"name": name}
    if despite:
        metadata["annotations"] = {WHY: despite}
    spec: dict[str, Any] = {"request": b64encode(request).decode(), "usages": _usages(kind, version)}
    if at_least(version, "1.18"):
        spec["signerName"] = SIGNER
    if at_least(version, "1.22"):
        spec["expirationSeconds"] = int(lifetime.total_seconds())
    api = "v1" if at_least(version, "1.19") else "v1beta1"
    return {
        "apiVersion": f"certificates.k8s.io/{api}",
        "kind": "CertificateSigningRequest",
        "metadata": metadata,
        "spec": spec,
    }


def answer(data: bytes) -> x509.Certificate | None:
    """Read what the API answers: the first certificate, in PEM or, as `.status.certificate` has it, that in base64; None for anything else."""
    for text in (data, _decoded(data)):
        try:
            return x509.load_pem_x509_certificates(text)[0]
        except ValueError:
            continue
    return None


def _usages(kind: private_keys.Kind, version: str) -> list[str]:
    """Return what the key is for; before 1.18 the signer gave no certificate without `key encipherment`."""
    enciphers = ["key encipherment"] if kind == "rsa" or not at_least(version, "1.18") else []
    return ["digital signature", *enciphers, "client auth"]


def _decoded(data: bytes) -> bytes:
    try:
        return b64decode(data, validate=False)
    except NoBase64:
        return b""
