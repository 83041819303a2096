"""Requests for a user's certificate, by release."""

from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from generator import user_requests
from generator.certificates import Wish, issued
from generator.private_keys import Kind, made
from tests.support.certificates import DAY, NOW, signer

KEY = made("ecdsa")


def spec(version: str, kind: Kind = "ecdsa", lifetime: timedelta = DAY) -> tuple[str, dict[str, Any]]:
    found = user_requests.manifest("jane", b"PEM", version, lifetime, kind=kind)
    return found["apiVersion"], {key: value for key, value in found["spec"].items() if key != "request"}


def test_a_request_names_user_and_groups() -> None:
    request = x509.load_pem_x509_csr(user_requests.signing_request("jane", ["dev", "ops"], KEY))
    assert request.is_signature_valid
    assert "O=dev,O=ops,CN=jane" == ",".join(part.rfc4514_string() for part in request.subject.rdns)
    assert KEY.public_key() == request.public_key()


def test_what_each_release_takes() -> None:
    signer = {"signerName": "kubernetes.io/kube-apiserver-client"}
    short = ["digital signature", "client auth"]
    long = ["digital signature", "key encipherment", "client auth"]
    beta, stable = "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1"
    assert (beta, {"usages": long}) == spec("1.17")
    assert (beta, {"usages": short, **signer}) == spec("1.18")
    assert (stable, {"usages": short, **signer}) == spec("1.19")
    assert (stable, {"usages": short, **signer}) == spec("1.21")
    assert (stable, {"usages": short, **signer, "expirationSeconds": 86400}) == spec("1.22")
    assert (stable, {"usages": long, **signer, "expirationSeconds": 86400}) == spec("1.36", "rsa")


def test_the_reason_stands_beside_a_dangerous_name() -> None:
    plain = user_requests.manifest("jane", b"PEM", "1.36", DAY, kind="ecdsa")
    told = user_requests.manifest("jane", b"PEM", "1.36", DAY, kind="ecdsa", despite="repair")
    assert {"name": "jane"} == plain["metadata"]
    assert {"name": "jane", "annotations": {"audit-generator/despite": "repair"}} == told["metadata"]
    assert b"PEM" == b64decode(plain["spec"]["request"])


def test_the_answer_is_read_as_the_api_gives_it() -> None:
    certificate = issued(Wish("jane", "client"), KEY, signer(), NOW, DAY)
    pem = certificate.public_bytes(Encoding.PEM)
    chain = pem + signer().certificate.public_bytes(Encoding.PEM)
    for data in (pem, b64encode(pem), b64encode(chain) + b"\n", chain):
        assert certificate == user_requests.answer(data)


@pytest.mark.parametrize("data", [b"", b"not approved", b64encode(b"nothing"), b"\xff\xff="])
def test_anything_else_is_no_answer(data: bytes) -> None:
    assert user_requests.answer(data) is None
