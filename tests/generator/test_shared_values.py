"""Values that several objects share."""

import pytest

from audit.document import DocumentError, check, read
from generator.values import Values


def test_off_without_quotes_is_the_word() -> None:
    """YAML reads it as false."""
    assert "off" == check(read("tls: {mode: off}", "values.yaml"), Values).tls.mode


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "tls: {mode: yes}",
            "tls.mode: expected one of off, secret, certManager, got true",
        ),
        (
            "networkPolicy: {loggly: [198.51.100.7/24]}",
            "networkPolicy.loggly[0]: expected a range of addresses that begins with its first, got '198.51.100.7/24' - write 203.0.113.0/24 or 203.0.113.7/32",
        ),
        (
            "networkPolicy: {loggly: [logs-01.loggly.com]}",
            "networkPolicy.loggly[0]: expected a range of addresses, such as 203.0.113.0/24, got 'logs-01.loggly.com'",
        ),
        (
            "images: {registry: registry.example.com/}",
            "images.registry: expected a registry, such as registry.example.com:5000/mirror, got 'registry.example.com/' - no slash last",
        ),
        (
            "monitoring: {interval: 30}",
            "monitoring.interval: expected text, got the number 30 - put it in quotes",
        ),
        (
            "monitoring: {interval: 30 s}",
            "monitoring.interval: expected a duration of Prometheus's, such as 30s, got '30 s'",
        ),
    ],
)
def test_what_is_no_good_is_named(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "values.yaml"), Values)
    assert f"values.yaml:1: {sentence}" == str(caught.value)
