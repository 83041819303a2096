from typing import Any

import orjson
import pytest

from bridge import demo, replay
from bridge.demo import Summary
from tests.support.processes import BIN, Process

SENT = [("a", "RequestReceived"), ("a", "ResponseComplete"), ("b", "ResponseComplete")]


@pytest.mark.parametrize(
    ("held", "lost", "duplicated"),
    [
        (SENT, 0, 0),
        (SENT[:2], 1, 0),
        ([*SENT, SENT[0], SENT[0]], 0, 2),
        ([SENT[0], SENT[0]], 2, 1),
        ([], 3, 0),
        ([*SENT, ("foreign", "x")], 0, 1),
    ],
)
def test_what_is_lost_and_what_is_duplicated(held: list[tuple[str, str]], lost: int, duplicated: int) -> None:
    assert (lost, duplicated) == demo.compare(SENT, held)


def event(number: int, verdict: str) -> dict[str, Any]:
    return {"auditID": str(number), "stage": "ResponseComplete", "audit": {"verdict": verdict}}


def test_the_summary_counts() -> None:
    lines = [orjson.dumps(event(number, "")) for number in range(3)]
    held = [event(0, "allowed"), event(1, "denied_authz"), event(2, "denied_authn")]
    assert Summary(3, 3, 3, 0, 0, 2, 1.5) == demo.summary(lines, 3, held, 1.5)


@pytest.mark.parametrize(
    ("acked", "lost", "duplicated", "good"), [(5, 0, 0, True), (4, 0, 0, False), (5, 1, 0, False), (5, 0, 1, False)]
)
def test_what_is_good(acked: int, lost: int, duplicated: int, good: bool) -> None:
    assert good == Summary(5, acked, 5, lost, duplicated, 0, 1.0).good


def test_the_bundled_log_is_a_real_one() -> None:
    events = [orjson.loads(line) for line in replay.lines([demo.sample()])]
    assert (5_000, {"audit.k8s.io/v1"}) == (len(events), {event["apiVersion"] for event in events})
    assert 5_000 == len({demo.key(event) for event in events}), "auditID and stage tell every event from all others"


def test_the_demo_loses_nothing() -> None:
    with Process([BIN / "audit-bridge", "demo", "--once"]) as process:
        assert 0 == process.wait(60)
    assert "0 lost, 0 duplicated" in process.lines
    assert [] == [line for line in process.lines if "http" in line], "a page that is gone with the demo"


def test_the_demo_says_what_is_wrong_with_its_configuration(tmp_path: Any) -> None:
    (tmp_path / "bridge.yaml").write_text("clustre: x\n")
    with Process([BIN / "audit-bridge", "demo", "--once", "--config", tmp_path / "bridge.yaml"]) as process:
        assert 1 == process.wait(60)
    assert f"{tmp_path}/bridge.yaml:1: clustre: " in process.output
    assert "Traceback" not in process.output
