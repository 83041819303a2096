"""Whose events a sender's are: the user that signed in says, not what is sent."""

from pathlib import Path

import orjson
import pytest

from audit.settings import Settings
from bridge.client import Client, raw_chunk
from bridge.handshake import Secrets
from bridge.origins import Origins
from tests.bridge.conftest import StartBridge
from tests.support.events import event
from tests.support.processes import Sandbox

CLUSTERS = [
    {"user": "edge", "cluster": "edge-1", "environment": "shop", "tags": ["edge"]},
    {"user": "lab", "cluster": "lab"},
]
SETTINGS = Settings.model_validate(
    {
        "cluster": "central",
        "forward": {"shared_key_file": "key", "users_file": "users", "clusters": CLUSTERS},
        "loggly": {"tags": ["kubernetes"]},
    }
)


@pytest.mark.parametrize(
    ("user", "cluster", "tags"),
    [
        ("edge", {"cluster": "edge-1", "environment": "shop"}, ("edge",)),
        ("lab", {"cluster": "lab"}, ("kubernetes",)),
        ("own", {"cluster": "central"}, ("kubernetes",)),
        ("", {"cluster": "central"}, ("kubernetes",)),
    ],
)
def test_a_user_has_a_cluster(user: str, cluster: dict[str, str], tags: tuple[str, ...]) -> None:
    origin = Origins(SETTINGS).of(user)
    said = orjson.loads(origin.judge.line(orjson.dumps(event()), "", 0))["audit"]
    assert (cluster, tags) == ({key: said[key] for key in ("cluster", "environment") if key in said}, origin.tags)


def test_events_of_two_clusters_through_one_bridge(sandbox: Sandbox, start_bridge: StartBridge, tmp_path: Path) -> None:
    """A name in the event, or in the tag, changes nothing."""
    (tmp_path / "key").write_text("one key\n")
    (tmp_path / "users").write_text("edge:password 1\nown:password 2\n")
    forward = f"{{shared_key_file: {tmp_path}/key, users_file: {tmp_path}/users, clusters: [{{user: edge, cluster: edge-1}}]}}"
    bridge = start_bridge(f"forward={forward}", "forward.host=127.0.0.1", "forward.port=0")
    secrets = Secrets(b"one key", {"edge": "password 1", "own": "password 2"})
    for user in ("edge", "own"):
        with Client("127.0.0.1", bridge.port, secrets=secrets, username=user) as client:
            line = orjson.dumps(event(auditID=user, audit={"cluster": "forged"}))
            chunk = raw_chunk("kube.audit.forged", [line], user)
            client.send(chunk)
            client.acked(chunk)
    for cluster in ("edge-1", "test"):
        assert f'audit_bridge_cluster_events_total{{cluster="{cluster}"}} 1.0' in bridge.get("/metrics")[1]
    events = [orjson.loads(one["raw"]) for one in sandbox.events()]
    assert {"edge": "edge-1", "own": "test"} == {one["auditID"]: one["audit"]["cluster"] for one in events}
