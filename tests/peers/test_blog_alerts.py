"""The five alerts that the project began with, performed against a real API server, found with the searches that `alerts` prints."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
import yaml

from audit.presets import preset
from bridge.client import Client as Sender
from bridge.client import raw_chunk
from generator.alerts import alerts
from generator.load import Inputs
from generator.values import Values
from tests.noise.client import Client, Object, Server
from tests.noise.identities import ADMINISTRATOR, STRANGER, Identity
from tests.noise.kubelet_port import KubeletPort
from tests.support.kube import KubeApi
from tests.support.processes import Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("kube")

SHOP = "/api/v1/namespaces/shop"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
JENKINS = "system:serviceaccount:ci:jenkins"
KNOWN = f"identities=[{{label: jenkins, users: ['{JENKINS}']}}]"
SEARCHES = {alert.id: (alert.search, alert.native) for alert in alerts(Inputs(Values()))}
REMOTE_COMMAND = "KUBECTL_REMOTE_COMMAND_WEBSOCKETS"


class People:
    """Those who have a certificate of the cluster's authority; and one of an authority that the cluster does not know."""

    def __init__(self, folder: Path) -> None:
        ours, theirs = trustme.CA(), trustme.CA()
        self.authority = folder / "clients.pem"
        ours.cert_pem.write_to_path(self.authority)
        self.alice = _person(folder, ours, "alice", "developers")
        self.eve = _person(folder, ours, "eve", "viewers")
        self.mallory = _person(folder, theirs, "mallory", "system:masters")


def _person(folder: Path, authority: trustme.CA, name: str, group: str) -> Identity:
    file = folder / f"{name}.pem"
    issued = authority.issue_cert(f"{name}.example.com", common_name=name, organization_name=group)
    issued.private_key_and_cert_chain_pem.write_to_path(file)
    return Identity(name, (group,), "kubectl/v1.36.0", "", file)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run an API server under the recommended policy, perform everything, and return its log."""
    folder = tmp_path_factory.mktemp("kube")
    written, policy, people = folder / "audit.log", folder / "policy.yaml", People(folder)
    policy.write_text(preset("recommended", "1.20"))
    flags = {
        "audit-log-path": str(written),
        "audit-policy-file": str(policy),
        "client-ca-file": str(people.authority),
        "disable-admission-plugins": "ServiceAccount",
        "kubelet-preferred-address-types": "InternalIP",
    }
    with KubeApi(folder, flags) as api, KubeletPort(folder) as kubelet:
        server = Server(api.port, api.authority)
        admin = Client(server, ADMINISTRATOR)
        prepare(admin, kubelet.port)
        perform(server, people, jenkins(admin))
        over_websocket = kubectl_exec(api, people.alice, "true")
        kubectl_exec(api, people.alice, "false")  # the stream is closed at once, which kubectl calls an error
        assert (0, "") == over_websocket
        wait_for(lambda: b"command=false" in written.read_bytes(), naming="the last stream in the log")
        yield written


def jenkins(admin: Client) -> Identity:
    """Make Jenkins's service account, and return it with a token that the API server has issued for it."""
    account = "/api/v1/namespaces/ci/serviceaccounts"
    assert 201 == admin.send("POST", account, {"metadata": {"name": "jenkins"}})[0]
    status, issued = admin.send("POST", f"{account}/jenkins/token", {"spec": {"expirationSeconds": 3600}})
    assert 201 == status
    return Identity(JENKINS, (), "kubectl/v1.19.4", issued["status"]["token"])


