"""A real Alertmanager takes notices, keeps them as alerts and passes them on."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.client import Client, raw_chunk
from tests.support.kube import free_ports
from tests.support.notices import now_in_a_container
from tests.support.processes import Bridge, Process, Sandbox, wait_for
from tests.support.receivers import Receiver

pytestmark = pytest.mark.peer("alertmanager")


def write_config(folder: Path, receiver: Receiver) -> Path:
    route = {"receiver": "here", "group_wait": "0s", "group_by": ["..."]}
    receivers = [{"name": "here", "webhook_configs": [{"url": receiver.url}]}]
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump({"route": route, "receivers": receivers}))
    return file


def alerts(port: int) -> list[dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/alerts", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found
    except OSError:
        return []


def test_alertmanager_takes_and_passes_on_what_is_told(tmp_path: Path) -> None:
    [port] = free_ports(1)
    config = tmp_path / "bridge.yaml"
    sink = {"name": "am", "type": "alertmanager", "url": f"http://127.0.0.1:{port}", "wait": "200ms"}
    config.write_text(yaml.safe_dump({"cluster": "prod", "loggly": {"subdomain": "acme"}, "notify": [sink]}))
    with Receiver() as receiver, Sandbox() as sandbox:
        command: list[str | Path] = [
            "prometheus-alertmanager",
            f"--config.file={write_config(tmp_path, receiver)}",
            f"--storage.path={tmp_path}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        with Process(command), Bridge(config, sandbox.url, "retry.maximum=200ms") as bridge:
            with Client("127.0.0.1", bridge.port) as client:
                chunk = raw_chunk("kube.audit.cp-1", now_in_a_container("jane", 3), "x")
                client.send(chunk)
                client.acked(chunk)
            [alert] = wait_for(lambda: alerts(port), naming="the alert")
            wait_for(lambda: receiver.taken, naming="what Alertmanager passes on")
    assert {"alertname": "sensitive-exec", "severity": "high", "actor": "jane"}.items() <= alert["labels"].items()
    assert ("active", "3") == (alert["status"]["state"], alert["annotations"]["count"])
    assert alert["generatorURL"].startswith("https://acme.loggly.com/search#terms=")
    assert "firing" == receiver.taken[0]["status"]
