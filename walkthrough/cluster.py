"""The cluster: etcd, an API server with the rendered flags, a kubelet's port, and everybody who makes a cluster's noise."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from generator import private_files, private_keys
from tests.noise import components
from tests.noise.client import Server
from tests.noise.cluster import OBJECTS
from tests.noise.identities import token_file
from tests.noise.kubelet_port import KubeletPort
from tests.noise.stage import Stage
from tests.support.certificates import DAY, signer
from tests.support.kube import KubeApi

LOG = "var/log/kubernetes/audit/audit.log"
"""Where the rendered flags have the log, on a machine whose root is the folder."""

_MOUNTED = ("/etc/kubernetes/", "/var/log/kubernetes/")
_KUBEADM = "host/kubeadm.yaml"


class Cluster:
    """One cluster on a machine whose root is `folder`; it ends with `stack`."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._stages: list[Stage] = []
        _authority(folder / "etc/kubernetes/pki")
        self.own = folder / "cluster"
        self.own.mkdir()

    def start(self, rendered: Path) -> None:
        """Start it with the flags that were rendered into a folder."""
        (self.own / "identities.csv").write_text(token_file())
        self._api = self._stack.enter_context(KubeApi(self.own, self._flags(rendered)))
        self._stack.callback(self.kill)
        self._port = self._stack.enter_context(KubeletPort(self.own))
        (self._folder / "kubeconfig").write_text(self._api.kubeconfig.read_text())
        self._api.kubectl("apply", "-f", "-", text=_objects())
        self._play()

    def kill(self) -> None:
        """End the API server, and all who talk to it."""
        self.end()
        self._api.kill()

    def restart(self, rendered: Path) -> None:
        """Start the API server again with other flags, as a kubelet does when its manifest changes."""
        self._api.restart(self._flags(rendered))
        self._play()

    @property
    def failures(self) -> list[str]:
        """What ended one of those who make the noise, though nobody stopped it."""
        return [failure for stage in self._stages for failure in stage.failures]

    def end(self) -> None:
        """Let nobody begin anything more."""
        for stage in self._stages:
            stage.end()

    def _play(self) -> None:
        stage = Stage(Server(self._api.port, self._api.authority), 1)
        self._stages.append(stage)
        components.start(stage, self._port.port)

    def _flags(self, rendered: Path) -> dict[str, str]:
        """Return the rendered flags, with what is mounted below the folder, and those that a cluster has anyway."""
        given: dict[str, str] = yaml.safe_load((rendered / _KUBEADM).read_text())["apiServer"]["extraArgs"]
        here = {
            name: f"{self._folder}{value}" if value.startswith(_MOUNTED) else value for name, value in given.items()
        }
        return {
            "authorization-mode": "Node,RBAC",
            "client-ca-file": str(self._folder / "etc/kubernetes/pki/ca.crt"),
            "disable-admission-plugins": "ServiceAccount",  # no controller makes accounts here
            "enable-admission-plugins": "NodeRestriction",
            "kubelet-preferred-address-types": "InternalIP",
            "token-auth-file": str(self.own / "identities.csv"),
            **here,
        }


def _authority(folder: Path) -> None:
    """Make the cluster's own authority, where kubeadm has it."""
    folder.mkdir(parents=True)
    by = signer(datetime.now(UTC), 30 * DAY)
    pem = by.certificate.public_bytes(Encoding.PEM)
    private_files.write(folder, {"ca.crt": pem, "ca.key": private_keys.pem(by.key)})


def _objects() -> str:
    """Return the small cluster of `make noise`, without what the walkthrough makes itself and what needs controllers."""
    found: list[dict[str, Any]] = list(yaml.safe_load_all(OBJECTS.read_text()))
    return yaml.safe_dump_all(
        one for one in found if one["kind"] != "Deployment" and one["metadata"]["name"] != "jenkins"
    )
