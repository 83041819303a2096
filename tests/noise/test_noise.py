"""That the noise can be trusted: the cluster is one, its streams are real, and the page says what the tables say."""

import json
import re
from pathlib import Path

import pytest

from audit.event import from_line
from audit.outcome import Outcome, outcome
from audit.policy_reading import read
from audit.presets import preset
from audit.settings import Identity
from audit.simulate import Simulation
from tests.noise import people, report
from tests.noise.__main__ import ORDER
from tests.noise.client import Client
from tests.noise.cluster import cluster
from tests.noise.identities import CI, DEVELOPER, OPERATOR, STRANGER, VIEWER
from tests.noise.stage import Stage
from tests.support.log import line

QUIET = [
    line("system:kube-scheduler", "update", "leases.coordination.k8s.io", at=10),
    line("carol", "get", "secrets", audit_id="a"),
    line("", "list", "pods", code=401, stage="ResponseStarted", audit_id="b"),
    line("bob", "get", "secrets", code=403, audit_id="c"),
    line("carol", "patch", "secrets", audit_id="d"),
    line("carol", "create", "pods/exec", code=101, audit_id="e"),
    line(CI.name, "patch", "deployments.apps", audit_id="f"),
]
NOISY = [QUIET[0]] * 20 + QUIET[1:]


def found(log: list[bytes]) -> Outcome:
    policies = [read(preset(name), name).policy for name in ORDER]
    simulation = Simulation(policies, known=[Identity(label="jenkins", users=(CI.name,))])
    for one in log:
        simulation.add(from_line(one), one)
    return outcome(simulation)


def test_the_table_is_against_metadata() -> None:
    rows = report.table(found(NOISY)).splitlines()
    assert "| `metadata` | 26 | 100% |" == rows[3][:26]
    assert re.fullmatch(r"\| `recommended` \| 6\.0 \| 23% \| .*", rows[4])


def test_every_alert_has_to_fire() -> None:
    assert [] == report.problems(found(NOISY))
    assert ["A secret is viewed: the workload has none - let it run longer"] == report.problems(
        found(NOISY[:20] + QUIET[2:])
    )


def test_the_blogs_ratio_has_to_be_beaten() -> None:
    assert ["recommended leaves 86% of the events of metadata, no less than the blog's 67%"] == report.problems(
        found(QUIET)
    )


def test_the_chart_is_svg_that_needs_nothing() -> None:
    drawn = report.svg(found(NOISY))
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert 1 + len(ORDER) == drawn.count("<path ")
    assert [] == re.findall(r"href|url\(|script", drawn)


def test_an_actor_makes_the_same_choices_with_the_same_seed() -> None:
    one, same, other = (Stage(None, seed).random("alice").random() for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert one == same != other


@pytest.mark.peer("kube-controller-manager")
def test_the_cluster(tmp_path: Path) -> None:
    """What people do once, against the real API server: who may does, who may not does not, and streams open."""
    with cluster(tmp_path, seed=1) as running:
        server = running.stage.server
        carol, bob = Client(server, OPERATOR), Client(server, VIEWER)
        people.edit_secret(carol)
        people.shell(carol, "GET", "exec", "websocket")
        people.shell(Client(server, DEVELOPER), "POST", "exec", "SPDY/3.1")
        assert 403 == bob.get(f"{people.SHOP}/secrets/database")[0]
        assert 401 == Client(server, STRANGER).get(people.SHOP)[0]
        assert [] == running.stage.failures
    events = [json.loads(one) for one in running.log.read_bytes().splitlines()]
    done = {
        (
            one["user"].get("username", ""),
            one["verb"],
            one.get("objectRef", {}).get("subresource", ""),
            one["responseStatus"]["code"],
        )
        for one in events
        if "responseStatus" in one
    }
    assert {
        ("carol", "get", "exec", 101),
        ("alice", "create", "exec", 101),
        ("carol", "deletecollection", "", 200),
        ("bob", "get", "", 403),
        ("", "get", "", 401),
        ("system:node:node-1", "patch", "status", 200),
        ("system:kube-scheduler", "create", "binding", 201),
        ("system:serviceaccount:kube-system:replicaset-controller", "create", "", 201),
    } <= done
