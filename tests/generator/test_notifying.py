"""What the manifests must have for notices."""

from typing import Any

import pytest

from generator.notifying import disagreements, egress_rules
from generator.values import Values

HTTPS = {"ports": [{"port": 443, "protocol": "TCP"}]}


def values(*sinks: dict[str, Any], secret: str | None = None, version: str = "1.36") -> Values:
    named = [{"name": f"n{at}", "type": "webhook", **sink} for at, sink in enumerate(sinks)]
    config = {"config": {"notify": named}}
    return Values.model_validate({"bridge": config, "notify": {"secret": secret}, "cluster": {"version": version}})


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (
            "http://alertmanager.monitoring.svc:9093",
            {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]},
        ),
        (
            "http://10.0.0.1:8080/hook",
            {"ports": [{"port": 8080, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}]},
        ),
        ("https://hooks.example.com/a", HTTPS),
        ("http://svc.example.com/a", {"ports": [{"port": 80, "protocol": "TCP"}]}),
    ],
)
def test_the_way_to_an_address_is_as_narrow_as_the_address_says(url: str, rule: dict[str, Any]) -> None:
    assert [rule] == egress_rules(values({"url": url}))


def test_before_namespaces_had_their_names_as_labels_all_of_them_are_reached() -> None:
    given = values({"url": "http://a.b.svc.cluster.local"}, version="1.20")
    assert [{"to": [{"namespaceSelector": {}}]}] == egress_rules(given)


def test_what_the_secret_holds_is_reached_on_one_port_and_said_once() -> None:
    one = {"url_file": "/run/secrets/notify/one"}
    assert [HTTPS] == egress_rules(values(one, one, {"url": "https://a.example.com"}, secret="s"))


def test_no_notices_no_rules() -> None:
    assert [] == egress_rules(Values())


@pytest.mark.parametrize(
    ("sink", "secret", "told"),
    [
        (
            {"url_file": "/etc/url"},
            "s",
            ("url_file", "a file of the mounted Secret, /run/secrets/notify/KEY", "'/etc/url'", "name its key"),
        ),
        (
            {"url": "https://a.example.com", "token_file": "/run/secrets/notify/token"},
            None,
            (
                "token_file",
                "notify.secret, the Secret with this file",
                "none",
                "set it to the name of the Secret",
            ),
        ),
        (
            {"url_env": "HOOK"},
            "s",
            (
                "url_env",
                "no environment variable, for the container has none",
                "HOOK",
                "put the address into the Secret of notify.secret, and set url_file: /run/secrets/notify/KEY",
            ),
        ),
    ],
)
def test_what_the_pod_does_not_have_is_named(
    sink: dict[str, Any], secret: str | None, told: tuple[str, str, str, str]
) -> None:
    name, *words = told
    assert [(("bridge", "config", "notify", 0, name), *words)] == list(disagreements(values(sink, secret=secret)))


def test_what_it_has_is_fine() -> None:
    sink = {"url_file": "/run/secrets/notify/a", "ca_file": "/run/secrets/notify/ca.crt"}
    assert [] == list(disagreements(values(sink, secret="s")))
