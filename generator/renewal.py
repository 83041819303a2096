"""Whether a certificate is still good, and if not, why: decided on what is there, what is wanted and the time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from generator import private_keys
from generator.certificates import San, Wish, fits, is_for, name_of, sans_of, was_issued_by
from generator.private_keys import Kind, PrivateKey

CLOSE = timedelta(minutes=1)
"""A new certificate that would end no later than this after the old one is no use."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How certificates are made and when anew; `kind` None keeps the kind that is there."""

    lifetime: timedelta
    authority_lifetime: timedelta
    renew_before: timedelta
    kind: Kind | None = None
    renew_all: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate file and its key as they were found, or what is wrong with them."""

    certificate: x509.Certificate | None
    key: PrivateKey | None
    problem: str = ""


def pair(certificate: bytes | None, key: bytes | None) -> Pair:
    """Read a certificate and its key; the problem says what cannot be used of them."""
    if certificate is None and key is None:
        return Pair(None, None, "there was none")
    if certificate is None or key is None:
        return Pair(None, None, "there was only its key" if certificate is None else "there was no key to it")
    try:
        found = Pair(x509.load_pem_x509_certificate(certificate), private_keys.read(key))
    except private_keys.KeyUnreadable as error:
        return Pair(None, None, f"its key was {error}")
    except ValueError:
        return Pair(None, None, "it was no certificate in PEM")
    fitting = found.certificate is not None and found.key is not None and fits(found.certificate, found.key)
    return found if fitting else Pair(found.certificate, None, "its key belongs to another certificate")


def why_renew(found: Pair, wish: Wish, authorities: Sequence[x509.Certificate], terms: Terms, now: datetime) -> str:
    """Return why a certificate has to be made anew, empty where it is still good. `authorities` are those that are trusted."""
    if found.certificate is None or found.key is None or found.problem:
        return found.problem
    certificate = found.certificate
    if not was_issued_by(certificate, authorities):
        return "ca.crt has not issued it"
    if why := _why_too_old(certificate, authorities, terms, now):
        return why
    if not is_for(certificate, wish.purpose):
        return f"it is not for a {wish.purpose}"
    if name_of(certificate) != wish.common_name:
        return f"it is for {name_of(certificate)!r}, not {wish.common_name!r}"
    if missing := set(wish.sans) - set(sans_of(certificate)):
        return f"it lacks {listed(missing)}"
    kind = private_keys.kind_of(found.key)
    if terms.kind and kind != terms.kind:
        return f"its key is {kind}, not {terms.kind}"
    return "asked for" if terms.renew_all else ""


def with_kept(wish: Wish, found: Pair) -> Wish:
    """Return a wish with the names that the certificate had before: who renews must not lose one by forgetting an option."""
    kept = sans_of(found.certificate) if found.certificate and wish.purpose == "server" else ()
    return Wish(wish.common_name, wish.purpose, tuple(dict.fromkeys((*wish.sans, *kept))), wish.groups)


def listed(names: Iterable[San]) -> str:
    """Write names and addresses, sorted."""
    return ", ".join(sorted(map(str, names)))


def _why_too_old(
    certificate: x509.Certificate, authorities: Sequence[x509.Certificate], terms: Terms, now: datetime
) -> str:
    end = certificate.not_valid_after_utc
    if end <= now:
        return f"it expired on {end:%Y-%m-%d}"
    could_end = min(now + terms.lifetime, authorities[0].not_valid_after_utc)
    if end - terms.renew_before <= now and could_end > end + CLOSE:
        return f"it expires on {end:%Y-%m-%d}"
    return ""
