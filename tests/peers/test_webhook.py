"""The real API server posts its events as rendered, Loggly is away in the middle, the bridge is killed: what the log has, Loggly has."""

import json
import os
import random
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bridge.verify_command import verify
from generator import webhook as rendered
from generator.load import Inputs, load
from generator.render import render
from tests.support.kube import ADMIN, KubeApi
from tests.support.processes import API_TOKEN, BIN, Bridge, Process, Sandbox, wait_for

pytestmark = pytest.mark.peer("kube")

OUTAGE_SECONDS = float(os.environ.get("AUDIT_TEST_OUTAGE_SECONDS", "2"))
POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: RequestResponse
  resources: [{group: "", resources: [configmaps]}]
"""
QUICK = ("retry.initial=50ms", "retry.maximum=200ms")


def free_node_port() -> int:
    """Return a port that a Service could have on this machine, and that nothing listens on."""
    while True:
        port = random.randint(30_000, 32_767)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class Rendered:
    """What a values file renders to, with the certificates that `certs` makes, in one folder: both sides of the webhook."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        self.port = free_node_port()
        webhook = {
            "mode": mode,
            "nodePort": self.port,
            "address": "127.0.0.1",
            "batch": {"maxWait": "200ms"},
            "initialBackoff": "500ms",
        }
        values = {
            "cluster": {"name": "test", "version": "1.20"},
            "audit": {"webhook": webhook},
            "bridge": {"storage": {"claim": {}, "spool": True}},
        }
        self._values = folder / "values.yaml"
        self._values.write_text(yaml.safe_dump(values))
        self.inputs: Inputs = load([self._values])
        files = render(self.inputs)
        (folder / "kubeconfig-of-the-webhook").write_text(files["host/audit-webhook/kubeconfig"])
        (folder / "bridge.yaml").write_text(files["bridge.yaml"])
        self._make_certificates()

    def _make_certificates(self) -> None:
        arguments = (
            "certs",
            self._values,
            "-o",
            self.folder / "certs",
            "--san",
            "127.0.0.1",
            "--client",
            "kube-apiserver",
        )
        with Process([BIN / "audit-generator", *arguments]) as made:
            assert 0 == made.wait(), made.output
        names = {
            "ca.crt": "ca.crt",
            "client-kube-apiserver.crt": "client.crt",
            "client-kube-apiserver.key": "client.key",
        }
        for made_as, name in names.items():  # the kubeconfig names them from where it is
            (self.folder / name).write_bytes((self.folder / "certs" / made_as).read_bytes())

    def flags(self) -> dict[str, str]:
        """Return the API server's flags, with the folder in place of the one on its machine."""
        (self.folder / "policy.yaml").write_text(POLICY)
        return {
            **rendered.flags(self.inputs.values),
            "audit-webhook-config-file": str(self.folder / "kubeconfig-of-the-webhook"),
            "audit-policy-file": str(self.folder / "policy.yaml"),
            "audit-log-path": str(self.folder / "audit.log"),
        }

    def bridge(self, loggly: Sandbox) -> Bridge:
        """Start the bridge with its rendered arguments, the container's folder being this one."""
        certs = self.folder / "certs"
        for name, made_as in (("tls.crt", "server.crt"), ("tls.key", "server.key")):
            (certs / name).write_bytes((certs / made_as).read_bytes())
        own = [one.removeprefix("--set=") for one in rendered.arguments(self.inputs.values)]
        files = [one.replace(rendered.SECRETS_DIRECTORY, str(certs)) for one in own]
        place = (f"webhook.port={self.port}", "webhook.host=127.0.0.1", f"spool.path={self.folder / 'spool'}", *QUICK)
        return Bridge(self.folder / "bridge.yaml", loggly.url, *files, *place)


@pytest.fixture
def loggly() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def logged(log: Path) -> set[tuple[str, str]]:
    """Return audit ID and stage of what a log has."""
    return {(event["auditID"], event["stage"]) for event in map(json.loads, log.read_text().splitlines())}


def held(loggly: Sandbox) -> set[tuple[str, str]]:
    events = (json.loads(event["raw"]) for event in loggly.events())
    return {(event["auditID"], event["stage"]) for event in events}


def verified(sides: Rendered, loggly: Sandbox) -> str:
    """Return what `audit-bridge verify` says last of a log whose events came by the webhook."""
    config = ["--config", str(sides.folder / "bridge.yaml")]
    arguments = [str(sides.folder / "audit.log"), *config, "--account", loggly.url, "--wait", "0"]
    done = CliRunner().invoke(verify, arguments, env={"LOGGLY_API_TOKEN": API_TOKEN})
    return done.output.splitlines()[-1]


@pytest.mark.parametrize("mode", ["batch", "blocking"])
def test_what_was_answered_for_is_there_after_an_outage_and_a_kill(loggly: Sandbox, tmp_path: Path, mode: str) -> None:
    with ExitStack() as stack:
        sides = Rendered(tmp_path, mode)
        bridge = stack.enter_context(sides.bridge(loggly))
        with KubeApi(tmp_path, sides.flags()) as kube:
            loggly.script({"match": {}, "for_s": OUTAGE_SECONDS, "action": "respond", "status": 503})
            until, number = time.monotonic() + OUTAGE_SECONDS, 0
            while time.monotonic() < until or number < 40:
                assert 404 == kube.request(f"/api/v1/namespaces/default/configmaps/named-{number}", ADMIN)
                number += 1
                if number == 20:
                    bridge.signal(signal.SIGKILL)
                    bridge.wait()
                    bridge = stack.enter_context(sides.bridge(loggly))
            wait_for(lambda: logged(tmp_path / "audit.log") <= held(loggly), 30, "every event of the log in Loggly")
    proof = verified(sides, loggly)
    assert (True, True) == (": 0 missing, " in proof, proof.endswith(" 0 altered")), proof
    events = [event["event"]["json"] for event in loggly.events()]
    assert {"test"} == {event["audit"]["cluster"] for event in events}
    ours = {event["audit"]["target"] for event in events if "configmaps/default/named-" in event["audit"]["target"]}
    assert {f"configmaps/default/named-{at}" for at in range(number)} == ours
