"""The certificates of bridge, agents and API server: from what is there to what shall be there, and what was done why.

Nothing is read or written here. An authority is never replaced unless that is asked for, and a certificate that is still good stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_keys
from generator.certificates import Signer, Wish, authority, fits, is_authority, issued, short_identifier
from generator.errors import GeneratorError
from generator.private_keys import KeyUnreadable
from generator.renewal import Terms, pair, why_renew, with_kept

AUTHORITY = "ca"
AUTHORITY_NAME = "kube-audit-bridge-ca"

Done = Literal["kept", "made", "renewed", "replaced"]
Change = Literal["keep", "renew", "replace"]
"""What to do with an authority that is there: keep it; have a new one beside it; have a new one and trust the old one no more."""


class CertificateError(GeneratorError):
    """A file that cannot be gone on with, in a sentence."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate that is wanted, in the files `stem`.crt and `stem`.key."""

    stem: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one certificate, and why; `end` is when it expires."""

    stem: str
    done: Done
    end: datetime
    why: str = ""


@dataclass(slots=True)
class Plan:
    """What to write, by file name, and what to say."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def put(self, stem: str, certificates: Sequence[x509.Certificate], key: private_keys.PrivateKey) -> None:
        """Have a pair written, the key first: a certificate without its key is of no use to anybody."""
        self.files[f"{stem}.key"] = private_keys.pem(key)
        self.files[f"{stem}.crt"] = b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


@dataclass(frozen=True, slots=True)
class _Authority:
    """Who is trusted, the newest first, and the signer, or why there is none."""

    trusted: Sequence[x509.Certificate]
    signer: Signer | None
    problem: str = ""


def plan(
    found: Mapping[str, bytes], leaves: Sequence[Leaf], terms: Terms, now: datetime, *, change: Change = "keep"
) -> Plan:
    """Return what to write so that every wanted certificate is there and good. Raises `CertificateError`."""
    planner = _Planner(found, terms, now)
    trusted = planner.authority(_trusted(found, leaves), change)
    for leaf in leaves:
        planner.leaf(leaf, trusted)
    return planner.result


class _Planner:
    """Decides one certificate after the other; `result` gathers what is to be done."""

    def __init__(self, found: Mapping[str, bytes], terms: Terms, now: datetime) -> None:
        self._found = found
        self._terms = terms
        self._now = now
        self.result = Plan()

    def authority(self, present: Sequence[x509.Certificate], change: Change) -> _Authority:
        """Return the authority that is there, or a new one where there is none, or where one is asked for."""
        if present and change == "keep":
            return self._kept(present)
        key = private_keys.made(self._terms.kind or private_keys.KINDS[0])
        name = f"{AUTHORITY_NAME} {self._now:%Y-%m-%d} {short_identifier(key)}"  # of two, each has its own
        own = authority(key, name, self._now, self._terms.authority_lifetime)
        others = [one for one in present if one.not_valid_after_utc > self._now] if change == "renew" else []
        self.result.put(AUTHORITY, [own, *others], key)
        done: Done = "made"
        if present:
            done = "renewed" if change == "renew" else "replaced"
        why = "those before it stay trusted until they expire" if others else ""
        self.result.notes.append(Note(AUTHORITY, done, own.not_valid_after_utc, why))
        return _Authority([own, *others], Signer(own, key))

    def leaf(self, leaf: Leaf, trusted: _Authority) -> None:
        """Keep a certificate that is good, or have it made. Raises `CertificateError` where nobody can sign it."""
        files = f"{leaf.stem}.crt", f"{leaf.stem}.key"
        before = pair(*map(self._found.get, files))
        why = why_renew(before, leaf.wish, trusted.trusted, self._terms, self._now)
        if not why and before.certificate:
            self.result.notes.append(Note(leaf.stem, "kept", before.certificate.not_valid_after_utc))
            return
        if trusted.signer is None:
            raise CertificateError(f"{trusted.problem}; {leaf.stem}.crt has to be issued: {why}")
        kind = self._terms.kind or (private_keys.kind_of(before.key) if before.key else private_keys.KINDS[0])
        key = private_keys.made(kind)
        wish = with_kept(leaf.wish, before)
        certificate = issued(wish, key, trusted.signer, self._now, self._terms.lifetime)
        self.result.put(leaf.stem, [certificate], key)
        done: Done = "renewed" if set(files) & set(self._found) else "made"
        self.result.notes.append(Note(leaf.stem, done, certificate.not_valid_after_utc, why))

    def _kept(self, present: Sequence[x509.Certificate]) -> _Authority:
        own = present[0]
        end = own.not_valid_after_utc
        if end <= self._now:
            raise CertificateError(
                f"ca.crt: expected an authority that is valid, got one that expired on {end:%Y-%m-%d} - {_ANEW}"
            )
        if end - self._terms.renew_before <= self._now:
            self.result.warnings.append(
                f"ca.crt expires on {end:%Y-%m-%d}, and no certificate of it lives longer - {_ANEW}"
            )
        self.result.notes.append(Note(AUTHORITY, "kept", end))
        return _Authority(present, *_signer(own, self._found.get("ca.key")))


_ANEW = "--renew-ca makes a new one beside it"


def _signer(own: x509.Certificate, data: bytes | None) -> tuple[Signer | None, str]:
    """Return the authority with its key, or why it cannot sign."""
    want = "ca.key: expected the key of ca.crt, got"
    cure = "put it back for this, or start anew with --replace-ca"
    if data is None:
        return None, f"{want} none - {cure}"
    try:
        key = private_keys.read(data)
    except KeyUnreadable as error:
        return None, f"{want} {error} - {cure}"
    return (Signer(own, key), "") if fits(own, key) else (None, f"{want} that of another certificate - {cure}")


def _trusted(found: Mapping[str, bytes], leaves: Sequence[Leaf]) -> list[x509.Certificate]:
    """Return the certificates of ca.crt, none where there is no file. Raises `CertificateError` where files are there that it would fit."""
    data = found.get("ca.crt")
    if data is None:
        orphans = [name for name in ("ca.key", *(f"{leaf.stem}.crt" for leaf in leaves)) if name in found]
        if orphans:
            raise CertificateError(
                f"{orphans[0]}: expected ca.crt beside it, got none - put it back, or take another folder"
            )
        return []
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise CertificateError("ca.crt: expected certificates in PEM, got something else - put it back") from None
    if not is_authority(certificates[0]):
        raise CertificateError("ca.crt: expected an authority, got a certificate that may sign none - put it back")
    return certificates
