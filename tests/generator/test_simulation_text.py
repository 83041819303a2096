import io

import pytest
from rich.console import Console

from audit.event import from_line
from audit.outcome import outcome
from audit.policy_reading import read
from audit.simulate import Simulation
from generator.simulation_text import bar, console, kilobytes, rate, show
from tests.support.log import line

POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [get]
"""
LOG = [
    line("alice", "get", "secrets", level="Metadata"),
    line("bob", "create", "pods", at=30, level="Metadata"),
    line("", "list", "pods", code=401, stage="ResponseStarted", at=60, level="Metadata"),
]


def shown(*log: bytes, top: int = 10, policy: str = POLICY) -> list[str]:
    simulation = Simulation([read(policy, "mine.yaml").policy])
    for one in log:
        simulation.add(from_line(one), one)
    text = io.StringIO()
    show(Console(file=text, width=200), outcome(simulation, 3), top)
    return [row.rstrip() for row in text.getvalue().splitlines()]


def test_totals() -> None:
    rows = shown(*LOG)
    assert "3 events in 1.0 minutes; 3 lines are no audit events" == rows[0]
    size = f"{sum(len(one) + 1 for one in LOG) / 1000:.1f}"
    assert ["log", "3.0", size, "kB", "100%", "█" * 30] == rows[2].split()
    assert ["mine.yaml", "1.0", "0.4", "kB", "33%", "█" * 10] == rows[3].split()


def test_tables_end_with_how_many_more_there_are() -> None:
    rows = shown(*LOG, top=1)
    assert ["By actor, events a minute", "By request, events a minute"] == [
        row for row in rows if row.startswith("By ")
    ]
    assert 2 == rows.count("and 2 more")
    assert 1 == rows.count("and 1 more")


def test_rules_and_what_no_rule_matched() -> None:
    rows = [row.split() for row in shown(*LOG)]
    assert ["5", "Metadata", "1", "1", "1.0", "0.4", "kB"] in rows
    assert ["no", "rule", "None", "2", "0", "0", "0.0", "kB"] in rows


def test_what_is_no_longer_seen() -> None:
    rows = shown(*LOG)
    assert ["nobody", "(401)", "list", "pods", "1"] in [row.split() for row in rows]
    assert "mine.yaml: everything in the log is still seen." in shown(LOG[0])


def test_detections_say_what_they_miss() -> None:
    rows = shown(*LOG)
    assert ["A", "secret", "is", "viewed", "1", "1", "partly"] in [row.split() for row in rows]
    assert (
        "mine.yaml: A secret is edited: blind, 10 of 10 kinds of request, such as create secrets by jane:"
        " dropped, for no rule matches" in rows
    )


def test_what_the_log_cannot_tell() -> None:
    policy = POLICY.replace("Metadata", "Request")
    gap = "1 event of the log has level Metadata where the policy wants Request: how many bytes that adds is not known"
    assert f"mine.yaml: {gap}" in shown(*LOG, policy=policy)


def test_a_name_in_a_log_is_nothing_but_text() -> None:
    """No markup, and nothing that a terminal obeys."""
    rows = shown(line("[red]mallory[/red]\x1b[2J", "get", "pods"))
    assert any("[red]mallory[/red]\\x1b[2J" in row for row in rows)


@pytest.mark.parametrize(
    ("part", "drawn"), [(0.0, ""), (1.0, "█" * 30), (0.5, "█" * 15), (0.05, "█▌"), (2.0, "█" * 30)]
)
def test_bars(part: float, drawn: str) -> None:
    assert drawn == bar(part)


def test_numbers() -> None:
    assert ["1.0 kB", "999.9 kB", "1.2 MB"] == [kilobytes(count) for count in (1_000, 999_900, 1_234_567)]
    assert ["0", "0.1", "9.9", "12", "1,234"] == [rate(number) for number in (0, 0.1, 9.9, 12.3, 1_234.4)]


def test_where_there_is_no_terminal_tables_have_room() -> None:
    assert 140 == console().width
