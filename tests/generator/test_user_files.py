"""The files of one user."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_files, private_keys, user_files
from generator.certificates import Signer, Wish, issued
from generator.kubeconfigs import cluster
from generator.private_keys import made
from generator.user_files import Place, UserError
from tests.support.certificates import DAY, NOW, signer

KEY = made("ecdsa")


def written(folder: Path, by: Signer, key: bytes | None = None) -> tuple[Path, Path]:
    private_files.write(
        folder,
        {"ca.crt": by.certificate.public_bytes(Encoding.PEM), "ca.key": key or private_keys.pem(by.key)},
    )
    return folder / "ca.crt", folder / "ca.key"


def test_a_key_that_is_there_stays(tmp_path: Path) -> None:
    key, is_new = user_files.user_key(tmp_path, "jane", None)
    assert ("ecdsa", True) == (private_keys.kind_of(key), is_new)
    private_files.write(tmp_path, {"jane.key": private_keys.pem(key)})
    again, is_new = user_files.user_key(tmp_path, "jane", "ecdsa")
    assert (key.public_key(), False) == (again.public_key(), is_new)
    with pytest.raises(UserError) as refused:
        user_files.user_key(tmp_path, "jane", "rsa")
    want = f"{tmp_path / 'jane.key'}: expected a key of kind rsa, got ecdsa - move it away for a new one"
    assert want == str(refused.value)


def test_a_key_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "jane.key").write_bytes(b"?")
    with pytest.raises(UserError) as refused:
        user_files.user_key(tmp_path, "jane", None)
    got = "got no private key in PEM - move it away for a new one"
    assert f"{tmp_path / 'jane.key'}: expected the user's key, {got}" == str(refused.value)


def test_the_cluster_s_authority_is_read_whole_or_not(tmp_path: Path) -> None:
    by = signer()
    assert by.certificate == user_files.signer(*written(tmp_path, by)).certificate
    problems = {
        "ca.key: expected the key of": written(tmp_path / "a", by, private_keys.pem(KEY)),
        "ca.key: expected the authority's key, got no private key in PEM": written(tmp_path / "b", by, b"?"),
        "ca.crt: expected a certificate in PEM": (tmp_path / "ca.key", tmp_path / "ca.key"),
        "none: expected a file of the cluster's authority, got none": (tmp_path / "ca.crt", tmp_path / "none"),
    }
    problems["ca.crt: expected a certificate in PEM"] = written(tmp_path / "c", by)
    (tmp_path / "c" / "ca.crt").write_bytes(b"?")
    leaf = issued(Wish("a", "client"), by.key, by, NOW, DAY)
    problems["ca.crt: expected an authority, got a certificate that may sign none"] = written(
        tmp_path / "d", Signer(leaf, by.key)
    )
    for sentence, files in problems.items():
        with pytest.raises(UserError) as refused:
            user_files.signer(*files)
        assert sentence in str(refused.value)


def test_an_expired_authority_signs_nobody() -> None:
    with pytest.raises(UserError) as refused:
        user_files.signed("jane", [], KEY, signer(NOW - 9000 * DAY, DAY), DAY)
    assert "got one that expired on 2002-04-05 - renew the cluster's" in str(refused.value)


def test_another_s_certificate_is_refused() -> None:
    certificate = issued(Wish("jane", "client"), KEY, signer(), NOW, DAY)
    assert certificate == user_files.checked(certificate, "jane", KEY, "-")
    for name, key, want in (
        (
            "jane",
            made("ecdsa"),
            "-: expected the certificate of jane's key, got that of another key - approve the newest request",
        ),
        ("joe", KEY, "-: expected a certificate for 'joe', got one for 'jane' - check the request"),
    ):
        with pytest.raises(UserError) as refused:
            user_files.checked(certificate, name, key, "-")
        assert want == str(refused.value)


def test_what_there_can_be() -> None:
    certificate = issued(Wish("jane", "client"), KEY, signer(), NOW, DAY)
    place = Place("one", cluster("https://one", b"CA"))
    assert ["j.key"] == list(user_files.contents("j", "jane", KEY, None, place))
    assert ["j.key", "j.crt"] == list(user_files.contents("j", "jane", KEY, certificate, None))
    assert ["j.key", "j.crt", "j.kubeconfig"] == list(user_files.contents("j", "jane", KEY, certificate, place))
