"""The rendered policy and flags at a real API server, its log rotated while events flow, and Fluentd with the rendered configuration.

What the flags say to write is what the configuration says to read, and between the two nothing is lost and nothing comes twice.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.flavors import FLAVORS
from generator.load import load
from generator.render import MONITOR_PORT, render
from tests.support.agents import bridge_config
from tests.support.kube import ADMIN, KubeApi, free_ports
from tests.support.processes import Bridge, Process, Sandbox, wait_for

pytestmark = [pytest.mark.peer("kube"), pytest.mark.peer("fluentd")]

VALUES = Path(__file__).parent.parent.parent / "values"
FILES = 4
LONG = "x" * 20_000
"""In the query of each request, so that fifty events fill a file of 1 MB."""

Key = tuple[str, str]


def test_no_event_is_lost_or_doubled_while_the_log_rotates(tmp_path: Path) -> None:
    files = rendered(tmp_path)
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path), loggly.url) as bridge:
        config = tmp_path / "fluent.conf"
        config.write_text(moved(files["fluent.conf"], tmp_path, bridge.port))
        with Process(["fluentd", "--config", config], {"NODE_NAME": "cp-1"}) as agent:
            agent.wait_for_line("fluentd worker is now running")
            with KubeApi(tmp_path, flags(files, tmp_path)) as api:
                rotate(api, loggly, tmp_path)
            written = Counter(map(key, events(tmp_path)))  # the API server has ended: nothing is added
            wait_for(lambda: len(loggly.events()) >= written.total(), 60, f"{written.total()} events in Loggly")
            arrived = Counter(key(json.loads(event["raw"])) for event in loggly.events())
            assert "[error]" not in agent.output
    assert ([], []) == (list((written - arrived).elements()), list((arrived - written).elements()))
    assert {"Metadata"} == {event["level"] for event in events(tmp_path)}


def rotate(api: KubeApi, loggly: Sandbox, folder: Path) -> None:
    """Make requests until the log has four files, with Fluentd in each before the next: it looks once a second.

    A log of 100 MB takes an API server longer than that.
    """
    for count in range(1, FILES + 1):
        last = fill(api, folder, count)
        wait_for(partial(holds, loggly, last), 40, f"{last} in Loggly")


def fill(api: KubeApi, folder: Path, count: int) -> str:
    """Make requests, one at least, until the log has so many files; return what only the last request has."""
    for at in itertools.count():
        mark = f"x={count}-{at}-"
        assert 200 == api.request(f"/api/v1/namespaces?limit=1&{mark}{LONG}", ADMIN)
        if len(logs(folder)) >= count:
            break
    return mark


def holds(loggly: Sandbox, mark: str) -> bool:
    return any(mark in event["raw"] for event in loggly.events())


def rendered(folder: Path) -> dict[str, str]:
    """Render the production values for the API server's own version, with a small log in a folder of the test's."""
    (folder / "log").mkdir()
    settings = [
        "cluster.version='1.20'",
        "audit.policy.preset=metadata",
        f"audit.log.path={folder}/log/audit.log",
        "audit.log.maxSize=1",
        "forward.sharedKeySecret=null",
    ]
    return render(load([VALUES / "production.yaml"], settings))


def flags(files: dict[str, str], folder: Path) -> dict[str, str]:
    """Return the API server's flags as they are rendered, with the policy where it is here."""
    rendered_flags: dict[str, str] = yaml.safe_load(files["host/kubeadm.yaml"])["apiServer"]["extraArgs"]
    policy = folder / "audit-policy.yaml"
    policy.write_text(files["host/audit-policy.yaml"])
    assert {"audit-log-maxsize": "1", "audit-log-path": f"{folder}/log/audit.log"}.items() <= rendered_flags.items()
    return rendered_flags | {"audit-policy-file": str(policy)}


def moved(text: str, folder: Path, port: int) -> str:
    """Return Fluentd's configuration with its state, the bridge's address and the monitor's port where they are here."""
    (monitor,) = free_ports(1)
    for before, after in (
        (FLAVORS["fluentd"].state, str(folder / "state")),
        ("host kube-audit-bridge.audit-bridge.svc", "host 127.0.0.1"),
        ("port 24224", f"port {port}"),
        (f"port {MONITOR_PORT}", f"port {monitor}"),
    ):
        assert before in text
        text = text.replace(before, after)
    return text


def logs(folder: Path) -> list[Path]:
    return sorted((folder / "log").iterdir())


def events(folder: Path) -> Iterable[dict[str, Any]]:
    """Yield every event that is written whole, over all files of the log."""
    for log in logs(folder):
        for line in log.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def key(event: dict[str, Any]) -> Key:
    return event["auditID"], event["stage"]
