"""The real API server posts its events, Loggly is away in the middle, the bridge is killed: what the log has, Loggly has."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme
import yaml
from click.testing import CliRunner

from bridge.verify_command import verify
from tests.support.kube import ADMIN, KubeApi, free_ports
from tests.support.processes import API_TOKEN, Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("kube")

OUTAGE_SECONDS = float(os.environ.get("AUDIT_TEST_OUTAGE_SECONDS", "2"))
POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: RequestResponse
  resources: [{group: "", resources: [configmaps]}]
"""
TOKEN = "token-of-the-api-server-of-the-tests"
QUICK = ("retry.initial=50ms", "retry.maximum=200ms")


class Webhook:
    """A bridge with a spool, its certificate for 127.0.0.1, and the kubeconfig by which the API server posts to it."""

    def __init__(self, folder: Path, loggly: Sandbox) -> None:
        self._folder = folder
        self.loggly = loggly
        self._bridges = ExitStack()
        (self._port,) = free_ports(1)
        authority = trustme.CA()
        client = authority.issue_cert("api.example.com", common_name="kube-apiserver")
        authority.cert_pem.write_to_path(folder / "ca.crt")
        for name, leaf in (("server", authority.issue_cert("127.0.0.1")), ("client", client)):
            leaf.cert_chain_pems[0].write_to_path(folder / f"{name}.crt")
            leaf.private_key_pem.write_to_path(folder / f"{name}.key")
        (folder / "token").write_text(TOKEN)
        self.kubeconfig = folder / "kubeconfig-of-the-webhook"
        self.kubeconfig.write_text(yaml.safe_dump(self._kubeconfig()))  # its files are named from where it is
        tls = {"cert_file": "server.crt", "key_file": "server.key", "client_ca_file": "ca.crt"}
        webhook = {
            "host": "127.0.0.1",
            "port": self._port,
            "tls": {key: str(folder / name) for key, name in tls.items()},
            "token_file": str(folder / "token"),
            "client_names": ["kube-apiserver"],
        }
        self.config = folder / "bridge.yaml"
        self.config.write_text(
            yaml.safe_dump({"cluster": "test", "webhook": webhook, "spool": {"path": str(folder / "spool")}})
        )
        self.start()

    def _kubeconfig(self) -> dict[str, object]:
        cluster = {"server": f"https://127.0.0.1:{self._port}/nodes/cp-1", "certificate-authority": "ca.crt"}
        user = {"client-certificate": "client.crt", "client-key": "client.key", "tokenFile": "token"}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "bridge", "cluster": cluster}],
            "users": [{"name": "apiserver", "user": user}],
            "contexts": [{"name": "webhook", "context": {"cluster": "bridge", "user": "apiserver"}}],
            "current-context": "webhook",
        }

    def start(self) -> None:
        """Start a bridge, in place of one that was killed."""
        self.bridge = self._bridges.enter_context(Bridge(self.config, self.loggly.url, *QUICK))

    def kill(self) -> None:
        self.bridge.signal(signal.SIGKILL)
        self.bridge.wait()

    def close(self) -> None:
        self._bridges.close()


@pytest.fixture
def webhook(tmp_path: Path) -> Iterator[Webhook]:
    with Sandbox() as loggly:
        webhook = Webhook(tmp_path, loggly)
        try:
            yield webhook
        finally:
            webhook.close()


def logged(log: Path) -> set[tuple[str, str]]:
    """Return audit ID and stage of what a log has."""
    return {(event["auditID"], event["stage"]) for event in map(json.loads, log.read_text().splitlines())}


def verified(webhook: Webhook, log: Path) -> str:
    """Return what `audit-bridge verify` says last of a log whose events came by the webhook."""
    arguments = [str(log), "--config", str(webhook.config), "--account", webhook.loggly.url, "--wait", "0"]
    done = CliRunner().invoke(verify, arguments, env={"LOGGLY_API_TOKEN": API_TOKEN})
    return done.output.splitlines()[-1]


@pytest.mark.parametrize("mode", ["batch", "blocking"])
def test_what_was_answered_for_is_there_after_an_outage_and_a_kill(webhook: Webhook, tmp_path: Path, mode: str) -> None:
    loggly, log = webhook.loggly, tmp_path / "audit.log"
    (tmp_path / "policy.yaml").write_text(POLICY)
    flags = {
        "audit-policy-file": str(tmp_path / "policy.yaml"),
        "audit-log-path": str(log),
        "audit-webhook-config-file": str(webhook.kubeconfig),
        "audit-webhook-mode": mode,
        "audit-webhook-initial-backoff": "500ms",
        "audit-webhook-batch-max-wait": "200ms",
        "audit-webhook-batch-max-size": "50",
    }
    with KubeApi(tmp_path, flags) as kube:
        loggly.script({"match": {}, "for_s": OUTAGE_SECONDS, "action": "respond", "status": 503})
        until = time.monotonic() + OUTAGE_SECONDS
        number = 0
        while time.monotonic() < until or number < 40:
            assert 404 == kube.request(f"/api/v1/namespaces/default/configmaps/named-{number}", ADMIN)
            number += 1
            if number == 20:
                webhook.kill()
                webhook.start()
        wait_for(
            lambda: logged(log) <= {_key(event) for event in loggly.events()}, 30, "every event of the log in Loggly"
        )
    proof = verified(webhook, log)
    assert (True, True) == (": 0 missing, " in proof, proof.endswith(" 0 altered")), proof
    events = [event["event"]["json"] for event in loggly.events()]
    ours = [event for event in events if event["audit"].get("target", "").startswith("configmaps/default/named-")]
    assert {("cp-1", "test")} == {(event["audit"]["node"], event["audit"]["cluster"]) for event in events}
    assert {f"configmaps/default/named-{at}" for at in range(number)} == {event["audit"]["target"] for event in ours}


def _key(event: dict[str, str]) -> tuple[str, str]:
    found = json.loads(event["raw"])
    return found["auditID"], found["stage"]
