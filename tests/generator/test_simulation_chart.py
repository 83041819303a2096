from audit.event import from_line
from audit.outcome import Outcome, outcome
from audit.policy_reading import read
from audit.simulate import Simulation
from generator.simulation_chart import chart
from tests.support.log import line

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, verbs: [get]}]\n"


def found(*log: bytes) -> Outcome:
    simulation = Simulation([read(POLICY, "mine.yaml").policy])
    for one in log:
        simulation.add(from_line(one), one)
    return outcome(simulation)


def test_a_step_for_each_span() -> None:
    """The log's line is closed along the bottom, a policy's is not."""
    drawn = chart(found(line("a", "get", "pods"), line("a", "list", "pods"), line("a", "get", "pods", at=1)), "events")
    assert ("M0 240V0H480V120H960V240Z", "M0 120V120H480V120H960") == drawn.paths
    assert (120.0, ((120.0, 60.0), (60.0, 60.0))) == (drawn.highest, drawn.values)


def test_bytes() -> None:
    one = line("a", "get", "pods", level="Metadata")
    assert ((60.0 * len(one + b"\n"),) * 2,) == chart(found(one), "bytes").values


def test_spans_begin_where_they_say() -> None:
    drawn = chart(found(line("a", "get", "pods"), line("a", "get", "pods", at=2)), "events")
    assert [0, 1, 2] == [start - drawn.starts[0] for start in drawn.starts]


def test_nothing() -> None:
    drawn = chart(found(), "events")
    assert (("M0 240V240Z", "M0 240"), 1.0, ()) == (drawn.paths, drawn.highest, drawn.values)


def test_spans_can_be_merged() -> None:
    """What is left over at the end is averaged over its own length."""
    log = [line("a", "get", "pods", at=at, level="Metadata") for at in (0, 0, 1, 2)]
    drawn = chart(found(*log), "events", merged=2)
    assert ((90.0, 90.0), (60.0, 60.0)) == drawn.values
    assert [0, 2] == [start - drawn.starts[0] for start in drawn.starts]