def prepare(admin: Client, kubelet: int) -> None:
    """Make what the scenario needs: rights, a node with a kubelet's port, a pod on it, a secret."""
    made: list[tuple[str, Object]] = [
        ("/api/v1/namespaces", {"metadata": {"name": "shop"}}),
        ("/api/v1/namespaces", {"metadata": {"name": "ci"}}),
        (f"{RBAC}/clusterrolebindings", binding("developers", {"kind": "Group", "name": "developers"})),
        (f"{RBAC}/clusterrolebindings", binding("ci", {"kind": "User", "name": JENKINS})),
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


def perform(server: Server, people: People, ci: Identity) -> None:
    """Let people, strangers and Jenkins do what the alerts are about."""
    alice, eve, mallory, stranger, build = (
        Client(server, one) for one in (people.alice, people.eve, people.mallory, STRANGER, ci)
    )
    assert 200 == alice.get(f"{SHOP}/secrets/db")[0]
    assert 200 == alice.get(f"{SHOP}/secrets")[0]
    assert 403 == eve.get(f"{SHOP}/secrets/db")[0]
    assert 403 == eve.send("DELETE", f"{SHOP}/pods/web")[0]
    assert 401 == mallory.get("/api/v1/namespaces")[0]
    assert 401 == stranger.get("/api/v1/namespaces")[0]
    assert 200 == alice.patch(f"{SHOP}/secrets/db", {"stringData": {"password": "another"}})[0]
    assert 200 == alice.send("DELETE", f"{SHOP}/secrets/db")[0]
    assert 101 == alice.upgrade("POST", f"{SHOP}/pods/web/exec", "SPDY/3.1", command="sh", stdout="true")
    assert 101 == alice.upgrade("GET", f"{SHOP}/pods/web/exec", "websocket", command="ls", stdout="true")
    assert 101 == alice.upgrade("POST", f"{SHOP}/pods/web/attach", "SPDY/3.1", stdout="true")
    assert 201 == build.send("POST", f"{SHOP}/configmaps", {"metadata": {"name": "by-jenkins"}})[0]
    alice._session.headers["Impersonate-User"] = JENKINS
    assert 201 == alice.send("POST", f"{SHOP}/configmaps", {"metadata": {"name": "by-somebody"}})[0]


def kubectl_exec(api: KubeApi, who: Identity, websockets: str) -> tuple[int, str]:
    """Run kubectl over WebSocket (`true`) or SPDY (`false`); return its exit code and what it says."""
    file = str(who.certificate)
    config = yaml.safe_load(api.kubeconfig.read_text())
    config["users"] = [{"name": "admin", "user": {"client-certificate": file, "client-key": file}}]
    own = api.kubeconfig.with_name("of-somebody")
    own.write_text(yaml.safe_dump(config))
    whole = ["kubectl", f"--kubeconfig={own}", "--namespace=shop", "exec", "web", "--", "date", websockets]
    way = {**os.environ, REMOTE_COMMAND: websockets}
    done = subprocess.run(whole, capture_output=True, check=False, timeout=60, env=way, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def loggly(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Send the log through a bridge, and return what stands in Loggly's place."""
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("cluster: test\n")
    with Sandbox() as sandbox, Bridge(config, sandbox.url, KNOWN) as bridge:
        with Sender("127.0.0.1", bridge.port) as sender:
            chunk = raw_chunk("kube.audit.cp-1", log.read_bytes().splitlines(), "x")
            sender.send(chunk)
            sender.acked(chunk)
        yield sandbox


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("secret-viewed", 2),  # get, and list
        ("access-denied", 2),
        ("failed-login", 2),  # a token, and a certificate
        ("secret-edited", 3),  # the administrator's create, patch, delete
        ("exec", 5),  # SPDY, WebSocket, attach, and kubectl's own, one each way; each has two events in the log
        ("ci-change", 1),  # not what somebody did in its name
        ("ci-impersonated", 1),
        ("change-by-others", 15),  # ten of the administrator, five of alice; not what she did as Jenkins
        ("shell-exec", 1),
        ("secret-read-denied", 1),
        ("cluster-admin-bound", 2),
        ("account-created", 1),
        ("token-minted", 1),
        ("node-joined", 1),
        ("port-forward", 0),
    ],
)
def test_each_alert_fires_as_often_as_it_should(loggly: Sandbox, rule: str, times: int) -> None:
    search, _ = SEARCHES[rule]
    assert times == len(loggly.search(search))


def test_each_stream_into_a_pod_is_told_once(log: Path, loggly: Sandbox) -> None:
    """The code 101 is the API server's own, and kubectl's WebSocket is a `get` that no rule for `create` would see."""
    events = [json.loads(line) for line in log.read_bytes().splitlines()]
    streams = [event for event in events if event.get("objectRef", {}).get("subresource") in ("exec", "attach")]
    begun = {event["auditID"] for event in streams if event.get("responseStatus", {}).get("code") == 101}
    told = [found["event"]["json"] for found in loggly.search(SEARCHES["exec"][0])]
    assert sorted(begun) == sorted(event["auditID"] for event in told)
    kubectl = {event["requestURI"].partition("command=date&command=")[2][:4]: event["verb"] for event in told}
    assert ("get", "create") == (kubectl["true"], kubectl["fals"])


@pytest.mark.parametrize("rule", ["secret-viewed", "access-denied", "failed-login", "secret-edited", "ci-change"])
def test_the_search_in_the_events_own_fields_finds_the_same(loggly: Sandbox, rule: str) -> None:
    found = [{event["event"]["json"]["auditID"] for event in loggly.search(query)} for query in SEARCHES[rule]]
    assert found[0] == found[1]
