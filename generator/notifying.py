"""Where the bridge sends notices to, as far as the manifests are concerned: a Secret's files, and ways through the NetworkPolicy."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from audit.document import Path
from audit.releases import at_least
from audit.sinks import Sink
from generator.network import address_peers
from generator.values import Values

DIRECTORY = "/run/secrets/notify"
"""Where the bridge's container has the Secret `notify.secret`, a file for each of its keys."""

NAMES_AS_LABELS = "1.21"
"""The release since which a namespace has its name as the label kubernetes.io/metadata.name."""

_FILES = ("url_file", "token_file", "ca_file")


def egress_rules(values: Values) -> list[dict[str, Any]]:
    """Return the rules that let notices out, each once.

    A Service inside the cluster is its namespace's pods, on any port, for theirs may be another than the Service's. What stands in the
    Secret is not known here, so port 443 of everybody is let out for it.
    """
    rules: list[dict[str, Any]] = []
    for sink in values.bridge.config.notify:
        rule = _rule(urlsplit(sink.url), values) if sink.url else _port(443)
        if rule not in rules:
            rules.append(rule)
    return rules


def disagreements(values: Values) -> Iterator[tuple[Path, str, str, str]]:
    """Yield what the sinks name and the pod does not have: path, want, got, cure."""
    for at, sink in enumerate(values.bridge.config.notify):
        path = ("bridge", "config", "notify", at)
        if sink.url_env is not None:
            cure = f"put the address into the Secret of notify.secret, and set url_file: {DIRECTORY}/KEY"
            yield (*path, "url_env"), "no environment variable, for the container has none", sink.url_env, cure
        for name in _named(sink):
            yield from _file((*path, name), getattr(sink, name), values)


def _named(sink: Sink) -> list[str]:
    return [name for name in _FILES if getattr(sink, name) is not None]


def _file(path: Path, file: str, values: Values) -> Iterator[tuple[Path, str, str, str]]:
    folder, _, key = file.rpartition("/")
    if folder != DIRECTORY or not key:
        yield path, f"a file of the mounted Secret, {DIRECTORY}/KEY", repr(file), "name its key"
    elif values.notify.secret is None:
        yield path, "notify.secret, the Secret with this file", "none", "set it to the name of the Secret"


def _rule(url: SplitResult, values: Values) -> dict[str, Any]:
    host = url.hostname or ""
    labels = host.split(".")
    if len(labels) > 2 and labels[2] == "svc":
        by_name = at_least(values.cluster.version, NAMES_AS_LABELS)
        selector = {"matchLabels": {"kubernetes.io/metadata.name": labels[1]}} if by_name else {}
        return {"to": [{"namespaceSelector": selector}]}
    peers = address_peers(host)
    port = url.port or (443 if url.scheme == "https" else 80)
    return {**_port(port), **({"to": peers} if peers else {})}


def _port(number: int) -> dict[str, Any]:
    return {"ports": [{"port": number, "protocol": "TCP"}]}
