"""A real Kubernetes API server for tests: etcd and kube-apiserver from KUBEBUILDER_ASSETS, on free ports.

Certificates, tokens and data are thrown away with the folder. There is no controller: objects are checked, defaulted
and stored, and nothing runs.
"""

import os
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.processes import Process, wait_for

ADMIN = "token-of-an-administrator"
SOMEBODY = "token-of-somebody"


class KubeApi:
    """The API server while the context lasts; `flags` are further flags of it, without dashes, such as audit-log-path."""

    def __init__(self, folder: Path, flags: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._flags = flags or {}
        self._stack = ExitStack()
        self.kubeconfig = folder / "kubeconfig"
        self.authority = folder / "apiserver.crt"

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1, with a certificate of `authority`."""
        return self._port

    def __enter__(self) -> Self:
        assets = Path(os.environ["KUBEBUILDER_ASSETS"])
        etcd, peer, self._port = free_ports(3)
        self.etcd = f"http://127.0.0.1:{etcd}"
        with self._stack:
            self._stack.enter_context(Process(_etcd(assets, self._folder, etcd, peer)))
            self._write_kubeconfig()
            self._serve()
            self._stack = self._stack.pop_all()
        return self

    def _serve(self) -> None:
        flags = [f"--{name}={value}" for name, value in self._all_flags().items()]
        program = Path(os.environ["KUBEBUILDER_ASSETS"]) / "kube-apiserver"
        self._server = self._stack.enter_context(Process([program, *flags]))
        self._server.wait_for_line("Serving securely", 60)
        wait_for(self._ready, 60, "an API server that is ready")

    def kill(self) -> None:
        """End the API server at once, and leave its data; asked to end, it would wait for every watch."""
        self._server.signal(signal.SIGKILL)
        self._server.wait()

    def restart(self, flags: dict[str, str]) -> None:
        """Start it again with other further flags, on the same port, with the same data, identities and keys."""
        self.kill()
        self._flags = flags
        self._serve()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def kubectl(self, *arguments: str | Path, text: str = "") -> str:
        """Run kubectl as an administrator with `text` on its standard input; return what it printed, or fail with it."""
        command = ["kubectl", f"--kubeconfig={self.kubeconfig}", *map(str, arguments)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, f"{command[2:]} ended with {done.returncode}:\n{done.stderr}{done.stdout}"
        return done.stdout

    def request(self, path: str, token: str) -> int:
        """GET a path with a token; return the status."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self._port}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        context = ssl.create_default_context(cafile=self.authority)
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def _ready(self) -> bool:
        try:
            return self.request("/readyz", ADMIN) == 200
        except OSError:
            return False

    def _all_flags(self) -> dict[str, str]:
        tokens = self._folder / "tokens.csv"
        tokens.write_text(f"{ADMIN},admin,admin,system:masters\n{SOMEBODY},somebody,somebody\n")
        key = self._folder / "service-account.key"
        if not key.exists():
            key.write_bytes(_new_key())
        return {
            "authorization-mode": "RBAC",
            "bind-address": "127.0.0.1",
            "cert-dir": str(self._folder),
            "etcd-servers": self.etcd,
            "secure-port": str(self._port),
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": str(key),
            "service-account-signing-key-file": str(key),
            "service-cluster-ip-range": "10.96.0.0/16",
            "token-auth-file": str(tokens),
            **self._flags,
        }

    def _write_kubeconfig(self) -> None:
        cluster = {
            "server": f"https://127.0.0.1:{self._port}",
            "certificate-authority": str(self.authority),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": ADMIN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on, all different."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [int(listener.getsockname()[1]) for listener in listeners]


def _etcd(assets: Path, folder: Path, client: int, peer: int) -> Sequence[str | Path]:
    return [
        assets / "etcd",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls=http://127.0.0.1:{client}",
        f"--advertise-client-urls=http://127.0.0.1:{client}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-cluster=default=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync",
    ]
