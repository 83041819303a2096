"""`audit-generator user`: what it writes and prints, and what it refuses."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_files, private_keys
from generator.certificates import Wish, issued
from generator.user_command import user
from tests.support.certificates import DAY, NOW, signer

BY = signer()


def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(user, list(map(str, arguments)), input=stdin)


@pytest.fixture
def authority(tmp_path: Path) -> list[str | Path]:
    folder = tmp_path / "pki"
    certificate = BY.certificate.public_bytes(Encoding.PEM)
    private_files.write(folder, {"ca.crt": certificate, "ca.key": private_keys.pem(BY.key)})
    return ["--ca-cert", folder / "ca.crt", "--ca-key", folder / "ca.key"]


def test_a_user_by_the_cluster_s_own_files(tmp_path: Path, authority: list[str | Path]) -> None:
    done = run("jane", "--group", "dev", "-o", tmp_path / "jane", *authority, "--server", "https://192.0.2.10:6443")
    assert (0, "") == (done.exit_code, done.stdout), done.output
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "jane").iterdir()}
    assert {"jane.key": 0o600, "jane.crt": 0o644, "jane.kubeconfig": 0o600} == files
    certificate = x509.load_pem_x509_certificate((tmp_path / "jane" / "jane.crt").read_bytes())
    assert "O=dev,CN=jane" == ",".join(part.rfc4514_string() for part in certificate.subject.rdns)
    config = yaml.safe_load((tmp_path / "jane" / "jane.kubeconfig").read_text())
    assert ("jane@kubernetes", "https://192.0.2.10:6443") == (
        config["current-context"],
        config["clusters"][0]["cluster"]["server"],
    )
    again = run("jane", "-o", tmp_path / "jane", *authority)
    assert f"kept  {tmp_path}/jane/jane.key\n" in again.stderr
    assert "no kubeconfig is written - name the cluster with --kubeconfig FILE, or --server URL\n" in again.stderr


def test_a_request_and_what_the_cluster_answers(tmp_path: Path) -> None:
    done = run("jane", "-o", tmp_path, "--request", "--kubernetes", "1.20")
    manifest = yaml.safe_load(done.stdout)
    assert ("certificates.k8s.io/v1", "jane") == (manifest["apiVersion"], manifest["metadata"]["name"])
    assert "kubectl certificate approve jane" in done.stderr
    key = private_keys.read((tmp_path / "jane.key").read_bytes())
    pem = issued(Wish("jane", "client"), key, BY, NOW, DAY).public_bytes(Encoding.PEM)
    (tmp_path / "ca.crt").write_bytes(BY.certificate.public_bytes(Encoding.PEM))
    place = ["--server", "https://one", "--cluster-ca", str(tmp_path / "ca.crt"), "--cluster-name", "one"]
    taken = run("jane", "-o", tmp_path, "--certificate", "-", *place, stdin=b64encode(pem))
    assert (0, pem) == (taken.exit_code, (tmp_path / "jane.crt").read_bytes()), taken.output
    assert "jane@one" == yaml.safe_load((tmp_path / "jane.kubeconfig").read_text())["current-context"]
    nothing = run("jane", "-o", tmp_path, "--certificate", "-")
    assert "-: expected what the cluster issued, got no certificate - is the request approved?" == str(
        nothing.exception
    )


def test_a_certificate_needs_the_key_of_its_request(tmp_path: Path) -> None:
    done = run("jane", "-o", tmp_path, "--certificate", "-")
    assert f"{tmp_path}/jane.key: expected the key of the request, got none - begin with --request" == str(
        done.exception
    )


def test_a_ci_system_inside_the_cluster() -> None:
    done = run("jenkins", "--service-account", "ci", "--ci", "-n", "prod", "-n", "stage")
    kinds = [one["kind"] for one in yaml.safe_load_all(done.stdout)]
    assert ["ServiceAccount", "Role", "RoleBinding", "Role", "RoleBinding"] == kinds
    label = '- {label: jenkins, users: ["system:serviceaccount:ci:jenkins"]}'
    assert done.stderr.endswith(f"bridge.config.identities can name it: {label}\n")


def test_a_ci_system_outside_the_cluster(tmp_path: Path) -> None:
    done = run("jenkins", "-o", tmp_path, "--request", "--ci", "-n", "prod")
    assert ["CertificateSigningRequest", "Role", "RoleBinding"] == [
        one["kind"] for one in yaml.safe_load_all(done.stdout)
    ]


def test_a_dangerous_name_needs_a_reason(tmp_path: Path) -> None:
    refused = run("jane", "--group", "system:masters", "-o", tmp_path, "--request")
    assert "got 'system:masters': it may do everything" in str(refused.exception)
    assert [] == list(tmp_path.iterdir())
    allowed = run("jane", "--group", "system:masters", "-o", tmp_path, "--request", "--despite", "break glass")
    assert "allowed despite what speaks against it: break glass\n" in allowed.stderr
    annotations = yaml.safe_load(allowed.stdout)["metadata"]["annotations"]
    assert {"audit-generator/despite": "break glass"} == annotations


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "expected one of --ca-cert with --ca-key, --request, --certificate or --service-account, got none"),
        (("--request", "--service-account", "ci"), "got 2 - they exclude each other"),
        (("--ca-cert", "a"), "--ca-cert and --ca-key: expected both"),
        (("--request", "--ci"), "--namespace and --allow or --ci: expected both or none"),
        (("--request", "-n", "a"), "--namespace and --allow or --ci: expected both or none"),
        (("--request", "--lifetime", "5m"), "--lifetime: expected 10m or more"),
        (("--service-account", "ci", "--group", "a"), "--service-account: expected a name of lower-case letters"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    done = run("jane", "-o", tmp_path / "jane", *arguments)
    assert (2, True) == (done.exit_code, expected in " ".join(done.output.split())), done.output


def test_a_server_without_an_authority_is_refused(tmp_path: Path) -> None:
    run("jane", "-o", tmp_path, "--request")
    key = private_keys.read((tmp_path / "jane.key").read_bytes())
    pem = issued(Wish("jane", "client"), key, BY, NOW, DAY).public_bytes(Encoding.PEM)
    done = run("jane", "-o", tmp_path, "--certificate", "-", "--server", "https://one", stdin=pem)
    assert (2, True) == (done.exit_code, "--server: expected --cluster-ca with it" in done.output)
