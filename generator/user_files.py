"""The files of one user: the key, which is kept once it is there, the certificate, and a kubeconfig with both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_files, private_keys
from generator.certificates import Signer, Wish, fits, is_authority, issued, name_of
from generator.errors import GeneratorError
from generator.kubeconfigs import Cluster, kubeconfig
from generator.private_keys import KeyUnreadable, Kind, PrivateKey


class UserError(GeneratorError):
    """Files of a user or of an authority that do not go together, in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is, for a kubeconfig; `namespace` is that of its context, if any."""

    name: str
    cluster: Cluster
    namespace: str = ""


def user_key(folder: Path, slug: str, kind: Kind | None) -> tuple[PrivateKey, bool]:
    """Return the user's key and whether it is new: one that is there stays. Raises `UserError`, `OutputError`."""
    name = f"{slug}.key"
    data = private_files.read(folder, [name]).get(name)
    if data is None:
        return private_keys.made(kind or private_keys.KINDS[0]), True
    try:
        key = private_keys.read(data)
    except KeyUnreadable as error:
        raise UserError(f"{folder / name}: expected the user's key, got {error} - move it away for a new one") from None
    if kind and private_keys.kind_of(key) != kind:
        got = private_keys.kind_of(key)
        raise UserError(f"{folder / name}: expected a key of kind {kind}, got {got} - move it away for a new one")
    return key, False


def signer(certificate_file: Path, key_file: Path) -> Signer:
    """Read the cluster's authority and its key. Raises `UserError`, `OutputError`."""
    found = private_files.read(certificate_file.parent, [certificate_file.name])
    keys = private_files.read(key_file.parent, [key_file.name])
    for file, there in ((certificate_file, found), (key_file, keys)):
        if file.name not in there:
            raise UserError(
                f"{file}: expected a file of the cluster's authority, got none - kubeadm has them in /etc/kubernetes/pki"
            )
    try:
        certificate = x509.load_pem_x509_certificate(found[certificate_file.name])
        key = private_keys.read(keys[key_file.name])
    except KeyUnreadable as error:
        raise UserError(f"{key_file}: expected the authority's key, got {error} - check the file") from None
    except ValueError:
        raise UserError(
            f"{certificate_file}: expected a certificate in PEM, got something else - check the file"
        ) from None
    if not is_authority(certificate):
        raise UserError(
            f"{certificate_file}: expected an authority, got a certificate that may sign none - check the file"
        )
    if not fits(certificate, key):
        raise UserError(
            f"{key_file}: expected the key of {certificate_file}, got that of another - name the two that belong together"
        )
    return Signer(certificate, key)


def signed(name: str, groups: Sequence[str], key: PrivateKey, by: Signer, lifetime: timedelta) -> x509.Certificate:
    """Return the user's certificate, by the cluster's own authority. Raises `UserError` where that has expired."""
    now = datetime.now(UTC)
    end = by.certificate.not_valid_after_utc
    if end <= now:
        raise UserError(
            f"--ca-cert: expected an authority that is valid, got one that expired on {end:%Y-%m-%d} - renew the cluster's"
        )
    return issued(Wish(name, "client", groups=tuple(groups)), key, by, now, lifetime)


def checked(certificate: x509.Certificate, name: str, key: PrivateKey, where: str) -> x509.Certificate:
    """Return a certificate that the cluster issued, if it is this user's. Raises `UserError`."""
    if not fits(certificate, key):
        raise UserError(
            f"{where}: expected the certificate of {name}'s key, got that of another key - approve the newest request"
        )
    if name_of(certificate) != name:
        raise UserError(
            f"{where}: expected a certificate for {name!r}, got one for {name_of(certificate)!r} - check the request"
        )
    return certificate


def contents(
    slug: str, user: str, key: PrivateKey, certificate: x509.Certificate | None, place: Place | None
) -> dict[str, bytes]:
    """Return the files by name: the key, and what of the others there can be."""
    files = {f"{slug}.key": private_keys.pem(key)}
    if certificate is None:
        return files
    pem = certificate.public_bytes(Encoding.PEM)
    files[f"{slug}.crt"] = pem
    if place:
        both = {"certificate": pem, "key": files[f"{slug}.key"]}
        text = kubeconfig(user, place.name, place.cluster, both, place.namespace)
        files[f"{slug}.kubeconfig"] = text.encode()
    return files
