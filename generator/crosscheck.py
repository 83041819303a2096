"""Values that are each right and do not go together: what only shows when two are looked at.

Every function yields what it finds as `Finding`s; `disagreements` is all of them, so that a user sees them at once.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from audit.document import Path
from generator.crosscheck_agents import agent_disagreements
from generator.crosscheck_cluster import cluster_disagreements
from generator.crosscheck_manifests import manifest_disagreements
from generator.values import Values

ACK_TIMEOUT_SECONDS = 120
"""Fluentd's ack_response_timeout. It must be longer than the bridge's ack deadline, or chunks are sent twice."""

CHUNK_BYTES = 2 * 2**20
"""Fluentd's chunk_limit_size: a chunk then fits one request to Loggly."""

_TOKEN = re.compile(r"\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)

DECIDED_ELSEWHERE = {
    ("cluster",): "set cluster.name",
    ("environment",): "set environment",
    ("loggly", "url"): "set loggly.url",
    ("loggly", "tags"): "set loggly.tags",
    ("loggly", "subdomain"): "set loggly.subdomain",
    ("loggly", "token_file"): "set loggly.tokenSecret",
    ("forward", "tls"): "set tls.mode",
    ("forward", "shared_key_file"): "set forward.sharedKeySecret",
    ("forward", "users_file"): "set forward.usersSecret",
    ("forward", "clusters"): "set forward.clusters",
    ("files",): "set agent.flavor to direct",
    ("state", "path"): "leave it out: with the flavor direct it is a file on the node",
    ("webhook",): "set audit.webhook",
    ("spool", "path"): "set bridge.storage.spool",
    ("dead_letter", "path"): "leave it out: a volume of the pod holds the file",
}
"""Keys of the bridge's configuration that cannot be set in values, and what to do instead."""


class Finding(NamedTuple):
    """A value that cannot stay: where, what was wanted, what stood there, how to cure it."""

    path: Path
    want: str
    got: str
    cure: str


def disagreements(values: Values) -> list[Finding]:
    """Return everything that does not go together."""
    checks = (_bridge_config, _ports, _limits)
    found = [finding for check in checks for finding in check(values)]
    others = (cluster_disagreements, agent_disagreements, manifest_disagreements)
    return [*found, *(Finding(*told) for check in others for told in check(values))]


def secrets(data: Any, path: Path = ()) -> Iterator[Finding]:
    """Find texts that look like a Loggly token. Names and labels are left alone: a cluster may be called by a UUID."""
    if path in {("cluster", "name"), ("environment",), ("labels",)}:
        return
    if isinstance(data, dict):
        for key, value in data.items():
            yield from secrets(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from secrets(value, (*path, index))
    elif isinstance(data, str) and _TOKEN.search(data):
        cure = "keep it in a Secret and name that in loggly.tokenSecret"
        yield Finding(path, "no secret in values", "what looks like a Loggly token", cure)


def _bridge_config(values: Values) -> Iterator[Finding]:
    for path, cure in DECIDED_ELSEWHERE.items():
        if _is_set(values.bridge.config, path):
            yield Finding(("bridge", "config", *path), "no value here", "one", cure)


def _is_set(model: BaseModel, path: tuple[str, ...]) -> bool:
    name, *rest = path
    if name not in model.model_fields_set:
        return False
    below = getattr(model, name)
    return below not in (None, ()) and (not rest or _is_set(below, tuple(rest)))


def _ports(values: Values) -> Iterator[Finding]:
    config = values.bridge.config
    for path, port in ((("forward", "port"), config.forward.port), (("admin", "port"), config.admin.port)):
        if port < 1024:
            want = "a port from 1024: a Service needs a fixed one, and the bridge is not root"
            yield Finding(("bridge", "config", *path), want, str(port), "leave it out for the default")
    if config.forward.port == config.admin.port:
        yield Finding(
            ("bridge", "config", "admin", "port"), "another port than forward.port", str(config.admin.port), ""
        )


def _limits(values: Values) -> Iterator[Finding]:
    config = values.bridge.config
    if config.forward.ack_deadline >= ACK_TIMEOUT_SECONDS:
        want = f"less than {ACK_TIMEOUT_SECONDS}s, after which Fluentd sends a chunk again"
        yield Finding(("bridge", "config", "forward", "ack_deadline"), want, f"{config.forward.ack_deadline:g}s", "")
    for name in ("chunk_bytes", "unacked_bytes"):
        size = getattr(config.limits, name)
        if size < 2 * CHUNK_BYTES:
            want = f"at least {2 * CHUNK_BYTES}, twice one of Fluentd's chunks"
            yield Finding(("bridge", "config", "limits", name), want, str(size), "")
