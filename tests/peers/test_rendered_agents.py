"""Each flavor as it is rendered: a rotated log, and a bridge that is replaced in the middle, lose nothing."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.flavors import FLAVORS
from generator.load import load
from generator.render import MONITOR_PORT, render
from tests.support.agents import KEY, PASSWORD, USER, append, bridge_config, differences, sample
from tests.support.kube import free_ports
from tests.support.processes import Bridge, Process, Sandbox, wait_for

VALUES = Path(__file__).parent.parent.parent / "values"
ENVIRONMENT = {"NODE_NAME": "cp-1.example.com", "FORWARD_SHARED_KEY": KEY, "FORWARD_PASSWORD": PASSWORD}
SIGNED_IN = ("forward.sharedKeySecret={}", "forward.usersSecret={}", f"forward.user={{name: {USER}}}")
PARTS = (600, 600, 600)
"""Lines before the rotation, after it while there is no bridge, and after that."""
FILES = {"fluentd": "fluent.conf", "fluent-bit": "fluent-bit.yaml"}


def rendered(folder: Path, environment: str, *settings: str) -> dict[str, str]:
    """Render with the log in `folder`."""
    log = () if environment == "minikube" else (f"audit.log.path={folder}/log/audit.log",)
    return render(load([VALUES / f"{environment}.yaml"], [*log, *settings]))


def moved(folder: Path, flavor: str, files: dict[str, str], port: int, name: str = "") -> Path:
    """Write a configuration with its state, its address and its monitor moved to where the test is."""
    text = files[name or FILES[flavor]]
    (monitor,) = free_ports(1)
    for before, after in (
        (FLAVORS[flavor].state, str(folder / "state")),
        ("/var/log/containers", str(folder / "log")),
        ("kube-audit-bridge.audit-bridge.svc", "127.0.0.1"),
        ("port 24224", f"port {port}"),
        ("port: 24224", f"port: {port}"),
        ("retry_max_interval 30s", "retry_max_interval 1s"),
        ("flush_interval 5s", "flush_interval 1s"),
        ("scheduler.cap: 30", "scheduler.cap: 2"),
        (str(MONITOR_PORT), str(monitor)),
    ):
        text = text.replace(before, after)
    (folder / "state").mkdir(exist_ok=True)
    config = folder / (name or FILES[flavor])
    config.write_text(text)
    return config


@contextmanager
def agent(flavor: str, config: Path) -> Iterator[Process]:
    with Process([flavor, "--config", config], ENVIRONMENT) as process:
        yield process


def held(loggly: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(event["raw"]) for event in loggly.events()]


def rotate(log: Path) -> None:
    log.rename(log.with_name("audit-2026-01-01T00-00-00.000.log"))


def assert_whole(loggly: Sandbox, lines: list[str]) -> None:
    wait_for(lambda: len(loggly.events()) >= len(lines), 40, f"{len(lines)} events")
    events = held(loggly)
    lost, doubled = differences(lines, events)
    assert ([], 0) == (lost, len(doubled))
    assert {"cp-1.example.com"} == {event["audit"]["node"] for event in events}


@pytest.mark.parametrize(
    "flavor",
    [
        pytest.param("fluentd", marks=pytest.mark.peer("fluentd")),
        pytest.param("fluent-bit", marks=pytest.mark.peer("fluent-bit")),
    ],
)
def test_a_rotated_log_and_a_bridge_that_is_replaced(tmp_path: Path, flavor: str) -> None:
    """With a shared key and as a user, whose cluster it is; while there is no bridge, what is written waits on the node."""
    lines = sample(sum(PARTS))
    log = tmp_path / "log" / "audit.log"
    log.parent.mkdir()
    append(log, lines[: PARTS[0]])
    files = rendered(tmp_path, "default", f"agent.flavor={flavor}", *SIGNED_IN)
    clusters = f"forward.clusters=[{{user: {USER}, cluster: edge-1}}]"
    with Sandbox() as loggly, ExitStack() as bridges:
        settings = bridge_config(tmp_path, users=True)
        bridge = bridges.enter_context(Bridge(settings, loggly.url, clusters))
        with agent(flavor, moved(tmp_path, flavor, files, bridge.port)) as process:
            wait_for(lambda: len(loggly.events()) >= PARTS[0], 40, "the first lines")
            bridges.close()
            append(log, lines[PARTS[0] : sum(PARTS[:2])])
            rotate(log)
            append(log, lines[sum(PARTS[:2]) :])
            bridges.enter_context(Bridge(settings, loggly.url, clusters, f"forward.port={bridge.port}"))
            assert_whole(loggly, lines)
            assert KEY not in process.output
            assert PASSWORD not in process.output
        assert {"edge-1"} == {event["audit"]["cluster"] for event in held(loggly)}


def test_the_bridge_that_reads_the_log_itself(tmp_path: Path) -> None:
    """Killed with no warning, and started again after the log was rotated under it."""
    lines = sample(sum(PARTS))
    log = tmp_path / "log" / "audit.log"
    log.parent.mkdir()
    (tmp_path / "state").mkdir()
    append(log, lines[: PARTS[0]])
    config = tmp_path / "bridge.yaml"
    text = rendered(tmp_path, "default", "agent.flavor=direct")["bridge.yaml"]
    config.write_text(text.replace(FLAVORS["direct"].state, str(tmp_path / "state")))
    with Sandbox() as loggly:
        with Bridge(config, loggly.url, environment=ENVIRONMENT):
            wait_for(lambda: len(loggly.events()) >= PARTS[0], 40, "the first lines")
        append(log, lines[PARTS[0] : sum(PARTS[:2])])
        rotate(log)
        append(log, lines[sum(PARTS[:2]) :])
        with Bridge(config, loggly.url, environment=ENVIRONMENT):
            assert_whole(loggly, lines)


@pytest.mark.peer("fluent-bit")
def test_fluent_bit_joins_events_that_containerd_wrote_in_parts(tmp_path: Path) -> None:
    own = "2026-01-01T00:00:00.000000001Z stderr F I0101 00:00:00.000000       1 trace.go:205] Trace[1]"
    long = next(line for line in sample(5_000) if len(line) > 2**14)
    lines = [*sample(20), long, *sample(30)[20:]]
    written = [own]
    for line in lines:
        parts = [line[at : at + 2**14] for at in range(0, len(line), 2**14)]
        flags = [*"P" * (len(parts) - 1), "F"]
        written += [f"2026-01-01T00:00:00.1Z stdout {flag} {part}" for flag, part in zip(flags, parts, strict=True)]
        written.append(own)
    (tmp_path / "log").mkdir()
    append(tmp_path / "log" / "kube-apiserver-minikube_kube-system_kube-apiserver-0.log", written)
    files = rendered(tmp_path, "minikube", "agent.flavor=fluent-bit")
    with (
        Sandbox() as loggly,
        Bridge(bridge_config(tmp_path), loggly.url) as bridge,
        agent("fluent-bit", moved(tmp_path, "fluent-bit", files, bridge.port)),
    ):
        assert_whole(loggly, lines)


POD = "web-1_shop_nginx-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log"
METADATA = """\
require "fluent/plugin/filter"
# Adds what the filter of the image adds, so that what comes after it can be run without an API server.
class Stand < Fluent::Plugin::Filter
  Fluent::Plugin.register_filter("kubernetes_metadata", self)
  config_param :skip_master_url, :bool
  config_param :skip_namespace_metadata, :bool
  def filter(tag, time, record)
    record.merge("docker" => {"container_id" => "0"}, "kubernetes" => {"pod_name" => tag[/([^._]+)_shop_/, 1], "labels" => {"app" => "web", "a.b/c" => "1"}})
  end
