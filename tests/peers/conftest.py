"""A plain bridge for all live clients of a run, and certificates for those that ask for TLS."""

from collections.abc import Iterator

import pytest
import trustme

from tests.support.delivery import PASSWORD, SHARED_KEY, USER, Certificates, Delivery


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    """Run a bridge without TLS and without a key, and its sandbox."""
    with Delivery(tmp_path_factory.mktemp("delivery")) as plain:
        yield plain


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Write a throw-away authority and what it signed for this machine."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_pem.write_to_path(folder / "key.pem")
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(folder / "cert.pem", append=number > 0)
    files = (f"forward.tls.cert_file={folder / 'cert.pem'}", f"forward.tls.key_file={folder / 'key.pem'}")
    return Certificates(folder / "ca.pem", files)


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Delivery]:
    """Run a bridge that speaks TLS and lets in who knows the shared key and is its one user."""
    folder = tmp_path_factory.mktemp("secured")
    (folder / "key").write_text(SHARED_KEY)
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    secrets = (f"forward.shared_key_file={folder / 'key'}", f"forward.users_file={folder / 'users'}")
    with Delivery(folder, *certificates.settings, *secrets) as closed:
        yield closed
