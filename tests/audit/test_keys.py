"""What keys tell of the values under them."""

import pytest

from audit.credentials import Credentials
from audit.keys import InSecret, Keys, Role
from audit.settings import Redact

KEYS = Keys(Credentials(Redact().names, Redact().keep_names))


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("managedFields", Role.MANAGED),
        ("kubectl.kubernetes.io/last-applied-configuration", Role.APPLIED),
        ("example.com/last-applied-configuration", Role.APPLIED),
        ("objectset.rio.cattle.io/applied", Role.APPLIED),
        ("env", Role.ENV),
        ("ARGS", Role.COMMAND),
        ("command", Role.COMMAND),
        ("value", Role.VALUE),
        ("data", Role.DATA),
        ("binaryData", Role.BINARY),
        ("token", Role.TOKEN),
        ("encryptedData", Role.ENCRYPTED),
        ("spec", Role.NONE),
        ("password", Role.NONE),
    ],
)
def test_the_role_of_a_key(key: str, role: Role) -> None:
    assert role is KEYS.known(key).role


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("kind", InSecret.KEPT),
        ("items", InSecret.KEPT),
        ("metadata", InSecret.BESIDE),
        ("data", InSecret.REMOVED),
        ("stringData", InSecret.REMOVED),
        ("whatever", InSecret.REMOVED),
    ],
)
def test_what_becomes_of_a_key_in_a_secret(key: str, expected: InSecret) -> None:
    assert expected is KEYS.known(key).in_secret


def test_a_key_without_any_meaning_is_plain() -> None:
    assert [True, False, False] == [KEYS.known(key).is_plain for key in ("spec", "password", "env")]
    assert KEYS.known("x" * 300).is_plain
    assert KEYS.known("password" * 40).is_credential
