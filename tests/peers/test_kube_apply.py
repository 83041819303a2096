"""A real API server takes what is rendered: every manifest of every environment, and the audit policies."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from audit import resources
from generator.load import load
from generator.render import render, stream
from tests.support.commands import run
from tests.support.kube import ADMIN, SOMEBODY, KubeApi
from tests.support.processes import wait_for

pytestmark = pytest.mark.peer("kube")

VALUES = Path(__file__).parent.parent.parent / "values"
ENVIRONMENTS = sorted(path.stem for path in VALUES.glob("*.yaml"))
LOG = "audit.log"


def rendered(environment: str, *settings: str) -> dict[str, str]:
    """Render for the API server's own version."""
    return render(load([VALUES / f"{environment}.yaml"], ["cluster.version='1.20'", *settings]))


@pytest.fixture(scope="module")
def kube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeApi]:
    """Run an API server that audits by the recommended policy."""
    folder = tmp_path_factory.mktemp("kube")
    policy = folder / "policy.yaml"
    policy.write_text(rendered("default")["host/audit-policy.yaml"])
    flags = {"audit-policy-file": str(policy), "audit-log-path": str(folder / LOG)}
    with KubeApi(folder, flags) as api:
        yield api


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_stream_applies(kube: KubeApi, environment: str) -> None:
    """A dry run, the real thing, and a second time, which changes nothing; the namespaces stand first, as documented."""
    files = rendered(environment)
    kube.kubectl("apply", "-f", "-", text=files["kubernetes/00-namespace.yaml"])
    dry = kube.kubectl("apply", "--dry-run=server", "-f", "-", text=stream(files))
    assert len(list(yaml.safe_load_all(stream(files)))) == len(dry.splitlines())
    kube.kubectl("apply", "-f", "-", text=stream(files))
    again = kube.kubectl("apply", "-f", "-", text=stream(files)).splitlines()
    assert [line for line in again if not line.endswith(" unchanged")] == []


@pytest.mark.parametrize("choice", ["everything", "otherwise"])
def test_every_choice_of_the_manifests_applies(kube: KubeApi, choice: str) -> None:
    """All but what is for cert-manager and the Prometheus Operator, whose kinds this server does not have."""
    files = render(load([VALUES.parent / "tests" / "data" / f"{choice}.yaml"], ["cluster.version='1.20'"]))
    own = [one for one in yaml.safe_load_all(stream(files)) if "monitoring." not in one["apiVersion"]]
    own = [one for one in own if "cert-manager." not in one["apiVersion"]]
    kube.kubectl("apply", "-f", "-", text=files["kubernetes/00-namespace.yaml"])
    dry = kube.kubectl("apply", "--dry-run=server", "-f", "-", text=yaml.safe_dump_all(own))
    assert len(own) == len(dry.splitlines())


@pytest.mark.parametrize(
    ("space", "settings"),
    [
        ("direct", ("agent.flavor=direct",)),
        (
            "central",
            (
                "agent.flavor=fluent-bit",
                "sources.containers=true",
                "tls.mode=secret",
                "forward.sharedKeySecret={}",
                "forward.usersSecret={}",
                "forward.user={name: own}",
                "forward.clusters=[{user: edge, cluster: edge-1}]",
                "forward.expose={sources: [192.0.2.0/24]}",
            ),
        ),
    ],
)
def test_other_agents_and_a_bridge_for_other_clusters_apply_twice(
    kube: KubeApi, space: str, settings: tuple[str, ...]
) -> None:
    """The second time changes nothing: no field is left out or written otherwise by the API server."""
    files = rendered("default", f"namespaces={{agent: {space}-agent, bridge: {space}-bridge}}", *settings)
    kube.kubectl("apply", "-f", "-", text=stream(files))
    again = kube.kubectl("apply", "-f", "-", text=stream(files)).splitlines()
    assert [line for line in again if not line.endswith(" unchanged")] == []


