"""Peers of the NetworkPolicies."""

from typing import Any

import pytest

from generator.network import INTERNAL, dns_rule, loggly_peers, loggly_port, prometheus_peers
from generator.values import Values


def values(**given: Any) -> Values:
    return Values.model_validate(given)


@pytest.mark.parametrize(
    ("url", "port"),
    [("https://logs-01.loggly.com", 443), ("http://a.example.com", 80), ("https://10.0.0.1:8443", 8443)],
)
def test_the_port_is_the_urls(url: str, port: int) -> None:
    assert port == loggly_port(values(loggly={"url": url}))


def test_loggly_is_somewhere_on_the_internet() -> None:
    """Not in the cluster, nor where clouds keep a machine's credentials."""
    v4, v6 = (peer["ipBlock"] for peer in loggly_peers(Values()))
    assert ("0.0.0.0/0", "::/0") == (v4["cidr"], v6["cidr"])
    assert {"10.0.0.0/8", "169.254.0.0/16"} < set(v4["except"])
    assert INTERNAL["::/0"] == v6["except"]


@pytest.mark.parametrize(
    ("url", "cidr"), [("http://10.0.0.1:8080", "10.0.0.1/32"), ("https://[2001:db8::1]", "2001:db8::1/128")]
)
def test_a_receiver_with_an_address_is_only_there(url: str, cidr: str) -> None:
    assert [{"ipBlock": {"cidr": cidr}}] == loggly_peers(values(loggly={"url": url}))


def test_another_receiver_may_be_anywhere() -> None:
    assert [] == loggly_peers(values(loggly={"url": "https://notloggly.com"}))


def test_given_ranges_go_before_all_else() -> None:
    given = values(networkPolicy={"loggly": ["198.51.100.0/24"]})
    assert [{"ipBlock": {"cidr": "198.51.100.0/24"}}] == loggly_peers(given)


def test_names_are_asked_for_anywhere_unless_pods_are_named() -> None:
    assert {"ports"} == dns_rule(Values()).keys()
    peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    assert [peer] == dns_rule(values(networkPolicy={"dnsPodLabels": {"k8s-app": "kube-dns"}}))["to"]


def test_metrics_are_for_nobody_until_somebody_is_named() -> None:
    assert [] == prometheus_peers(Values())
    namespace = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    assert [{"namespaceSelector": namespace}] == prometheus_peers(values(monitoring={"prometheus": {}}))
    pods = {"podLabels": {"app": "prometheus"}, "namespaceLabels": {"a": "b"}}
    peer = {"namespaceSelector": {"matchLabels": {"a": "b"}}, "podSelector": {"matchLabels": {"app": "prometheus"}}}
    assert [peer] == prometheus_peers(values(monitoring={"prometheus": pods}))
