"""The five alerts that the project began with, performed against a real API server, found with the searches that `alerts` prints."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.presets import preset
from bridge.client import Client as Sender
from bridge.client import raw_chunk
from generator.alerts import alerts
from generator.load import Inputs
from generator.values import Values
from tests.noise.client import Client, Object, Server
from tests.noise.identities import ADMINISTRATOR, CI, DEVELOPER, STRANGER, VIEWER, token_file
from tests.noise.kubelet_port import KubeletPort
from tests.support.kube import KubeApi
from tests.support.processes import Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("kube")

SHOP = "/api/v1/namespaces/shop"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
SEARCHES = {alert.id: (alert.search, alert.native) for alert in alerts(Inputs(Values()))}
IDENTITIES = f"identities=[{{label: jenkins, users: ['{CI.name}']}}]"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run an API server under the recommended policy, perform everything, and return its log."""
    folder = tmp_path_factory.mktemp("kube")
    written, policy, tokens = folder / "audit.log", folder / "policy.yaml", folder / "identities.csv"
    policy.write_text(preset("recommended", "1.20"))
    tokens.write_text(token_file())
    flags = {
        "audit-log-path": str(written),
        "audit-policy-file": str(policy),
        "disable-admission-plugins": "ServiceAccount",
        "kubelet-preferred-address-types": "InternalIP",
        "token-auth-file": str(tokens),
    }
    with KubeApi(folder, flags) as api, KubeletPort(folder) as kubelet:
        server = Server(api.port, api.authority)
        prepare(Client(server, ADMINISTRATOR), kubelet.port)
        perform(server)
        for websockets in ("true", "false"):
            kubectl_exec(api, websockets)
        wait_for(lambda: b"command=false" in written.read_bytes(), naming="the last stream in the log")
        yield written


def prepare(admin: Client, kubelet: int) -> None:
    """Make what the scenario needs: rights, a node with a kubelet's port, a pod on it, a secret."""
    made: list[tuple[str, Object]] = [
        ("/api/v1/namespaces", {"metadata": {"name": "shop"}}),
        (f"{RBAC}/clusterrolebindings", binding("developers", {"kind": "Group", "name": "developers"})),
        (f"{RBAC}/clusterrolebindings", binding("ci", {"kind": "User", "name": CI.name})),
        ("/api/v1/nodes", {"metadata": {"name": "node-1"}}),
        (f"{SHOP}/pods", {"metadata": {"name": "web"}, "spec": {"nodeName": "node-1", "containers": [{"name": "web", "image": "web"}]}}),
        (f"{SHOP}/secrets", {"metadata": {"name": "db"}, "stringData": {"password": "an-example"}}),
    ]  # fmt: skip
    assert [201] * len(made) == [admin.send("POST", path, body)[0] for path, body in made]
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet}},
    }
    assert 200 == admin.patch("/api/v1/nodes/node-1/status", {"status": status})[0]


def binding(name: str, subject: Object) -> Object:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    whole = {"apiGroup": "rbac.authorization.k8s.io", **subject}
    return {"metadata": {"name": name}, "roleRef": role, "subjects": [whole]}


def perform(server: Server) -> None:
    """Let people, a stranger and CI do what the alerts are about."""
    alice, bob, stranger, jenkins = (Client(server, one) for one in (DEVELOPER, VIEWER, STRANGER, CI))
    assert 200 == alice.get(f"{SHOP}/secrets/db")[0]
    assert 200 == alice.get(f"{SHOP}/secrets")[0]
    assert 403 == bob.get(f"{SHOP}/secrets/db")[0]
    assert 401 == stranger.get("/api/v1/namespaces")[0]
    assert 200 == alice.patch(f"{SHOP}/secrets/db", {"stringData": {"password": "another"}})[0]
    assert 200 == alice.send("DELETE", f"{SHOP}/secrets/db")[0]
    assert 101 == alice.upgrade("POST", f"{SHOP}/pods/web/exec", "SPDY/3.1", command="sh", stdout="true")
    assert 101 == alice.upgrade("GET", f"{SHOP}/pods/web/exec", "websocket", command="ls", stdout="true")
    assert 101 == alice.upgrade("POST", f"{SHOP}/pods/web/attach", "SPDY/3.1", stdout="true")
    assert 201 == jenkins.send("POST", f"{SHOP}/configmaps", {"metadata": {"name": "by-jenkins"}})[0]
    disguised = Client(server, DEVELOPER)
    disguised._session.headers["Impersonate-User"] = CI.name
    assert 201 == disguised.send("POST", f"{SHOP}/configmaps", {"metadata": {"name": "by-somebody"}})[0]


def kubectl_exec(api: KubeApi, websockets: str) -> None:
    """Run kubectl as alice; the stream that it gets is closed at once, which it calls an error."""
    way = {**os.environ, "KUBECTL_REMOTE_COMMAND_WEBSOCKETS": websockets}
    token, command = f"--token={DEVELOPER.token}", ["exec", "web", "--", "date", websockets]
    whole = ["kubectl", f"--kubeconfig={api.kubeconfig}", token, "--namespace=shop", *command]
    subprocess.run(whole, capture_output=True, check=False, timeout=60, env=way)


@pytest.fixture(scope="module")
def loggly(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Send the log through a bridge, and return what stands in Loggly's place."""
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("cluster: test\n")
    with Sandbox() as sandbox, Bridge(config, sandbox.url, IDENTITIES) as bridge:
        with Sender("127.0.0.1", bridge.port) as sender:
            chunk = raw_chunk("kube.audit.cp-1", log.read_bytes().splitlines(), "x")
            sender.send(chunk)
            sender.acked(chunk)
        yield sandbox


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("secret-viewed", 2),  # get, and list
        ("access-denied", 1),
        ("failed-login", 1),
        ("secret-edited", 3),  # the administrator's create, patch, delete
        ("shell-exec", 1),
        ("ci-change", 1),  # not what somebody did in its name
        ("ci-impersonated", 1),
        ("secret-read-denied", 1),
        ("cluster-admin-bound", 2),
        ("node-joined", 1),
        ("port-forward", 0),
    ],
)
def test_each_alert_fires_as_often_as_it_should(loggly: Sandbox, rule: str, times: int) -> None:
    search, _ = SEARCHES[rule]
    assert times == len(loggly.search(search))


def test_each_stream_into_a_pod_is_told_once(log: Path, loggly: Sandbox) -> None:
    """SPDY, WebSocket and attach, and kubectl's own, which asks over WebSocket and then over SPDY; each has two events."""
    events = [json.loads(line) for line in log.read_bytes().splitlines()]
    streams = [event for event in events if event.get("objectRef", {}).get("subresource") in ("exec", "attach")]
    begun = {event["auditID"] for event in streams if event.get("responseStatus", {}).get("code") == 101}
    told = [found["event"]["json"] for found in loggly.search(SEARCHES["exec"][0])]
    assert sorted(begun) == sorted(event["auditID"] for event in told)
    assert {"get", "create"} == {event["verb"] for event in told}
    assert len(begun) >= 5


@pytest.mark.parametrize("rule", ["secret-viewed", "access-denied", "failed-login", "secret-edited", "ci-change"])
def test_the_search_in_the_events_own_fields_finds_the_same(loggly: Sandbox, rule: str) -> None:
    found = [{event["event"]["json"]["auditID"] for event in loggly.search(query)} for query in SEARCHES[rule]]
    assert found[0] == found[1]
