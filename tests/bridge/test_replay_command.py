"""A log sent to a real bridge, as an agent would."""

import json
import signal
from pathlib import Path

from tests.support.processes import BIN, Bridge, Process, Sandbox, ran, wait_for

EVENT = '{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get"}\n'


def replayed(bridge: Bridge, *arguments: str | Path) -> str:
    with Process([BIN / "audit-bridge", "replay", "--to", f"127.0.0.1:{bridge.port}", *arguments]) as process:
        assert 0 == process.wait()
        return process.lines[-1]


def held(sandbox: Sandbox) -> list[str]:
    return sorted(json.loads(event["raw"])["auditID"] for event in sandbox.events())


def test_replay_with_acks(sandbox: Sandbox, bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_text("".join(EVENT % number for number in range(1_500)))
    assert "1500 lines sent, all acked" == replayed(
        bridge, tmp_path / "audit.log", "--ack", "--tag", "kube.audit.node-1"
    )
    assert sorted(map(str, range(1_500))) == held(sandbox)
    assert "node-1" == json.loads(sandbox.events()[0]["raw"])["audit"]["node"]


def test_replay_through_fluent_logger(sandbox: Sandbox, bridge: Bridge, tmp_path: Path) -> None:
    """Without acks the lines are sent when the command ends, and arrive a little later."""
    (tmp_path / "audit.log").write_text("".join(EVENT % number for number in range(20)))
    assert "20 lines sent" == replayed(bridge, tmp_path / "audit.log")
    wait_for(lambda: held(sandbox) == sorted(map(str, range(20))), naming="20 events")


def test_replay_goes_on_until_ctrl_c(sandbox: Sandbox, bridge: Bridge, tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.write_bytes(b"one\ntwo\n")
    arguments = ("replay", "--to", f"127.0.0.1:{bridge.port}", log, "--ack", "--follow")
    with Process([BIN / "audit-bridge", *arguments]) as process:
        wait_for(lambda: len(sandbox.events()) == 2, naming="two lines")
        log.rename(tmp_path / "audit-2026-01-31T12-34-56.123.log")
        log.write_bytes(b"three\n")
        wait_for(lambda: len(sandbox.events()) == 3, naming="three lines")
        process.signal(signal.SIGINT)
        assert (0, "3 lines sent, all acked") == (process.wait(), process.lines[-1])


def test_replay_follows_only_what_grows(bridge: Bridge) -> None:
    with Process([BIN / "audit-bridge", "replay", "--to", f"127.0.0.1:{bridge.port}", "-", "--follow"]) as process:
        assert 2 == process.wait()
        assert "Error: -: expected a log that grows - leave out --follow" == process.lines[-1]


def test_replay_at_a_rate(sandbox: Sandbox, bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_text("".join(EVENT % number for number in range(30)))
    assert "30 lines sent, all acked" == replayed(bridge, tmp_path / "audit.log", "--ack", "--rate", "100")
    assert 30 == len(held(sandbox))


def test_a_replay_of_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    code, output = ran("replay", tmp_path / "none.log", "--to", sandbox.url.removeprefix("http://"), "--ack")
    sentence = f"{tmp_path}/none.log: expected a log file, got none - check the name"
    assert (1, sentence) == (code, output.splitlines()[-1])
