"""API servers of 1.20 and 1.36, started with exactly the rendered policy and flags, write the log where the agent looks for it."""

import json
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from generator.load import load
from generator.render import render
from tests.support.kube import ADMIN, KubeApi
from tests.support.modern import ModernApi
from tests.support.processes import wait_for

pytestmark = pytest.mark.peer("kube")

EVENTS = 40
LARGE = {"text": "a" * 30_000}
"""Of what is sent, so that a few requests fill a file of one megabyte."""

RULES = "[{level: RequestResponse, resources: [{group: '', resources: [configmaps]}]}, {level: Metadata}]"


class Host(NamedTuple):
    """A machine's root, and what was rendered for it."""

    root: Path
    files: dict[str, str]
    arguments: dict[str, str]

    @property
    def flags(self) -> dict[str, str]:
        """The flags with every mounted path below the root, as a container sees another one."""
        mounted = ("/etc/kubernetes/", "/var/log/kubernetes/audit/")
        return {
            name: f"{self.root}{value}" if value.startswith(mounted) else value
            for name, value in self.arguments.items()
        }

    @property
    def log(self) -> Path:
        """Where the log is written."""
        return Path(self.flags["audit-log-path"])


def installed(root: Path, version: str) -> Host:
    """Render for a release, and put the policy where `host/README.md` says."""
    root.mkdir(exist_ok=True)
    settings = (f"cluster.version='{version}'", "audit.log.maxSize=1", f"audit.policy.rules={RULES}")
    files = render(load([], settings))
    server = yaml.safe_load(files["host/kubeadm.yaml"])["apiServer"]
    given = server["extraArgs"]
    arguments = given if isinstance(given, dict) else {one["name"]: one["value"] for one in given}
    mounts = {one["pathType"]: one["mountPath"] for one in server["extraVolumes"]}
    assert (arguments["audit-policy-file"], arguments["audit-log-path"].rpartition("/")[0]) == (
        mounts["File"],
        mounts["DirectoryOrCreate"],
    )
    policy = root / mounts["File"].lstrip("/")
    policy.parent.mkdir(parents=True)
    policy.write_text(files["host/audit-policy.yaml"])
    return Host(root, files, arguments)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return installed(tmp_path_factory.mktemp("host"), "1.20")


@pytest.fixture(scope="module")
def kube(host: Host) -> Iterator[KubeApi]:
    with KubeApi(host.root, host.flags) as api:
        yield api


def post(kube: KubeApi, name: str) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": LARGE}
    request = urllib.request.Request(
        f"https://127.0.0.1:{kube.port}/api/v1/namespaces/flags/configmaps?dryRun=All",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"},
        method="POST",
    )
    context = ssl.create_default_context(cafile=kube.authority)
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:
        assert answer.status == 201


def test_the_log_is_written_and_rotated_where_the_agent_reads(host: Host, kube: KubeApi) -> None:
    kube.kubectl("create", "namespace", "flags")
    for number in range(EVENTS):
        post(kube, f"sent-{number}")
    assert f"  path {host.arguments['audit-log-path']}\n" in host.files["fluent.conf"]

    def ours() -> list[dict[str, Any]]:
        found = [event for event in map(json.loads, lines(host)) if "flags/configmaps?dryRun" in event["requestURI"]]
        return found if len(found) >= EVENTS else []

    events = wait_for(ours, naming="the events that were sent for")
    assert EVENTS == len(events) == len({event["auditID"] for event in events})
    assert {("RequestResponse", "ResponseComplete")} == {(event["level"], event["stage"]) for event in events}
    assert [path for path in host.log.parent.iterdir() if path != host.log]
    assert max(map(len, lines(host))) <= int(host.flags["audit-log-truncate-max-event-size"])


@pytest.mark.peer("kube-modern")
def test_a_current_api_server_takes_the_flags_of_its_release(host: Host, kube: KubeApi) -> None:
    modern = installed(host.root / "modern", "1.36")
    with ModernApi(modern.root, kube, modern.flags):
        first = json.loads(wait_for(lambda: lines(modern), naming="a line of the log")[0])
    assert ("Event", "audit.k8s.io/v1", "Metadata") == (first["kind"], first["apiVersion"], first["level"])


def lines(host: Host) -> list[bytes]:
    """Return the lines of the log and of what it was rotated to."""
    paths = host.log.parent.iterdir() if host.log.parent.is_dir() else ()
    return [line for path in paths for line in path.read_bytes().splitlines()]
