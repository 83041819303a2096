"""Where a request came from, and what the client calls itself."""

import pytest

from audit.sources import client, source_class


@pytest.mark.parametrize(
    ("expected", "addresses"),
    [
        ("loopback", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]),
        ("link-local", ["169.254.169.254", "fe80::1", "fe80::1%eth0"]),
        ("private", ["10.0.0.7", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.7"]),
        ("public", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "172.32.0.1"]),
        ("", ["", "<unknown>", "localhost", "10.0.0.7:443", "1.2.3"]),
    ],
)
def test_the_class_of_an_address(expected: str, addresses: list[str]) -> None:
    assert dict.fromkeys(addresses, expected) == {address: source_class(address) for address in addresses}


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("kubectl/v1.30.1 (linux/amd64) kubernetes/6911225", "kubectl/v1.30.1"),
        ("kube-scheduler/v1.20.2 (linux/amd64) kubernetes/faecb19/leader-election", "kube-scheduler/v1.20.2"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0"),
        ("curl", "curl"),
        ("  ", ""),
        ("", ""),
        ("x" * 1_000, "x" * 100),
    ],
)
def test_tool_and_version(user_agent: str, expected: str) -> None:
    assert expected == client(user_agent)
