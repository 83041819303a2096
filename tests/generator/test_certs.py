"""Certificates from what is there to what shall be there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from generator import private_files
from generator.certs import CertificateError, Change, Plan, plan
from generator.private_keys import KINDS, Kind
from tests.support.certificates import CLIENT, DAY, NOW, SERVER, TERMS, Side, shake_hands

LEAVES = [SERVER, CLIENT]


def planned(found: Mapping[str, bytes], now: datetime = NOW, change: Change = "keep", kind: Kind | None = None) -> Plan:
    return plan(found, LEAVES, replace(TERMS, kind=kind), now, change=change)


def done(result: Plan) -> list[tuple[str, str, str]]:
    return [(note.stem, note.done, note.why) for note in result.notes]


@pytest.fixture
def first() -> dict[str, bytes]:
    return planned({}).files


def test_from_nothing_everything_is_made() -> None:
    result = planned({})
    assert ["ca.crt", "ca.key", "client.crt", "client.key", "server.crt", "server.key"] == sorted(result.files)
    assert [("ca", "made", ""), ("server", "made", "there was none"), ("client", "made", "there was none")] == done(
        result
    )


@pytest.mark.parametrize("kind", KINDS)
def test_both_sides_take_each_other_s(tmp_path: Path, kind: Kind) -> None:
    now = datetime.now(NOW.tzinfo)
    private_files.write(tmp_path, planned({}, now, kind=kind).files)
    assert "" == shake_hands(Side(tmp_path, "server"), Side(tmp_path, "client"), "bridge.example")


def test_a_name_that_the_server_does_not_have_is_refused(tmp_path: Path) -> None:
    private_files.write(tmp_path, planned({}, datetime.now(NOW.tzinfo)).files)
    refused = shake_hands(Side(tmp_path, "server"), Side(tmp_path, "client"), "other.example")
    assert "client: Hostname mismatch, certificate is not valid for 'other.example'." == refused


def test_another_authority_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        private_files.write(tmp_path / name, planned({}, datetime.now(NOW.tzinfo)).files)
    refused = shake_hands(Side(tmp_path / "a", "server"), Side(tmp_path / "b", "client"), "bridge.example")
    assert "client: self-signed certificate in certificate chain" == refused


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    """Its authority still is valid."""
    past = datetime.now(NOW.tzinfo) - 400 * DAY
    private_files.write(tmp_path, planned({}, past).files)
    refused = shake_hands(Side(tmp_path, "server"), Side(tmp_path, "client"), "bridge.example")
    assert "client: certificate has expired" == refused


def test_what_is_good_is_kept(first: dict[str, bytes]) -> None:
    result = planned(first)
    assert ({}, [("ca", "kept", ""), ("server", "kept", ""), ("client", "kept", "")]) == (result.files, done(result))


def test_a_damaged_one_alone_is_renewed(first: dict[str, bytes]) -> None:
    result = planned({**first, "server.crt": b"?"})
    assert {"server.crt", "server.key"} == set(result.files)
    assert ("server", "renewed", "it was no certificate in PEM") == done(result)[1]


def test_a_renewed_key_is_of_the_old_kind() -> None:
    before = planned({}, kind="rsa").files
    after = planned(before, NOW + 340 * DAY).files
    assert before["server.key"] != after["server.key"]
    assert [] == [note for note in planned(before | after, NOW + 340 * DAY, kind="rsa").notes if note.done != "kept"]


def test_everything_that_is_good_stays_without_the_authority_s_key(first: dict[str, bytes]) -> None:
    del first["ca.key"]
    assert {} == planned(first).files
    with pytest.raises(CertificateError) as refused:
        planned(first, NOW + 340 * DAY)
    assert (
        "ca.key: expected the key of ca.crt, got none - put it back for this, or start anew with --replace-ca;"
        " server.crt has to be issued: it expires on 2027-11-24"
    ) == str(refused.value)


def test_a_key_that_cannot_sign_is_named(first: dict[str, bytes]) -> None:
    for data, got in ((b"?", "no private key in PEM"), (first["client.key"], "that of another certificate")):
        with pytest.raises(CertificateError) as refused:
            planned({**first, "ca.key": data, "server.crt": b"?"})
        assert str(refused.value).startswith(f"ca.key: expected the key of ca.crt, got {got} - ")


def test_a_new_authority_beside_the_old_one(first: dict[str, bytes]) -> None:
    """What the old one issued is still trusted, and what is renewed later is the new one's."""
    result = planned(first, change="renew")
    assert {"ca.crt", "ca.key"} == set(result.files)
    assert ("ca", "renewed", "those before it stay trusted until they expire") == done(result)[0]
    assert result.files["ca.crt"].endswith(first["ca.crt"])
    later = planned(first | result.files, NOW + 340 * DAY).files
    assert {"server.crt", "server.key", "client.crt", "client.key"} == set(later)


def test_a_new_authority_instead(first: dict[str, bytes]) -> None:
    result = planned(first, change="replace")
    assert [("ca", "replaced", ""), *((leaf.stem, "renewed", "ca.crt has not issued it") for leaf in LEAVES)] == done(
        result
    )
    assert 1 == result.files["ca.crt"].count(b"BEGIN CERTIFICATE")


def test_an_authority_near_its_end_is_told_of(first: dict[str, bytes]) -> None:
    result = planned(first, NOW + 3630 * DAY)
    assert [
        "ca.crt expires on 2036-11-21, and no certificate of it lives longer - --renew-ca makes a new one beside it"
    ] == result.warnings


def test_an_expired_authority_issues_nothing(first: dict[str, bytes]) -> None:
    with pytest.raises(CertificateError) as refused:
        planned(first, NOW + 3651 * DAY)
    assert (
        "ca.crt: expected an authority that is valid, got one that expired on 2036-11-21 - --renew-ca makes a new one beside it"
    ) == str(refused.value)
    assert 1 == planned(first, NOW + 3651 * DAY, "renew").files["ca.crt"].count(b"BEGIN CERTIFICATE")


def test_no_authority_is_made_beside_files_of_another(first: dict[str, bytes]) -> None:
    """An authority is never overwritten silently, nor is what another one issued."""
    for name in ("ca.key", "server.crt"):
        with pytest.raises(CertificateError) as refused:
            planned({name: first[name]})
        assert f"{name}: expected ca.crt beside it, got none - put it back, or take another folder" == str(
            refused.value
        )
    for data, got in ((b"?", "something else"), (first["server.crt"], "a certificate that may sign none")):
        with pytest.raises(CertificateError) as refused:
            planned({**first, "ca.crt": data})
        assert f", got {got} - put it back" in str(refused.value)