end
"""


@pytest.mark.peer("fluentd")
def test_containers_logs_arrive_as_they_are(tmp_path: Path) -> None:
    """No audit events, so no parse errors: their own tags, their pod, their time, labels that make no fields."""
    logs, plugins = tmp_path / "log", tmp_path / "plugins"
    logs.mkdir()
    plugins.mkdir()
    (plugins / "filter_kubernetes_metadata.rb").write_text(METADATA)
    append(
        logs / POD, ["2026-11-24T10:00:00.123456789Z stdout F GET / 200", "2026-11-24T10:00:01.5+01:00 stderr P bro"]
    )
    append(logs / POD.replace("shop", "audit-agent"), ["2026-11-24T10:00:00.1Z stdout F its own"])
    files = rendered(tmp_path, "default", "sources.containers=true", "sources.tags=[logs]")
    settings = tmp_path / "bridge.yaml"
    settings.write_text(files["bridge.yaml"])
    with Sandbox() as loggly, Bridge(settings, loggly.url) as bridge:
        config = moved(tmp_path, "fluentd", files, bridge.port, "containers.conf")
        with Process(["fluentd", "--config", config, "--plugin", plugins], ENVIRONMENT) as process:
            wait_for(lambda: len(loggly.events()) >= 2, 40, "two lines")
            assert "[error]" not in process.output
        found = sorted(held(loggly), key=lambda event: str(event["timestamp"]))
        assert {"logs"} == {tag for event in loggly.events() for tag in event["tags"]}
    pod = {"pod_name": "web-1", "labels": ["app=web", "a.b/c=1"]}
    said = {"kubernetes": pod, "audit": {"cluster": "kubernetes"}}
    assert [
        {**said, "stream": "stderr", "logtag": "P", "message": "bro", "timestamp": "2026-11-24T09:00:01.500000Z"},
        {**said, "stream": "stdout", "logtag": "F", "message": "GET / 200", "timestamp": "2026-11-24T10:00:00.123456Z"},
    ] == found


@pytest.mark.peer("fluent-bit")
def test_fluent_bit_reads_containers_logs(tmp_path: Path) -> None:
    """All but the filter that asks the API server, which not every build has."""
    (tmp_path / "log").mkdir()
    append(tmp_path / "log" / POD, ["2026-11-24T10:00:00.1Z stdout P GET /", "2026-11-24T10:00:00.2Z stdout F  200"])
    files = rendered(tmp_path, "default", "sources.containers=true", "agent.flavor=fluent-bit")
    settings = tmp_path / "bridge.yaml"
    settings.write_text(files["bridge.yaml"])
    with Sandbox() as loggly, Bridge(settings, loggly.url) as bridge:
        config = moved(tmp_path, "fluent-bit", files, bridge.port, "containers.yaml")
        whole = yaml.safe_load(config.read_text())
        del whole["pipeline"]["filters"]
        config.write_text(yaml.safe_dump(whole))
        with agent("fluent-bit", config):
            wait_for(loggly.events, 40, "a line")
        (event,) = held(loggly)
        assert ["kubernetes", "containers"] == loggly.events()[0]["tags"]
    assert "GET / 200" == event["log"].replace("\n", "")
    assert "parseError" not in event["audit"]
