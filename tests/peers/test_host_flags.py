"""The API server of 1.20, started with exactly the rendered policy and flags, writes the log where the agent looks for it."""

import json
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.load import load
from generator.render import render
from tests.support.kube import ADMIN, KubeApi

pytestmark = pytest.mark.peer("kube")

EVENTS = 40
LARGE = {"text": "a" * 30_000}
"""Of what is sent, so that a few requests fill a file of one megabyte."""


def post(kube: KubeApi, name: str) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": LARGE}
    request = urllib.request.Request(
        f"https://127.0.0.1:{kube.port}/api/v1/namespaces/flags/configmaps?dryRun=All",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(
        request, timeout=20, context=ssl.create_default_context(cafile=kube.authority)
    ) as answer:
        assert answer.status == 201


def beneath(root: Path, flags: dict[str, str], mounts: list[dict[str, Any]]) -> dict[str, str]:
    """Return the flags with every mounted path below a folder, as a container sees another root."""
    paths = tuple(one["mountPath"] for one in mounts)
    return {name: f"{root}{value}" if value.startswith(paths) else value for name, value in flags.items()}


def test_the_rendered_flags_write_and_rotate_the_log_that_the_agent_reads(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    rules = "[{level: RequestResponse, resources: [{group: '', resources: [configmaps]}]}, {level: Metadata}]"
    values.write_text(f"cluster: {{version: '1.20'}}\naudit: {{log: {{maxSize: 1}}, policy: {{rules: {rules}}}}}\n")
    files = render(load([values]))
    server = yaml.safe_load(files["host/kubeadm.yaml"])["apiServer"]
    mounts = server["extraVolumes"]
    policy = tmp_path / next(one["hostPath"] for one in mounts if one["pathType"] == "File").lstrip("/")
    policy.parent.mkdir(parents=True)
    policy.write_text(files["host/audit-policy.yaml"])
    with KubeApi(tmp_path, beneath(tmp_path, server["extraArgs"], mounts)) as kube:
        kube.kubectl("create", "namespace", "flags")
        for number in range(EVENTS):
            post(kube, f"sent-{number}")
    agent = files["fluent.conf"]
    log = tmp_path / server["extraArgs"]["audit-log-path"].lstrip("/")
    assert f"  path /{log.relative_to(tmp_path)}\n" in agent
    rotated = [path for path in log.parent.iterdir() if path != log]
    assert rotated
    lines = [line for path in (*rotated, log) for line in path.read_bytes().splitlines()]
    events = [json.loads(line) for line in lines]
    ours = [event for event in events if event["requestURI"].endswith("flags/configmaps?dryRun=All")]
    others = [event for event in events if event.get("objectRef", {}).get("resource") != "configmaps"]
    assert {"Metadata"} == {event["level"] for event in others}
    assert EVENTS == len(ours) == len({event["auditID"] for event in ours})
    assert {("RequestResponse", "ResponseComplete")} == {(event["level"], event["stage"]) for event in ours}
    assert max(map(len, lines)) <= int(server["extraArgs"]["audit-log-truncate-max-event-size"])