def test_minikubes_stream_applies_as_make_renders_it(kube: KubeApi) -> None:
    """`make -s render ENV=minikube | kubectl apply --dry-run=server -f -`, whatever version the values name."""
    files = render(load([VALUES / "minikube.yaml"]))
    kube.kubectl("apply", "-f", "-", text=files["kubernetes/00-namespace.yaml"])
    assert "daemonset.apps/kube-audit-agent" in kube.kubectl("apply", "--dry-run=server", "-f", "-", text=stream(files))


def test_the_kustomization_holds_the_same_objects(kube: KubeApi, tmp_path: Path) -> None:
    files = rendered("production")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    built = yaml.safe_load_all(kube.kubectl("kustomize", tmp_path / "kubernetes"))
    assert names(built) == names(yaml.safe_load_all(stream(files)))


def test_the_kustomization_applies_twice_and_is_removed(kube: KubeApi, tmp_path: Path) -> None:
    """The second time changes nothing. What is removed is gone, but for the namespaces, which a controller would end."""
    files = rendered("production", "namespaces.agent=going-agent", "namespaces.bridge=going-bridge")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    folder = tmp_path / "kubernetes"
    count = len(list(yaml.safe_load_all(stream(files))))
    first = kube.kubectl("apply", "-k", folder).splitlines()
    again = kube.kubectl("apply", "-k", folder).splitlines()
    assert (count, count) == (len(first), len(again))
    assert [] == [line for line in again if not line.endswith(" unchanged")]
    removed = kube.kubectl("delete", "-k", folder, "--wait=false").splitlines()
    assert count == len([line for line in removed if line.endswith(" deleted")])
    left = kube.kubectl("get", "-k", folder, "--ignore-not-found", "--output=json")
    assert {("Namespace", "Terminating")} == {
        (one["kind"], one["status"]["phase"]) for one in json.loads(left)["items"]
    }


