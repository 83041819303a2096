"""What objects are called and labelled."""

import pytest

from generator.metadata import AGENT, BRIDGE, labels, metadata, monitor_metadata, service_names
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


def test_annotations_are_there_only_where_there_are_any() -> None:
    """The API server keeps no empty map, and would see a change at every apply."""
    assert ["labels"] == list(metadata(Values(), "agent"))
    values = Values.model_validate({"annotations": {"example.com/a": "b"}})
    assert {"example.com/a": "b"} == metadata(values, "agent")["annotations"]


def test_monitors_have_the_labels_by_which_prometheus_finds_them() -> None:
    values = Values.model_validate({"monitoring": {"labels": {"release": "prometheus"}}})
    assert {**labels(values, "bridge"), "release": "prometheus"} == monitor_metadata(values)["labels"]


@pytest.mark.parametrize(
    ("flavor", "name", "namespace"),
    [("fluentd", BRIDGE, "audit-bridge"), ("direct", AGENT, "audit-agent")],
)
def test_what_watches_the_bridge_is_where_the_bridge_is(flavor: str, name: str, namespace: str) -> None:
    found = monitor_metadata(Values.model_validate({"agent": {"flavor": flavor}}))
    assert (name, namespace, name) == (found["name"], found["namespace"], found["labels"]["app.kubernetes.io/name"])


def test_fluentd_connects_to_the_first_name_of_the_service() -> None:
    names = service_names(Values.model_validate({"namespaces": {"bridge": "other"}}))
    assert "kube-audit-bridge.other.svc" == names[0]
    assert {"kube-audit-bridge", "kube-audit-bridge.other.svc.cluster.local"} < set(names)
