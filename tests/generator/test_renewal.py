"""When a certificate is still good, and what is said where it is not."""

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_keys, renewal
from generator.certificates import Signer, Wish, issued
from generator.private_keys import made
from tests.support.certificates import CLIENT, DAY, NOW, SERVER, TERMS, signer

BY = signer()
KEY = made("ecdsa")


def there(wish: Wish = SERVER.wish, by: Signer = BY, at: datetime = NOW) -> renewal.Pair:
    certificate = issued(wish, KEY, by, at, TERMS.lifetime)
    return renewal.pair(certificate.public_bytes(Encoding.PEM), private_keys.pem(KEY))


def why(found: renewal.Pair, wish: Wish = SERVER.wish, now: datetime = NOW, terms: renewal.Terms = TERMS) -> str:
    return renewal.why_renew(found, wish, [BY.certificate], terms, now)


def test_what_is_good_stays() -> None:
    assert "" == why(there())


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (334 * DAY, ""),
        (336 * DAY, "it expires on 2027-11-24"),
        (366 * DAY, "it expired on 2027-11-24"),
    ],
)
def test_what_is_too_old_goes(after: timedelta, expected: str) -> None:
    assert expected == why(there(), now=NOW + after)


def test_it_stays_where_a_new_one_would_end_no_later() -> None:
    """Both end with their authority; the authority's own end is told of elsewhere."""
    short = signer(lifetime=10 * DAY)
    found = there(by=short)
    assert "" == renewal.why_renew(found, SERVER.wish, [short.certificate], TERMS, NOW + DAY)


def test_names_that_are_wanted_and_not_there() -> None:
    wish = replace(SERVER.wish, sans=(*SERVER.wish.sans, "b.example", ip_address("10.0.0.1")))
    assert "it lacks 10.0.0.1, b.example" == why(there(), wish)
    assert "" == why(there(wish), SERVER.wish)


def test_other_reasons() -> None:
    assert "ca.crt has not issued it" == why(there(by=signer()))
    assert "it is not for a client" == why(there(), CLIENT.wish)
    assert "it is for 'kube-audit-bridge', not 'other'" == why(there(), Wish("other", "server"))
    assert "its key is ecdsa, not rsa" == why(there(), terms=replace(TERMS, kind="rsa"))
    assert "asked for" == why(there(), terms=replace(TERMS, renew_all=True))


def test_what_is_not_there_or_cannot_be_read() -> None:
    certificate = issued(SERVER.wish, KEY, BY, NOW, DAY).public_bytes(Encoding.PEM)
    key = private_keys.pem(KEY)
    expected = {
        (None, None): "there was none",
        (None, key): "there was only its key",
        (certificate, None): "there was no key to it",
        (b"?", key): "it was no certificate in PEM",
        (certificate, b"?"): "its key was no private key in PEM",
        (certificate, private_keys.pem(made("ecdsa"))): "its key belongs to another certificate",
    }
    assert expected == {files: why(renewal.pair(*files)) for files in expected}


def test_a_server_s_names_are_kept() -> None:
    before = there(replace(SERVER.wish, sans=("bridge.example", "old.example")))
    wish = replace(SERVER.wish, sans=("bridge.example", "new.example"))
    assert ("bridge.example", "new.example", "old.example") == renewal.with_kept(wish, before).sans
    assert CLIENT.wish == renewal.with_kept(CLIENT.wish, before)


def test_names_are_listed_in_order() -> None:
    assert "10.0.0.1, a" == renewal.listed(["a", ip_address("10.0.0.1")])
