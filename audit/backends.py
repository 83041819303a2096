"""What stands around a policy: the API server's flags, and the kubeconfig by which it reaches an audit webhook.

Flags are found wherever a YAML file holds them: `--audit-log-path=...` in a Pod's command, `audit-log-path: ...` in a map,
`{name: audit-log-path, value: ...}` in kubeadm's newer lists.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from audit import go_yaml
from audit.lint_patterns import Hit
from audit.lint_rules import LINT_RULES, Finding
from audit.problems import Path, Place, path_text

_POLICY = "audit-policy-file"
_BACKENDS = ("audit-log-path", "audit-webhook-config-file")
_FLAG = re.compile(rf"(?:--)?({'|'.join((_POLICY, *_BACKENDS))})=(.*)", re.DOTALL)
_CLUSTER_NAMES = (".svc", ".cluster.local")


def flags(text: str, name: str) -> list[Finding]:
    """Return what is wrong with a file of API-server flags: a policy without a backend, or none at all.

    Raises `DocumentError` for what is no YAML.
    """
    return _findings(text, name, _flags)


def kubeconfig(text: str, name: str) -> list[Finding]:
    """Return what keeps an audit webhook's kubeconfig from working, or from being safe.

    Raises `DocumentError` for what is no YAML.
    """
    return _findings(text, name, _kubeconfig)


def _findings(text: str, name: str, check: Callable[[Any], Iterator[Hit]]) -> list[Finding]:
    document = go_yaml.parse(text, name)
    return [
        Finding(LINT_RULES[hit.id], Place(name, document.line(hit.path)), path_text(hit.path), hit.message, hit.cure)
        for hit in check(document.data)
    ]


def _flags(data: Any) -> Iterator[Hit]:
    found = {flag: path for path, flag, value in _set(data, ()) if value not in ("", None)}
    backends = [found[flag] for flag in _BACKENDS if flag in found]
    if _POLICY in found and not backends:
        message = "the policy has no backend: neither a log nor a webhook is set, and nothing is recorded"
        yield Hit("KAP401", found[_POLICY], message, f"set --{_BACKENDS[0]}, or --{_BACKENDS[1]}")
    if _POLICY not in found:
        what = "a log or webhook is set and no policy" if backends else "no audit policy is set"
        yield Hit("KAP402", backends[0] if backends else (), f"{what}: nothing is recorded", f"set --{_POLICY}")


def _set(data: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Yield every audit flag in a document: where, its name without dashes, its value."""
    if isinstance(data, str) and (match := _FLAG.fullmatch(data)):
        yield path, match[1], match[2]
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _set(value, (*path, index))
    elif isinstance(data, dict):
        if data.get("name") in (_POLICY, *_BACKENDS):
            yield path, data["name"], data.get("value")
        for key, value in data.items():
            if key in (_POLICY, *_BACKENDS):
                yield (*path, key), key, value
            else:
                yield from _set(value, (*path, key))


def _kubeconfig(data: Any) -> Iterator[Hit]:
    current = _key(data, "current-context")
    if not current:
        yield Hit("KAP405", (), "there is no current-context", "name the context in which the webhook is")
        return
    path, context = _named(data, "contexts", current)
    if context is None:
        yield Hit("KAP405", ("current-context",), f"no context is called {current!r}", "name one that is in contexts")
        return
    path, name = (*path, "context", "cluster"), _key(_key(context, "context"), "cluster")
    path_of_cluster, cluster = _named(data, "clusters", name)
    if cluster is None:
        yield Hit("KAP405", path, f"no cluster is called {name!r}", "name one that is in clusters")
        return
    yield from _cluster(_key(cluster, "cluster"), (*path_of_cluster, "cluster"))


def _cluster(cluster: Any, path: Path) -> Iterator[Hit]:
    server = _key(cluster, "server")
    parts = urlsplit(server if isinstance(server, str) else "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Hit("KAP405", (*path, "server"), "the server is no URL", "write https://HOST:PORT/PATH")
        return
    if parts.scheme == "http":
        yield Hit(
            "KAP403",
            (*path, "server"),
            "the audit log is sent in the clear",
            "write https://, and a certificate authority",
        )
    if _key(cluster, "insecure-skip-tls-verify") is True:
        cure = "remove it, and set certificate-authority; tls-server-name where the certificate has another name"
        yield Hit("KAP403", (*path, "insecure-skip-tls-verify"), "whoever answers is taken for the webhook", cure)
    if parts.hostname.endswith(_CLUSTER_NAMES):
        message = f"the API server cannot resolve {parts.hostname}, a name of the cluster's own DNS"
        cure = "write the Service's ClusterIP, and its name as tls-server-name"
        yield Hit("KAP404", (*path, "server"), message, cure)


def _key(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _named(data: Any, key: str, name: Any) -> tuple[Path, Any]:
    """Return the entry of a kubeconfig's list that has a name, and where it is."""
    entries = _key(data, key)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if _key(entry, "name") == name:
            return (key, index), entry
    return (key,), None
