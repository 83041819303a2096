"""Logs read by the real process: what arrives, what is kept, what is said."""

import gzip
import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bridge.conftest import StartBridge
from tests.support.processes import Bridge, Sandbox, wait_for

LINE = (
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete",'
    b'"verb":"get","stageTimestamp":"2026-01-31T12:00:00.000000Z"}\n'
)
POD = "kube-apiserver-cp-1_kube-system_kube-apiserver-%s.log"


def events(start: int, end: int) -> bytes:
    return b"".join(LINE % number for number in range(start, end))


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def rotate(log: Path, second: int, *, compress: bool = False) -> Path:
    old = log.rename(log.with_name(f"audit-2026-01-31T12-34-{second:02}.000.log"))
    if compress:
        old.with_name(old.name + ".gz").write_bytes(gzip.compress(old.read_bytes()))
        old.unlink()
    return old


def held(sandbox: Sandbox) -> list[int]:
    return sorted(int(json.loads(event["raw"])["auditID"]) for event in sandbox.events())


def wait_until_held(sandbox: Sandbox, count: int) -> None:
    wait_for(lambda: len(sandbox.events()) >= count, naming=f"{count} events")


def is_kept(folder: Path, log: Path, offset: int) -> Callable[[], bool]:
    def look() -> bool:
        files = json.loads((folder / "state").read_text())["files"]
        return bool(files.get(str(log), {}).get("offset") == offset)

    return look


@pytest.fixture
def start_reading(start_bridge: StartBridge, tmp_path: Path) -> Callable[..., Bridge]:
    """Start a bridge that reads `files`, which is JSON, and keeps its positions in tmp_path/state."""

    def start(files: list[dict[str, str]], *settings: str) -> Bridge:
        quick = ("batch.max_age=50ms", "retry.initial=50ms", "retry.maximum=50ms")
        return start_bridge(f"files={json.dumps(files)}", f"state.path={tmp_path}/state", *quick, *settings)

    return start


def test_a_kill_loses_nothing_and_doubles_only_what_was_in_flight(
    sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path
) -> None:
    log = tmp_path / "audit.log"
    log.write_bytes(events(0, 100))
    bridge = start_reading([{"path": str(log)}])
    wait_until_held(sandbox, 100)
    wait_for(is_kept(tmp_path, log, log.stat().st_size), naming="the position")
    bridge.signal(signal.SIGKILL)
    bridge.wait()
    append(log, events(100, 150))
    rotate(log, 1, compress=True)
    append(log, events(150, 200))
    rotate(log, 2)
    append(log, events(200, 250))
    bridge = start_reading([{"path": str(log)}])
    wait_until_held(sandbox, 250)
    assert list(range(250)) == held(sandbox)
    assert ["audit_bridge_file_gap_total"] == [
        line.partition("{")[0]
        for line in bridge.get("/metrics")[1].splitlines()
        if line.endswith('audit.log"} 0.0') and "gap" in line
    ]


def test_sigterm_delivers_and_keeps_the_position(
    sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path
) -> None:
    log = tmp_path / "audit.log"
    log.write_bytes(events(0, 3_000))
    bridge = start_reading([{"path": str(log), "from": "beginning"}], "batch.max_age=1h")
    bridge.wait_for_metric('audit_bridge_events_received_total{source="file"}', 1)
    bridge.signal(signal.SIGTERM)
    assert 0 == bridge.wait()
    start_reading([{"path": str(log)}])
    wait_until_held(sandbox, 3_000)
    assert list(range(3_000)) == held(sandbox)


def test_an_outage_is_waited_for_with_the_log_as_the_queue(
    sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path
) -> None:
    log = tmp_path / "audit.log"
    sandbox.script({"match": {}, "for_s": 1, "action": "respond", "status": 503})
    log.write_bytes(events(0, 2_000))
    bridge = start_reading([{"path": str(log)}], "limits.unacked_bytes=50kB", "batch.max_bytes=50kB")
    bridge.wait_for_metric('audit_bridge_file_lag_bytes{path="' + str(log) + '"}', log.stat().st_size)
    rotate(log, 1)
    append(log, events(2_000, 2_100))
    wait_until_held(sandbox, 2_100)
    assert list(range(2_100)) == held(sandbox)


