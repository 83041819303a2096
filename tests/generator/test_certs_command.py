"""`audit-generator certs`: what it writes, says, and does not say."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography import x509

from generator.certificates import sans_of
from generator.certs_command import certs

SERVICE = [
    f"kube-audit-bridge{rest}" for rest in (".audit-bridge.svc", ".audit-bridge.svc.cluster.local", ".audit-bridge", "")
]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(certs, list(map(str, arguments)))


def names(file: Path) -> list[str]:
    return list(map(str, sans_of(x509.load_pem_x509_certificate(file.read_bytes()))))


def test_a_folder_of_certificates(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    done = run("-o", folder, "--san", "10.96.0.50", "--client", "api-server")
    assert 0 == done.exit_code, done.output
    stems = ("ca", "client", "client-api-server", "server")
    assert sorted(f"{stem}.{end}" for stem in stems for end in ("crt", "key")) == sorted(
        file.name for file in folder.iterdir()
    )
    assert [*SERVICE, "10.96.0.50"] == names(folder / "server.crt")
    assert f"made     {folder}/ca.crt, until " in done.output
    assert "PRIVATE KEY" not in done.output


def test_a_second_run_says_what_was_kept_and_keeps_names(tmp_path: Path) -> None:
    run("-o", tmp_path, "--san", "10.96.0.50")
    done = run("-o", tmp_path)
    assert ["kept", "kept", "kept"] == [line.split()[0] for line in done.stdout.splitlines()]
    done = run("-o", tmp_path, "--san", "b.example")
    assert ["kept", "renewed", "kept"] == [line.split()[0] for line in done.stdout.splitlines()]
    assert done.stdout.splitlines()[1].endswith(": it lacks b.example")
    assert [*SERVICE, "b.example", "10.96.0.50"] == names(tmp_path / "server.crt")


def test_the_names_are_those_of_the_values_service(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("namespaces: {bridge: elsewhere}\n")
    run(values, "-o", tmp_path / "certs")
    assert "kube-audit-bridge.elsewhere.svc" in names(tmp_path / "certs" / "server.crt")


def test_what_api_servers_call_and_their_own_certificate(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    storage = "bridge: {storage: {claim: {}, spool: true}}"
    values.write_text(f"audit: {{webhook: {{clusterIP: 10.96.0.50}}}}\n{storage}\n")
    done = run(values, "-o", tmp_path / "certs", "--client", "kube-apiserver", "--secrets")
    assert [*SERVICE, "10.96.0.50"] == names(tmp_path / "certs" / "server.crt")
    assert (tmp_path / "certs" / "client-kube-apiserver.crt").exists()
    assert ["audit-webhook-tls"] == [one["metadata"]["name"] for one in yaml.safe_load_all(done.stdout)]


def test_secrets_only_where_they_are_asked_for(tmp_path: Path) -> None:
    done = run("-o", tmp_path, "--secrets")
    found = list(yaml.safe_load_all(done.stdout))
    assert ["audit-bridge", "audit-agent"] == [one["metadata"]["namespace"] for one in found]
    assert "made     " in done.stderr


def test_an_open_key_is_closed(tmp_path: Path) -> None:
    run("-o", tmp_path)
    (tmp_path / "ca.key").chmod(0o644)
    done = run("-o", tmp_path)
    assert f"{tmp_path}/ca.key: others may no longer read it\n" == done.stderr


def test_an_authority_near_its_end(tmp_path: Path) -> None:
    done = run("-o", tmp_path, "--ca-lifetime", "20d", "--renew-before", "1d")
    assert "" == done.stderr
    done = run("-o", tmp_path)
    assert "no certificate of it lives longer - --renew-ca makes a new one beside it\n" in done.stderr
    assert ["kept", "kept", "kept"] == [line.split()[0] for line in done.stdout.splitlines()]


def test_an_error_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "server.crt").write_text("another's")
    done = run("-o", tmp_path)
    want = f"{tmp_path}/server.crt: expected ca.crt beside it, got none - put it back, or take another folder"
    assert (want, ["server.crt"]) == (str(done.exception), [path.name for path in tmp_path.iterdir()])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("--san", "a b"),
            "expected a DNS name such as bridge.example.com or an address such as 10.96.0.50, got 'a b'",
        ),
        (
            ("--client", "../x"),
            "expected 1-64 letters, digits, ':', '.', '_' and '-', such as kube-apiserver, got '../x'",
        ),
        (
            ("--client", "a/b"),
            "expected 1-64 letters, digits, ':', '.', '_' and '-', such as kube-apiserver, got 'a/b'",
        ),
        (("--renew-ca", "--replace-ca"), "--renew-ca and --replace-ca: expected one of them"),
        (("--lifetime", "10d"), "--renew-before: expected less than --lifetime"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    done = run("-o", tmp_path, *arguments)
    assert (2, True) == (done.exit_code, expected in " ".join(done.output.split())), done.output
    assert [] == list(tmp_path.iterdir())
