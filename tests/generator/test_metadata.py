"""What objects are called and labelled."""

from generator.metadata import AGENT, BRIDGE, labels
from generator.values import Values


def test_own_labels_stand_beside_those_that_tools_know() -> None:
    values = Values.model_validate({"labels": {"team": "a"}, "cluster": {"name": "one"}})
    assert {
        "team": "a",
        "app.kubernetes.io/component": "agent",
        "app.kubernetes.io/instance": "one",
        "app.kubernetes.io/managed-by": "audit-generator",
        "app.kubernetes.io/name": AGENT,
        "app.kubernetes.io/part-of": BRIDGE,
    } == labels(values, "agent")


def test_the_components_differ_in_name() -> None:
    assert BRIDGE == labels(Values(), "bridge")["app.kubernetes.io/name"]
