import ssl
from pathlib import Path

import pytest
import trustme

from audit.listeners import Tls
from bridge.errors import ConfigError
from bridge.server_context import server_context, why


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a server's certificate and its authority."""
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()
    leaf = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path("ca.crt")
    leaf.cert_chain_pems[0].write_to_path("server.crt")
    leaf.private_key_pem.write_to_path("server.key")
    return tmp_path


def test_without_files_there_is_no_tls() -> None:
    assert server_context(None) is None


@pytest.mark.usefixtures("folder")
def test_clients_show_a_certificate_where_an_authority_is_named() -> None:
    pair = {"cert_file": "server.crt", "key_file": "server.key"}
    contexts = [server_context(Tls(**pair)), server_context(Tls(**pair, client_ca_file="ca.crt"))]
    assert [ssl.CERT_NONE, ssl.CERT_REQUIRED] == [context.verify_mode for context in contexts if context]
    assert {ssl.TLSVersion.TLSv1_2} == {context.minimum_version for context in contexts if context}


@pytest.mark.parametrize(
    ("tls", "sentence"),
    [
        (
            {"cert_file": "missing", "key_file": "server.key"},
            "missing, server.key: expected a certificate and its key in PEM, got: no such file or directory - check both files",
        ),
        (
            {"cert_file": "server.crt", "key_file": "server.key", "client_ca_file": "missing"},
            "missing: expected certificates in PEM, got: no such file or directory - check the file",
        ),
        (
            {"cert_file": "server.crt", "key_file": "server.key", "client_ca_file": "server.key"},
            "server.key: expected certificates in PEM, got: no certificate or crl found - check the file",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_file_that_cannot_be_used(tls: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        server_context(Tls(**tls))
    assert sentence == str(refused.value)


def test_why_a_file_cannot_be_used() -> None:
    errors = (FileNotFoundError(2, "No such file"), UnicodeDecodeError("utf-8", b"", 0, 1, ""))
    assert ["no such file", "bytes that are not UTF-8"] == list(map(why, errors))
