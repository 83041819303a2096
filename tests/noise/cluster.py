"""A small cluster: a real API server with its real controller manager, and actors in the place of all others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.noise import components, people
from tests.noise.client import Server
from tests.noise.identities import MANAGER, token_file
from tests.noise.kubelet_port import KubeletPort
from tests.noise.stage import Stage
from tests.support.kube import KubeApi
from tests.support.processes import Process, wait_for

EVERYTHING = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: RequestResponse\n"
OBJECTS = Path(__file__).with_name("objects.yaml")
PODS = 5


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its log, and the actors' stage."""

    log: Path
    stage: Stage


@contextmanager
def cluster(folder: Path, seed: int) -> Iterator[Cluster]:
    """Start everything and wait until the pods run; `folder` takes data and log."""
    log, policy, tokens = folder / "audit.log", folder / "everything.yaml", folder / "identities.csv"
    policy.write_text(EVERYTHING)
    tokens.write_text(token_file())
    flags = {
        "audit-log-path": str(log),
        "audit-log-maxsize": "2000",
        "audit-policy-file": str(policy),
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "kubelet-preferred-address-types": "InternalIP",
        "token-auth-file": str(tokens),
    }
    with KubeApi(folder, flags) as api, KubeletPort(folder) as port, Process(_manager(folder, api)):
        stage = Stage(Server(api.port, api.authority), seed)
        api.kubectl("apply", "-f", OBJECTS)
        components.start(stage, port.port)
        wait_for(lambda: _running(api) == PODS, 90, "the shop's pods running")
        people.start(stage)
        try:
            yield Cluster(log, stage)
        finally:
            stage.end()


def _running(api: KubeApi) -> int:
    phases = api.kubectl("get", "pods", "--namespace=shop", "--output=jsonpath={.items[*].status.phase}")
    return phases.split().count("Running")


def _manager(folder: Path, api: KubeApi) -> list[str | Path]:
    """Return the controller manager's command, as kubeadm starts it, on no port."""
    config = yaml.safe_load(api.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": MANAGER.token}
    kubeconfig = folder / "manager.kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(config))
    return [
        Path(os.environ["KUBEBUILDER_ASSETS"]) / "kube-controller-manager",
        f"--kubeconfig={kubeconfig}",
        f"--root-ca-file={api.authority}",
        f"--service-account-private-key-file={folder / 'service-account.key'}",
        "--use-service-account-credentials",
        "--leader-elect=true",
        "--port=0",
        "--secure-port=0",
        "--v=0",
    ]
