"""The PrometheusRule asks for series that the bridge has."""

import re

import yaml

from bridge.metrics import Metrics
from generator.prometheus import prometheus_rule
from generator.values import Values


def test_every_expression_asks_for_series_that_exist() -> None:
    exposed = set(re.findall(r"^# TYPE (\S+)", Metrics().exposition().decode(), re.MULTILINE))
    text = prometheus_rule(Values())
    assert set() == set(re.findall(r"audit_bridge_\w+", text)) - exposed


def test_the_object() -> None:
    found = yaml.safe_load(prometheus_rule(Values()))
    assert ("PrometheusRule", "audit-bridge") == (found["kind"], found["metadata"]["namespace"])
    rules = {rule["alert"]: rule for rule in found["spec"]["groups"][0]["rules"]}
    assert {"AuditBridgeDown", "AuditBridgeHeld", "AuditEventCritical"} <= rules.keys()
    assert all({"expr", "for", "labels", "annotations"} <= rule.keys() for rule in rules.values())