def test_a_gap_is_an_alarm(sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path) -> None:
    """On the status page, in the log, and as a metric."""
    log = tmp_path / "audit.log"
    log.write_bytes(events(0, 10))
    bridge = start_reading([{"path": str(log)}])
    wait_until_held(sandbox, 10)
    wait_for(is_kept(tmp_path, log, log.stat().st_size), naming="the position")
    bridge.signal(signal.SIGTERM)
    bridge.wait()
    rotate(log, 1).unlink()
    log.write_bytes(events(20, 30))
    bridge = start_reading([{"path": str(log)}])
    bridge.wait_for_line(
        f"ERROR bridge.files: GAP in {log}: expected every event, got none from 2026-01-31T12:00:00.000000Z to "
        "2026-01-31T12:00:00.000000Z: the files that held it are no longer there - keep more rotated files"
    )
    wait_until_held(sandbox, 20)
    bridge.wait_for_metric('audit_bridge_file_gap_total{path="' + str(log) + '"}', 1)
    assert [(str(log), 1)] == [(one["path"], one["gaps"]) for one in json.loads(bridge.get("/status.json")[1])["files"]]
    assert "Parts that were gone before they were read: 1" in bridge.get("/")[1]


def test_what_cannot_be_read_is_said(start_reading: Callable[..., Bridge], tmp_path: Path) -> None:
    """It is no reason to stop: the Forward port serves others, and the log may come."""
    bridge = start_reading([{"path": str(tmp_path / "none" / "audit.log")}])
    said = f"{tmp_path}/none: expected the log's directory, got none - create it, or correct the path in `files`"
    bridge.wait_for_line(f"ERROR bridge.files: {said}")
    assert [said] == [one["problem"] for one in json.loads(bridge.get("/status.json")[1])["files"]]


def test_containers_come_and_go(sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path) -> None:
    """Each has a log of its own, by a link; one that is new is read whole, also where the first ones began at their ends."""
    containers, pods = tmp_path / "containers", tmp_path / "pods"
    containers.mkdir()
    pods.mkdir()

    def written(start: int, end: int) -> bytes:
        return b"".join(b"T stdout F " + LINE % number for number in range(start, end))

    append(pods / "0.log", written(0, 10))
    (containers / (POD % "aa")).symlink_to(pods / "0.log")
    files = [{"path": f"{containers}/kube-apiserver-*.log", "format": "cri", "from": "end"}]
    bridge = start_reading(files)
    wait_for(is_kept(tmp_path, containers / (POD % "aa"), (pods / "0.log").stat().st_size), naming="the position")
    append(pods / "0.log", written(10, 20) + b"T stderr F I0131 a line of the server\n")
    wait_until_held(sandbox, 10)
    append(pods / "1.log", written(20, 30))
    (containers / (POD % "bb")).symlink_to(pods / "1.log")
    (containers / (POD % "aa")).unlink()
    wait_until_held(sandbox, 20)
    assert list(range(10, 30)) == held(sandbox)
    wait_for(
        lambda: [str(containers / (POD % "bb"))] == list(json.loads((tmp_path / "state").read_text())["files"]),
        naming="one log",
    )
    bridge.wait_for_metric('audit_bridge_events_filtered_total{reason="no_event"}', 1)


def test_the_node_is_named(
    sandbox: Sandbox, start_reading: Callable[..., Bridge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the setting, else by the environment, as a DaemonSet sets it, else it is the machine."""
    monkeypatch.setenv("NODE_NAME", "cp-2")
    for name in ("one", "two"):
        (tmp_path / f"{name}.log").write_bytes(events(0, 1))
    start_reading([{"path": str(tmp_path / "one.log"), "node": "cp-1"}, {"path": str(tmp_path / "two.log")}])
    wait_until_held(sandbox, 2)
    assert ["cp-1", "cp-2"] == sorted(json.loads(event["raw"])["audit"]["node"] for event in sandbox.events())


def test_two_bridges_do_not_share_a_state(start_reading: Callable[..., Bridge], tmp_path: Path) -> None:
    files = [{"path": str(tmp_path / "audit.log")}]
    start_reading(files)
    with pytest.raises(AssertionError, match="expected a file of ours alone, got one that another bridge has"):
        start_reading(files)
