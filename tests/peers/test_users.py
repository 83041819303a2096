"""A real API server knows the users that `audit-generator user` makes, and lets them do nothing."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_files, private_keys
from tests.support.certificates import DAY, signer
from tests.support.kube import ADMIN, KubeApi
from tests.support.processes import BIN, Process, wait_for

pytestmark = pytest.mark.peer("kube")


class Cluster(NamedTuple):
    api: KubeApi
    folder: Path

    def user(self, *arguments: str | Path, text: str = "") -> str:
        """Run `audit-generator user` with the API server as the kubeconfig's cluster; return what is to be applied."""
        command = [BIN / "audit-generator", "user", *arguments, "--kubeconfig", self.api.kubeconfig]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=30)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def asked(self, kubeconfig: Path, *arguments: str) -> str:
        """Ask with another's kubeconfig; return what is answered, be it a refusal."""
        command = ["kubectl", f"--kubeconfig={kubeconfig}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        return (done.stdout + done.stderr).strip()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run an API server that takes certificates of an authority."""
    from datetime import UTC, datetime

    folder = tmp_path_factory.mktemp("users")
    by = signer(datetime.now(UTC), 30 * DAY)
    pem = by.certificate.public_bytes(Encoding.PEM)
    private_files.write(folder, {"users-ca.crt": pem, "users-ca.key": private_keys.pem(by.key)})
    with KubeApi(folder, {"client-ca-file": str(folder / "users-ca.crt")}) as api:
        yield Cluster(api, folder)


@pytest.fixture
def signing(cluster: Cluster) -> Iterator[None]:
    """Run the controllers that sign and approve with the authority."""
    with Process(_signer(cluster.folder, cluster.api)):
        yield


def _signer(folder: Path, api: KubeApi) -> list[str | Path]:
    return [
        Path(os.environ["KUBEBUILDER_ASSETS"]) / "kube-controller-manager",
        f"--kubeconfig={api.kubeconfig}",
        f"--cluster-signing-cert-file={folder / 'users-ca.crt'}",
        f"--cluster-signing-key-file={folder / 'users-ca.key'}",
        "--controllers=csrsigning",
        "--leader-elect=false",
        "--port=0",
        "--secure-port=0",
    ]


def test_a_user_by_the_cluster_s_files_may_read_no_secrets(cluster: Cluster, tmp_path: Path) -> None:
    """As in the blog post: known, and without rights."""
    files: list[str | Path] = [
        "--ca-cert",
        cluster.folder / "users-ca.crt",
        "--ca-key",
        cluster.folder / "users-ca.key",
    ]
    assert "" == cluster.user("jane", "--group", "dev", "-o", tmp_path, *files)
    refused = cluster.asked(tmp_path / "jane.kubeconfig", "get", "secrets")
    assert (
        'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets"'
        ' in API group "" in the namespace "default"'
    ) == refused


@pytest.mark.peer("kube-controller-manager")
@pytest.mark.usefixtures("signing")
def test_a_user_by_request(cluster: Cluster, tmp_path: Path) -> None:
    """Applied, approved, signed, taken: the certificate works, and so do the rights that came with it."""
    cluster.api.kubectl("create", "namespace", "prod")
    manifests = cluster.user("jenkins", "-o", tmp_path, "--request", "--kubernetes", "1.20", "--ci", "-n", "prod")
    cluster.api.kubectl("apply", "-f", "-", text=manifests)
    cluster.api.kubectl("certificate", "approve", "jenkins")
    status = ("get", "csr", "jenkins", "-o", "jsonpath={.status.certificate}")
    issued = wait_for(lambda: cluster.api.kubectl(*status), naming="a signed certificate")
    cluster.user("jenkins", "-o", tmp_path, "--certificate", "-", "-n", "prod", "--ci", text=issued)
    mine = tmp_path / "jenkins.kubeconfig"
    assert "No resources found in prod namespace." == cluster.asked(mine, "get", "pods")
    assert "(Forbidden)" in cluster.asked(mine, "get", "secrets")
    assert "(Forbidden)" in cluster.asked(mine, "get", "pods", "-n", "default")


def test_a_service_account_has_the_rights_that_were_given(cluster: Cluster) -> None:
    cluster.api.kubectl("create", "namespace", "ci")
    cluster.api.kubectl("apply", "-f", "-", text=cluster.user("jenkins", "--service-account", "ci", "--ci", "-n", "ci"))
    can = ("auth", "can-i", "--as=system:serviceaccount:ci:jenkins", "-n", "ci")
    assert "yes\n" == cluster.api.kubectl(*can, "create", "deployments.apps")
    refused = cluster.asked(cluster.api.kubeconfig, *can, "get", "secrets")
    assert refused.splitlines()[0].startswith("no")


def test_the_cluster_itself_refuses_masters(cluster: Cluster, tmp_path: Path) -> None:
    """What `user` refuses without a reason, the CertificateSigningRequest API refuses with one."""
    manifest = cluster.user("root", "--group", "system:masters", "-o", tmp_path, "--request", "--despite", "a test")
    found = yaml.safe_load(manifest)
    del found["spec"]["expirationSeconds"]  # unknown to this release
    (tmp_path / "csr.yaml").write_text(yaml.safe_dump(found))
    answer = cluster.asked(cluster.api.kubeconfig, "apply", "-f", str(tmp_path / "csr.yaml"))
    assert "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed" in answer
    assert 200 == cluster.api.request("/readyz", ADMIN)
