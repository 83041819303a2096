"""Audit logs made by hand, line by line, as an API server writes them: compact JSON."""

from typing import Any

import orjson
from hypothesis import strategies as st

USERS = ("", "alice", "system:serviceaccount:ci:jenkins", "system:node:node-1", "system:anonymous")
VERBS = ("get", "list", "watch", "create", "patch", "delete")
RESOURCES = ("pods", "pods/exec", "secrets", "leases.coordination.k8s.io", "configmaps")
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete")
LEVELS = ("Metadata", "Request", "RequestResponse")


def line(
    user: str,
    verb: str,
    about: str,
    *,
    stage: str = "ResponseComplete",
    code: int = 200,
    level: str = "RequestResponse",
    at: float = 0,
    audit_id: str = "an-id",
    name: str = "x",
    **more: Any,
) -> bytes:
    """Return one event; `about` is a path, or RESOURCE.GROUP/SUBRESOURCE in the namespace shop; `at` seconds after noon."""
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": level,
        "auditID": audit_id,
        "stage": stage,
        "requestURI": about if about.startswith("/") else _uri(about, verb, name),
        "verb": verb,
        "user": {"username": user, "groups": _groups(user)} if user else {},
        "stageTimestamp": f"2026-11-24T12:{int(at) // 60:02}:{at % 60:09.6f}Z",
        **more,
    }
    if not about.startswith("/"):
        event["objectRef"] = _reference(about, name)
    if stage != "RequestReceived":
        event["responseStatus"] = {"code": code}
    if level != "Metadata" and stage == "ResponseComplete":
        event["requestObject"] = {"kind": "Some", "metadata": {"name": name, "managedFields": [{"manager": "x"}]}}
    if level == "RequestResponse" and stage == "ResponseComplete":
        event["responseObject"] = {"kind": "Some", "metadata": {"name": name}, "more": "of it"}
    return orjson.dumps(event)


def lines(least: int = 0, most: int = 20) -> st.SearchStrategy[list[bytes]]:
    """Draw logs of requests that repeat themselves."""
    one = st.builds(
        line,
        st.sampled_from(USERS),
        st.sampled_from(VERBS),
        st.sampled_from((*RESOURCES, "/healthz", "/metrics")),
        stage=st.sampled_from(STAGES),
        code=st.sampled_from((200, 401, 403)),
        level=st.sampled_from(LEVELS),
        at=st.integers(0, 3_000),
        audit_id=st.sampled_from(("a", "b", "c")),
    )
    return st.lists(one, min_size=least, max_size=most)


def _groups(user: str) -> list[str]:
    if user == "system:anonymous":
        return ["system:unauthenticated"]
    return [*(["system:nodes"] if user.startswith("system:node:") else []), "system:authenticated"]


def _parts(about: str) -> tuple[str, str, str]:
    plural, _, below = about.partition("/")
    plural, _, group = plural.partition(".")
    return plural, group, below


def _uri(about: str, verb: str, name: str) -> str:
    plural, group, below = _parts(about)
    start = f"/apis/{group}/v1" if group else "/api/v1"
    named = below or verb in ("get", "update", "patch", "delete")
    tail = f"/{name}" if named else ""
    return f"{start}/namespaces/shop/{plural}{tail}{'/' + below if below else ''}{'?watch=true' if verb == 'watch' else ''}"


def _reference(about: str, name: str) -> dict[str, str]:
    plural, group, below = _parts(about)
    found = {"resource": plural, "namespace": "shop", "name": name, "apiGroup": group, "subresource": below}
    return {key: value for key, value in found.items() if value}