def test_diff_asks_a_cluster(
    kube: KubeApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its namespaces, without differences, with one, and with secrets that somebody wrote into a pod."""
    monkeypatch.setenv("KUBECONFIG", str(kube.kubeconfig))
    settings = ("cluster.version='1.20'", "namespaces={agent: compared-agent, bridge: compared-bridge}")
    command: tuple[str | Path, ...] = (
        "diff",
        VALUES / "default.yaml",
        "--cluster",
        *(part for one in settings for part in ("--set", one)),
    )
    code, out, err = run(capsys, *command)
    assert (1, "") == (code, out)
    assert "create it first: kubectl apply -f kubernetes/00-namespace.yaml" in err
    files = rendered("default", settings[1])
    kube.kubectl("apply", "-f", "-", text=stream(files))
    assert (0, "", "") == run(capsys, *command, "--context", "test")
    deployment = yaml.safe_load(files["kubernetes/50-deployment.yaml"])
    token = "11111111-2222-4333-8444-555555555555"
    edited = [{"name": "LOGGLY_TOKEN", "value": token}, {"name": "MY_KEY", "value": "hunter2"}]
    deployment["spec"]["template"]["spec"]["containers"][0]["env"] = edited
    kube.kubectl("apply", "-f", "-", text=yaml.safe_dump(deployment))
    code, out, _ = run(capsys, *command, "--set", "environment=test")
    assert (1, []) == (code, [line for line in out.splitlines() if token in line or "hunter2" in line])
    assert "+    environment: test" in out.splitlines()
    assert "LOGGLY_TOKEN" in out


def names(objects: Any) -> list[str]:
    return sorted(f"{one['kind']} {one['metadata'].get('namespace')} {one['metadata']['name']}" for one in objects)


def test_the_service_accounts_may_do_nothing(kube: KubeApi) -> None:
    """Beyond what every account may, its own rights and discovery, and the PodSecurityPolicy of its pods."""
    files = rendered("default")
    kube.kubectl("apply", "-f", "-", text=stream(files))
    for namespace, name in (("audit-agent", "kube-audit-agent"), ("audit-bridge", "kube-audit-bridge")):
        account = f"--as=system:serviceaccount:{namespace}:{name}"
        groups = ["--as-group=system:serviceaccounts", "--as-group=system:authenticated"]
        allowed = kube.kubectl("auth", "can-i", "--list", "-n", namespace, account, *groups, "--no-headers")
        resources = [line.split()[0] for line in allowed.splitlines() if not line.startswith(" ")]
        assert {name for name in resources if "selfsubject" not in name} == {
            "podsecuritypolicies.extensions",
            "podsecuritypolicies.policy",
        }


def test_the_recommended_policy_records_what_it_says(kube: KubeApi) -> None:
    """Secrets without content, roles and services with it, failed logins always, health checks and the control plane's reads never."""
    kube.kubectl("create", "namespace", "policy")
    kube.kubectl("-n", "policy", "create", "secret", "generic", "one", "--from-literal=password=hidden-text")
    kube.kubectl("-n", "policy", "create", "role", "one", "--verb=get", "--resource=pods")
    kube.kubectl("-n", "policy", "create", "service", "clusterip", "one", "--tcp=80")
    assert kube.request("/api/v1/namespaces", "wrong") == 401
    assert kube.request("/healthz", "wrong") == 401
    assert kube.request("/api/v1/secrets", SOMEBODY) == 403
    assert kube.request("/healthz", ADMIN) == 200
    events = recorded(kube, "/api/v1/secrets")
    found = {(event["verb"], event["requestURI"].partition("?")[0]): event for event in events}
    bodies = {name: ("requestObject" in event, "responseObject" in event) for name, event in found.items()}
    assert bodies["create", "/api/v1/namespaces/policy/secrets"] == (False, False)
    assert bodies["create", "/apis/rbac.authorization.k8s.io/v1/namespaces/policy/roles"] == (True, False)
    assert bodies["create", "/api/v1/namespaces/policy/services"] == (True, False)
    codes = {(event["requestURI"], event["responseStatus"]["code"]) for event in events}
    assert {("/api/v1/namespaces", 401), ("/healthz", 401), ("/api/v1/secrets", 403)} <= codes
    assert ("/healthz", 200) not in codes
    reads = [event for event in events if event["verb"] in ("get", "list", "watch")]
    own = [event for event in reads if event["user"].get("username") == "system:apiserver"]
    assert {event["objectRef"]["resource"] for event in own} <= {"secrets", "configmaps"}
    assert {event["stage"] for event in events} <= {"ResponseStarted", "ResponseComplete"}
    assert "hidden-text" not in json.dumps(events)


def recorded(kube: KubeApi, last: str) -> list[dict[str, Any]]:
    """Return the audit log once it holds a request for `last`."""
    log = kube.kubeconfig.parent / LOG

    def read() -> list[dict[str, Any]]:
        events = [json.loads(line) for line in log.read_text().splitlines()]
        return events if any(event["requestURI"] == last for event in events) else []

    return wait_for(read, naming=f"an event of {last}")


def test_lint_knows_every_resource_that_is_served(kube: KubeApi) -> None:
    """With its group, its subresources, and whether it is in a namespace."""
    served = [resource for path in group_versions(kube) for resource in resources_of(kube, path)]
    assert len(served) > 100
    unknown = [one for one in served if not resources.is_served(one.group, one.name)]
    below = [one for one in served if one.subresource not in {"", *resources.subresources(one.group, one.name)}]
    scopes = [one for one in served if resources.is_cluster_scoped(one.group, one.name) == one.namespaced]
    assert ([], [], []) == (unknown, below, scopes)


class Served(NamedTuple):
    group: str
    name: str
    subresource: str
    namespaced: bool


def group_versions(kube: KubeApi) -> list[str]:
    groups = json.loads(kube.kubectl("get", "--raw", "/apis"))["groups"]
    return ["/api/v1", *(f"/apis/{one['groupVersion']}" for group in groups for one in group["versions"])]


def resources_of(kube: KubeApi, path: str) -> list[Served]:
    group = path.split("/")[2] if path.startswith("/apis/") else ""
    found = json.loads(kube.kubectl("get", "--raw", path))["resources"]
    named = [(*one["name"].partition("/")[::2], one["namespaced"]) for one in found]
    return [Served(group, *one) for one in named]
