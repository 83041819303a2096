"""Kubeconfig files: what one says of its cluster, and a new one for a user. Only `cluster_of` reads files, those that are named."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit.document import read
from generator import templates
from generator.errors import GeneratorError
from generator.texts import file_text

Cluster = Mapping[str, Any]
"""`server` and what else a kubeconfig says of a cluster, the authority as `certificate-authority-data`."""


class KubeconfigError(GeneratorError):
    """A kubeconfig that does not say what is needed, in a sentence."""


def cluster(server: str, authority: bytes) -> Cluster:
    """Return a cluster by its address and its authority in PEM."""
    return {"certificate-authority-data": b64encode(authority).decode(), "server": server}


def cluster_of(file: Path, context: str | None) -> tuple[str, Cluster]:
    """Return the name and the data of a context's cluster, the current context's without one. Raises `KubeconfigError`."""
    data = read(file_text(file), str(file)).data
    wanted = context or data.get("current-context")
    if not wanted:
        raise KubeconfigError(f"{file}: expected current-context, got none - name one with --context")
    name = str(_entry(file, data, "contexts", "context", wanted).get("cluster"))
    found = dict(_entry(file, data, "clusters", "cluster", name))
    if authority := found.pop("certificate-authority", None):
        found["certificate-authority-data"] = b64encode(_bytes(file.parent / str(authority))).decode()
    return name, found


def kubeconfig(user: str, cluster_name: str, where: Cluster, files: Mapping[str, bytes], namespace: str = "") -> str:
    """Return a kubeconfig with one context, `USER@CLUSTER`. Secret: `files` has the certificate and the key, and both are in it."""
    context = {"cluster": cluster_name, "user": user, **({"namespace": namespace} if namespace else {})}
    credentials = {f"client-{name}-data": b64encode(data).decode() for name, data in files.items()}
    name = f"{user}@{cluster_name}"
    return templates.to_yaml(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": cluster_name, "cluster": dict(where)}],
            "contexts": [{"name": name, "context": context}],
            "current-context": name,
            "users": [{"name": user, "user": credentials}],
        }
    )


def _entry(file: Path, data: Mapping[str, Any], section: str, key: str, name: str) -> Mapping[str, Any]:
    entries = data.get(section) or []
    named = (
        {one.get("name"): one.get(key) for one in entries if isinstance(one, dict)} if isinstance(entries, list) else {}
    )
    found = named.get(name)
    if not isinstance(found, dict):
        there = ", ".join(sorted(map(str, named))) or "none"
        raise KubeconfigError(f"{file}: {section}: expected {name!r}, got {there} - name one of those")
    return found


def _bytes(file: Path) -> bytes:
    return file_text(file).encode()
