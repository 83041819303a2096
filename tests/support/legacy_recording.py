"""The same requests in legacy text and in JSON, from one API server: its log is text, its webhook is JSON.

`python -m tests.support.legacy_recording` writes the samples in tests/data anew, with the servers that KUBEBUILDER_ASSETS
and KUBEBUILDER_ASSETS_MODERN name.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from audit import lists
from tests.support.audit_webhook import AuditWebhook
from tests.support.https import Request, status
from tests.support.kube import ADMIN, SOMEBODY, KubeApi
from tests.support.modern import RESOURCE, ModernApi
from tests.support.processes import wait_for

DATA = Path(__file__).parent.parent / "data"
AGENT = 'recorder/1.0 (says "é\\")'
"""Our own user agent; servers ask themselves, and each other, much besides."""
_JANE = {"Impersonate-User": "jane", "Impersonate-Group": 'a "b",c'}
_PODS = "/api/v1/namespaces/default/pods"
_CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
_DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
        "scope": "Namespaced",
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}
_ANYWHERE = [
    Request("GET", "/version?x=%22a%22&y=a+b%2Fc", ADMIN),
    Request("GET", "/version", "no such token"),
    Request("GET", "/no/such/path", SOMEBODY),
    Request("POST", "/apis", ADMIN),
]
OF_CORE = [
    *_ANYWHERE,
    Request("POST", _CONFIG_MAPS, ADMIN, body='{"metadata": {"name": "of-the-body"}}'),
    Request("GET", f"{_CONFIG_MAPS}/of-the-body", ADMIN, {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}),
    Request("PATCH", f"{_CONFIG_MAPS}/of-the-body", ADMIN, {"Content-Type": "application/merge-patch+json"}, "{}"),
    Request("GET", f"{_CONFIG_MAPS}?fieldSelector=metadata.name%3Dof-the-body", ADMIN),
    Request("GET", f"{_CONFIG_MAPS}?watch=1&timeoutSeconds=1", ADMIN),
    Request("GET", "/api/v1/watch/namespaces/default/configmaps?timeoutSeconds=1", ADMIN),
    Request("DELETE", f"{_CONFIG_MAPS}/of-the-body", ADMIN),
    Request("DELETE", _CONFIG_MAPS, ADMIN),
    Request("GET", "/api/v1/namespaces/default/secrets/db", SOMEBODY),
    Request("GET", "/api/v1/namespaces/default", ADMIN),
    Request("GET", "/api/v1/namespaces/default/secrets", ADMIN, _JANE),
    Request("POST", f"{_PODS}/web-0/exec?command=sh&command=-c&command=echo+%22%24HOME%22", ADMIN),
    Request("GET", "/apis/apps/v1/namespaces/default/deployments/web/scale", ADMIN),
    Request("GET", "/apis/apps/v1/deployments", ADMIN, {"Impersonate-User": "system:serviceaccount:ci:jenkins"}),
]
OF_DEFINITIONS = [
    *_ANYWHERE,
    Request("POST", RESOURCE, ADMIN, body=json.dumps(_DEFINITION)),
    Request("GET", f"{RESOURCE}/widgets.example.com/status", ADMIN, {"X-Forwarded-For": "203.0.113.9"}),
    Request("GET", f"{RESOURCE}?watch=true&timeoutSeconds=1", ADMIN),
    Request("GET", RESOURCE, ADMIN, _JANE),
    Request("GET", "/apis/example.com/v1/namespaces/default/widgets/none", ADMIN),
    Request("GET", f"{RESOURCE}/none", SOMEBODY),
    Request("DELETE", f"{RESOURCE}/widgets.example.com", ADMIN),
]

Recording = tuple[list[bytes], list[dict[str, Any]]]
"""Lines of legacy text, and the events of the webhook, both in the order of the log."""


def of_1_20(folder: Path) -> Recording:
    """Record kube-apiserver 1.20."""
    with _audited(folder) as (flags, recorded), KubeApi(folder, flags) as kube:
        return recorded(lambda request: status(kube.port, kube.authority, request), OF_CORE)


def of_1_36(folder: Path) -> Recording:
    """Record an API server of 1.36."""
    (folder / "kube").mkdir()
    with (
        KubeApi(folder / "kube") as kube,
        _audited(folder) as (flags, recorded),
        ModernApi(folder, kube, flags) as modern,
    ):
        return recorded(lambda request: status(modern.port, modern.authority, request), OF_DEFINITIONS)


_Recorded = Callable[[Callable[[Request], int], list[Request]], Recording]


@contextmanager
def _audited(folder: Path) -> Iterator[tuple[dict[str, str], _Recorded]]:
    """Yield the flags that make a server audit in both ways, and what sends requests and returns what was written of them."""
    policy, log = folder / "policy.json", folder / "legacy.log"
    policy.write_text('{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}')
    with AuditWebhook() as webhook:
        flags = {
            "audit-policy-file": str(policy),
            "audit-log-path": str(log),
            "audit-log-format": "legacy",
            "audit-webhook-config-file": str(webhook.write_config(folder / "webhook.yaml")),
            "audit-webhook-mode": "blocking",
        }

        def recorded(send: Callable[[Request], int], requests: list[Request]) -> Recording:
            for number, request in enumerate(requests):
                headers = {"User-Agent": AGENT.encode().decode("latin-1"), "Audit-ID": f"recorded-{number}"}
                send(Request(request.method, request.uri, request.token, {**headers, **request.headers}, request.body))
            last = f'id="recorded-{len(requests) - 1}" stage="ResponseComplete"'.encode()
            wait_for(lambda: last in log.read_bytes(), naming="the last request in the log")
            events = (orjson.loads(item) for body in list(webhook.bodies) for item in lists.events(body))
            lines = [line for line in log.read_bytes().splitlines() if b'id="recorded-' in line]
            return lines, [event for event in events if event["auditID"].startswith("recorded-")]

        yield flags, recorded


def carried(event: dict[str, Any], *, user_agent: bool) -> dict[str, Any]:
    """Return what legacy text can tell of an event: no uids, no annotations, no message, one address, one time."""
    ref = {key: value for key, value in event.get("objectRef", {}).items() if key not in {"uid", "resourceVersion"}}
    if ref.get("name") and ref["name"] not in event["requestURI"]:  # from the body of a create
        del ref["name"]
    told = {
        **event,
        "user": _named(event["user"]),
        "impersonatedUser": _named(event["impersonatedUser"]) if "impersonatedUser" in event else None,
        "sourceIPs": event["sourceIPs"][:1],
        "userAgent": event["userAgent"] if user_agent else None,
        "objectRef": ref or None,
        "responseStatus": {"metadata": {}, "code": event["responseStatus"]["code"]}
        if "responseStatus" in event
        else None,
        "stageTimestamp": event["requestReceivedTimestamp"],
        "annotations": None,
        "authenticationMetadata": None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _named(user: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in user.items() if key in {"username", "groups"}}


def samples(version: str) -> Recording:
    """Return what is recorded of a version, `1.20` or `1.36`."""
    lines, events = ((DATA / f"legacy-{version}.{kind}").read_bytes().splitlines() for kind in ("log", "jsonl"))
    return lines, [orjson.loads(event) for event in events]


def write() -> None:
    """Write the samples anew."""
    for version, record in (("1.20", of_1_20), ("1.36", of_1_36)):
        with tempfile.TemporaryDirectory() as folder:
            lines, events = record(Path(folder))
        (DATA / f"legacy-{version}.log").write_bytes(b"".join(line + b"\n" for line in lines))
        (DATA / f"legacy-{version}.jsonl").write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))


if __name__ == "__main__":
    write()
