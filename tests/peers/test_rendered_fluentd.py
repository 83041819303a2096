"""A real Fluentd runs what is rendered: it takes every environment's file, and no line is lost or changed on its way."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from generator.flavors import FLAVORS
from generator.load import load
from generator.render import MONITOR_PORT, render
from tests.support.agents import KEY, append, bridge_config, differences, sample
from tests.support.kube import free_ports
from tests.support.processes import Bridge, Process, Sandbox, wait_for

pytestmark = pytest.mark.peer("fluentd")

VALUES = Path(__file__).parent.parent.parent / "values"
ENVIRONMENTS = sorted(path.stem for path in VALUES.glob("*.yaml") if path.stem != "eks")
"""All but those whose configuration needs a plugin that does not come with Fluentd."""
ENVIRONMENT = {"NODE_NAME": "cp-1.example.com", "FORWARD_SHARED_KEY": KEY + "\n"}
CRI_PART = 16 * 1024
"""Bytes after which the container runtime begins a new line."""


def config(folder: Path, environment: str, *settings: str, port: int = 24224) -> tuple[str, int]:
    """Render for one environment, with the paths, the address and the port of the monitor moved; return both."""
    text = render(load([VALUES / f"{environment}.yaml"], settings))["fluent.conf"]
    (monitor,) = free_ports(1)
    for before, after in (
        (FLAVORS["fluentd"].state, str(folder / "state")),
        ("/var/log/containers", str(folder)),
        ("host kube-audit-bridge.audit-bridge.svc", "host 127.0.0.1"),
        ("port 24224", f"port {port}"),
        (f"port {MONITOR_PORT}", f"port {monitor}"),
    ):
        text = text.replace(before, after)
    return text, monitor


@contextmanager
def fluentd(folder: Path, text: str) -> Iterator[Process]:
    (folder / "fluent.conf").write_text(text)
    with Process(["fluentd", "--config", folder / "fluent.conf"], ENVIRONMENT) as process:
        yield process


def arrived(loggly: Sandbox, count: int) -> list[dict[str, object]]:
    wait_for(lambda: len(loggly.events()) >= count, 40, f"{count} events")
    return [json.loads(event["raw"]) for event in loggly.events()]


@pytest.mark.parametrize(
    ("environment", "flavor"),
    [
        *((environment, "fluentd") for environment in ENVIRONMENTS),
        ("default", "td-agent"),
        ("default", "fluent-package"),
    ],
)
def test_a_dry_run_finds_nothing(tmp_path: Path, environment: str, flavor: str) -> None:
    settings = (f"agent.flavor={flavor}", "agent.image=example/fluentd:1", "agent.onHost=false")
    file = tmp_path / "fluent.conf"
    file.write_text(config(tmp_path, environment, *settings)[0])
    done = subprocess.run(
        ["fluentd", "--dry-run", "--config", file], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[warn]" not in done.stdout


def test_a_log_and_its_rotation(tmp_path: Path) -> None:
    """Every line arrives once, with the node's name, also those written right before a rotation."""
    log, lines = tmp_path / "audit.log", sample(2_000)
    append(log, lines[:1_000])
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path), loggly.url) as bridge:
        text, _ = config(tmp_path, "default", f"audit.log.path={log}", port=bridge.port)
        with fluentd(tmp_path, text) as agent:
            arrived(loggly, 1_000)
            append(log, lines[1_000:1_500])
            log.rename(tmp_path / "audit-2026-01-01T00-00-00.000.log")
            append(log, lines[1_500:])
            events = arrived(loggly, 2_000)
            assert "[error]" not in agent.output
    assert differences(lines, events) == ([], [])
    assert {event["audit"]["node"] for event in events} == {"cp-1.example.com"}  # type: ignore[index]


def test_a_shared_key(tmp_path: Path) -> None:
    """The handshake with the key from the environment, each node under a name of its own."""
    log, lines = tmp_path / "audit.log", sample(200)
    append(log, lines)
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path, key=True), loggly.url) as bridge:
        settings = (f"audit.log.path={log}", "forward.sharedKeySecret={}")
        text, _ = config(tmp_path, "default", *settings, port=bridge.port)
        with fluentd(tmp_path, text) as agent:
            events = arrived(loggly, 200)
            assert KEY not in agent.output
    assert differences(lines, events) == ([], [])


def container_lines(line: str) -> list[str]:
    """Write a line as containerd does: parts of 16 KiB, P where more follows."""
    parts = [line[at : at + CRI_PART] for at in range(0, len(line), CRI_PART)]
    flags = ["P"] * (len(parts) - 1) + ["F"]
    return [f"2026-01-01T00:00:00.000000001Z stdout {flag} {part}" for flag, part in zip(flags, parts, strict=True)]


def test_a_container_log_with_events_in_parts(tmp_path: Path) -> None:
    """Parts are joined to the event that they were, and the API server's own log is left out."""
    own = '2026-01-01T00:00:00.000000001Z stderr F I0101 00:00:00.000000       1 trace.go:205] Trace[1]: "List" {"kind":"Event"}'
    long = [line for line in sample(5_000) if len(line) > CRI_PART]
    lines = [*sample(50), *long]
    assert len(long) == 3
    written = [own]
    for line in lines:
        parts = container_lines(line)
        written += [*parts[:1], own, *parts[1:], own]
    append(tmp_path / "kube-apiserver-minikube_kube-system_kube-apiserver-0.log", written)
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path), loggly.url) as bridge:
        text, _ = config(tmp_path, "minikube", port=bridge.port)
        with fluentd(tmp_path, text):
            events = arrived(loggly, len(lines))
    assert differences(lines, events) == ([], [])


def test_the_readiness_probe(tmp_path: Path) -> None:
    """Ready while the buffer has room; not where it has none, and not where nothing answers."""
    text, monitor = config(tmp_path, "default", f"audit.log.path={tmp_path / 'audit.log'}", port=1)
    text = text.replace("total_limit_size 2147483648", "total_limit_size 200000").replace(
        "chunk_limit_size 2097152", "chunk_limit_size 100000"
    )
    script = tmp_path / "ready.rb"
    ready = render(load([VALUES / "default.yaml"]))["kubernetes/20-configmap.yaml"]
    script.write_text(ready_script(ready).replace(str(MONITOR_PORT), str(monitor)))
    assert probe(script) != ""
    append(tmp_path / "audit.log", [])
    with fluentd(tmp_path, text) as agent:
        agent.wait_for_line("fluentd worker is now running")
        url = f"http://127.0.0.1:{monitor}/api/plugins.json"
        wait_for(lambda: answers(url), naming="the monitor")
        assert probe(script) == ""
        append(tmp_path / "audit.log", sample(1_000))
        wait_for(lambda: probe(script), naming="a full buffer")
        assert probe(script) == "less than 5 % room in the buffer of bridge\n"


def ready_script(configmap: str) -> str:
    return str(next(yaml.safe_load_all(configmap))["data"]["ready.rb"])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def probe(script: Path) -> str:
    """Run the probe; return what it complains of."""
    done = subprocess.run(
        ["ruby", script], capture_output=True, text=True, check=False, env=dict(os.environ), timeout=30
    )
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr
