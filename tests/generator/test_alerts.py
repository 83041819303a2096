"""Alerts are what the bridge tells, each with a search that the stand-in takes and a link that opens it."""

from pathlib import Path

import pytest

from audit.rules import SEVERITIES
from bridge.sandbox.query import parse
from generator.alerts import alerts, by_severity, told
from generator.load import Inputs, load
from generator.values import Values

DEFAULT = Inputs(Values())


def test_every_rule_that_is_told_has_its_alert_the_most_severe_first() -> None:
    found = alerts(DEFAULT)
    assert sorted(one.name for one in told(DEFAULT)) == sorted(alert.id for alert in found)
    ranks = [SEVERITIES.index(alert.severity) for alert in found]
    assert sorted(ranks, reverse=True) == ranks


@pytest.mark.parametrize("alert", alerts(DEFAULT), ids=lambda alert: alert.id)
def test_the_searches_are_in_forms_that_are_known_to_work(alert: object) -> None:
    for text in (getattr(alert, "search"), getattr(alert, "native")):  # noqa: B009 - pytest's parameter has no type
        assert not text or parse(text)


def test_a_rule_has_a_search_of_its_own_or_a_reason() -> None:
    assert [] == [alert.id for alert in alerts(DEFAULT) if bool(alert.native) == bool(alert.why_not)]


def test_what_a_rule_counts_is_said() -> None:
    [burst] = [alert for alert in alerts(DEFAULT) if alert.id == "failed-logins-burst"]
    assert (
        "it counts 10 events in 300 s for each audit.sourceIP; what it counts is json.audit.verdict:denied_authn"
        == burst.why_not
    )


def test_a_link_opens_the_search() -> None:
    [alert] = [one for one in alerts(DEFAULT) if one.id == "exec"]
    address, _, terms = alert.link.partition("#")
    assert "https://SUBDOMAIN.loggly.com/search" == address
    assert "terms=json.audit.rules%3Aexec&from=-20m&until=now" == terms


def test_what_the_values_say_of_rules_counts(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "title: Own\nauthor: Jane\nlicense: DRL-1.1\nlevel: high\nlogsource: {product: kubernetes}\n"
        "detection: {s: {verb: get, audit.verdict: allowed}, condition: s}\n"
    )
    values = tmp_path / "values.yaml"
    values.write_text("loggly: {subdomain: acme}\nbridge: {config: {rules: {builtin: false, files: [own.yml]}}}\n")
    [alert] = alerts(load([values]))
    assert ("own", "Jane", "DRL-1.1") == (alert.id, alert.author, alert.license)
    assert alert.link.startswith("https://acme.loggly.com/search#")
    assert [] == alerts(load([values], ["bridge.config.rules.disable=[own]"]))


def test_alerts_by_severity() -> None:
    assert ["critical", "high", "medium", "low", "informational"] == list(by_severity(alerts(DEFAULT)))
