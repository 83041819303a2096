"""One workload against a real API server twice: under a policy, and with everything recorded. Filtered, the second is the first."""

import json
import ssl
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from audit.event import from_line
from audit.filtering import PolicyFilter
from audit.policy_reading import read
from audit.simulate import Simulation
from tests.support.kube import ADMIN, SOMEBODY, KubeApi

pytestmark = pytest.mark.peer("kube")

EVERYTHING = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: RequestResponse\n"
POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [Panic]
rules:
- level: None
  users: [somebody]
  verbs: [get, list]
  resources: [{group: "", resources: [configmaps]}]
- level: Metadata
  resources: [{group: "", resources: [configmaps], resourceNames: [named, from-the-body]}]
- level: Request
  namespaces: [a]
  verbs: [create, update, patch, delete, deletecollection]
  resources: [{group: "", resources: [configmaps, "pods/*"]}]
  omitStages: [RequestReceived]
- level: RequestResponse
  namespaces: [""]
  userGroups: ["system:masters"]
  resources: [{group: ""}, {group: authorization.k8s.io}]
- level: RequestResponse
  verbs: [watch, list]
  omitStages: [ResponseStarted]
  resources: [{group: ""}, {group: apps, resources: ["*/scale", deployments]}]
- level: None
  nonResourceURLs: [/version, /api*]
- level: Metadata
  users: [somebody, "system:anonymous"]
  omitStages: [RequestReceived]
- level: Request
  userGroups: ["system:masters"]
  nonResourceURLs: ["*"]
"""

CORE = "/api/v1/namespaces/a"
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "from-the-body"}, "data": {"a": "b"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "i"}]},
}
REVIEW = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}},
}
DELETE = {"apiVersion": "v1", "kind": "DeleteOptions"}
TOKENS = (ADMIN, SOMEBODY, "a-token-of-nobody", "")

# Method, path, body: each is sent with each token.
WORKLOAD: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}),
    ("GET", "/api/v1/namespaces/a", None),
    ("GET", "/api/v1/nodes", None),
    ("POST", f"{CORE}/configmaps", CONFIG_MAP),
    ("GET", f"{CORE}/configmaps/from-the-body", None),
    ("GET", f"{CORE}/configmaps/named", None),
    ("GET", f"{CORE}/configmaps?fieldSelector=metadata.name%3Dnamed", None),
    ("PUT", f"{CORE}/configmaps/from-the-body", CONFIG_MAP),
    ("PATCH", f"{CORE}/configmaps/from-the-body", {"data": {"a": "c"}}),
    ("GET", f"{CORE}/configmaps?watch=1&timeoutSeconds=1", None),
    ("GET", "/api/v1/watch/namespaces/a/configmaps?timeoutSeconds=1", None),
    ("POST", f"{CORE}/pods", POD),
    ("GET", f"{CORE}/pods/p/log", None),
    ("POST", f"{CORE}/pods/p/exec?command=ls", None),
    ("PATCH", f"{CORE}/pods/p/status", {"status": {"phase": "Running"}}),
    ("DELETE", f"{CORE}/pods/p?gracePeriodSeconds=0", DELETE),
    ("DELETE", f"{CORE}/configmaps", DELETE),
    ("GET", "/apis/apps/v1/namespaces/a/deployments/d/scale", None),
    ("GET", "/apis/apps/v1/deployments", None),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", REVIEW),
    ("GET", "/version", None),
    ("GET", "/api", None),
    ("GET", "/apis/apps/v1", None),
    ("GET", "/healthz", None),
    ("GET", "/nothing/here?a=b", None),
)


def send(kube: KubeApi, context: ssl.SSLContext, token: str, asked: tuple[str, str, Any]) -> int:
    method, path, body = asked
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    headers = {"Content-Type": kind, **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"https://127.0.0.1:{kube.port}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.read()
        return refused.code


def log(folder: Path, policy: str) -> tuple[list[bytes], list[int]]:
    """Run the workload under a policy; return the lines of its audit log, and the codes of the answers."""
    folder.mkdir()
    file = folder / "policy.yaml"
    file.write_text(policy)
    flags = {"audit-policy-file": str(file), "audit-log-path": str(folder / "audit.log")}
    with KubeApi(folder, flags) as kube:
        context = ssl.create_default_context(cafile=kube.authority)
        codes = [send(kube, context, token, one) for token in TOKENS for one in WORKLOAD]
    return (folder / "audit.log").read_bytes().splitlines(), codes


def counted(lines: Iterable[bytes]) -> Counter[tuple[str, ...]]:
    """Count the events of the workload; the API server's own and the wait for it to be ready are not a part of it."""
    return Counter(_key(event) for event in map(json.loads, lines) if is_ours(event))


def is_ours(event: dict[str, Any]) -> bool:
    return bool(event["userAgent"].startswith("Python-urllib") and event["requestURI"] != "/readyz")


def _key(event: dict[str, Any]) -> tuple[str, ...]:
    ref = event.get("objectRef", {})
    bodies = sorted({"requestObject", "responseObject"} & event.keys())
    where = f"{ref['resource']}/{ref.get('subresource', '')}" if ref else event["requestURI"]
    user, code = event["user"].get("username", ""), event.get("responseStatus", {}).get("code")
    return event["stage"], event["level"], user, event["verb"], where, str(code), *bodies


Logs = tuple[list[bytes], list[bytes]]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """Return the log under the policy, and the log of everything, of requests that were answered alike."""
    folder = tmp_path_factory.mktemp("servers")
    theirs, codes = log(folder / "policy", POLICY)
    everything, same = log(folder / "everything", EVERYTHING)
    assert codes == same
    return theirs, everything


def test_the_filtered_log_is_the_log_under_the_policy(logs: Logs) -> None:
    theirs, everything = logs
    keep = PolicyFilter(read(POLICY, "policy.yaml", "1.20").policy).line
    ours = [line for line in map(keep, everything) if line is not None]
    assert counted(theirs) == counted(ours)
    levels = {key[1] for key in counted(theirs)}
    assert {"Metadata", "Request", "RequestResponse"} == levels
    assert 40 < counted(theirs).total() < counted(everything).total()


def test_the_simulation_counts_what_the_policy_writes(logs: Logs) -> None:
    """By stage, level, user, verb and resource."""
    theirs, everything = ([line for line in lines if is_ours(json.loads(line))] for lines in logs)
    simulation = Simulation([read(POLICY, "policy.yaml", "1.20").policy])
    for line in everything:
        simulation.add(from_line(line), line)
    under_the_policy = Simulation([])
    for line in theirs:
        under_the_policy.add(from_line(line), line)
    assert by_form(under_the_policy, 0) == by_form(simulation, 1)
    assert len(theirs) == simulation.total.events[1]


def by_form(simulation: Simulation, column: int) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for combination, row in simulation.combinations.items():
        for (of, stage, level), events in row.forms.items():
            if of == column:
                found[stage, level, *combination] += events
    return found
