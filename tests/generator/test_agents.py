"""What runs where, by flavor: components, configurations, and that nothing stays of a component that is not there."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import utils as schemas

from audit.document import check, read
from audit.settings import Settings
from generator.agents import components, images, of_components
from generator.load import load
from generator.render import render, stream
from generator.values import Values

ROOT = Path(__file__).parent.parent.parent
DEFAULT = ROOT / "values" / "default.yaml"
SAFE = ("forward.sharedKeySecret={}", "tls.mode=secret")
HOST = (
    "agent.flavor=fluent-package",
    *SAFE,
    "forward.address=audit.example.com",
    "forward.expose={sources: [192.0.2.0/24], host: audit.example.com}",
)
FAR = ("bridge.enabled=false", *SAFE, "forward.address=audit.example.com:443", "forward.user={name: edge}")
CENTRAL = (
    *SAFE,
    "forward.usersSecret={}",
    "forward.user={name: own}",
    "forward.clusters=[{user: edge, cluster: edge-1, environment: shop}]",
    "forward.expose={sources: [192.0.2.0/24], host: audit.example.com}",
)
Object = dict[str, Any]


def rendered(*settings: str) -> dict[str, str]:
    return render(load([DEFAULT], settings))


def objects(files: dict[str, str]) -> dict[tuple[str, str], Object]:
    found = yaml.load_all(stream(files), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def pod(files: dict[str, str], name: str = "kube-audit-agent") -> tuple[Object, Object]:
    """Return the pod of a DaemonSet, and its container."""
    spec = objects(files)["DaemonSet", name]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    return spec, container


def volumes(spec: Object) -> dict[str, Object]:
    return {volume["name"]: volume for volume in spec["volumes"]}


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ({}, {"agent", "bridge"}),
        ({"agent": {"flavor": "direct"}}, {"agent"}),
        ({"agent": {"flavor": "fluent-package"}}, {"bridge"}),
        ({"agent": {"flavor": "td-agent"}}, {"agent", "bridge"}),
        ({"agent": {"flavor": "td-agent", "onHost": True}}, {"bridge"}),
        ({"sources": {"containers": True}}, {"agent", "bridge", "containers"}),
        ({"bridge": {"enabled": False}}, {"agent"}),
    ],
)
def test_the_components_of_a_cluster(given: dict[str, object], there: set[str]) -> None:
    assert there == components(Values.model_validate(given))


def test_the_images_that_are_pulled() -> None:
    """Each by the key of values that names it; none of what is not there."""
    both = Values.model_validate({"agent": {"flavor": "fluent-bit"}, "sources": {"containers": True}})
    assert {
        "agent": "fluent/fluent-bit:5.1.1",
        "bridge": "kube-audit-bridge:0.1.0",
        "sources": "fluent/fluent-bit:5.1.1",
    } == images(both)
    logs = Values.model_validate({"sources": {"containers": True}})
    assert "fluent/fluentd-kubernetes-daemonset:v1.19-debian-forward-1" == images(logs)["sources"]
    assert {"agent": "kube-audit-bridge:0.1.0"} == images(Values.model_validate({"agent": {"flavor": "direct"}}))
    assert {"bridge": "kube-audit-bridge:0.1.0"} == images(
        Values.model_validate({"agent": {"flavor": "fluent-package"}})
    )


def test_what_is_left_of_a_manifest() -> None:
    text = "# Both.\n---\na: 1\n---\nb: 2\n"
    both = [{"metadata": {"labels": {"app.kubernetes.io/component": name}}} for name in ("agent", "bridge")]
    assert (text, both) == of_components({"agent", "bridge"}, text, both)
    assert ("# Both.\n---\nb: 2\n", both[1:]) == of_components({"bridge"}, text, both)
    assert ("", []) == of_components(set(), text, both)


@pytest.mark.parametrize("version", ["1.36"])
@pytest.mark.parametrize(
    "settings",
    [
        ("agent.flavor=fluent-bit", *SAFE),
        ("agent.flavor=direct",),
        HOST,
        FAR,
        CENTRAL,
        ("sources.containers=true",),
        ("sources.containers=true", "agent.flavor=fluent-bit"),
    ],
    ids=["fluent-bit", "direct", "host", "far", "central", "containers", "containers, fluent-bit"],
)
def test_every_object_is_valid_and_of_a_component(settings: tuple[str, ...], version: str) -> None:
    files = rendered(f"cluster.version='{version}'", *settings)
    there = components(load([DEFAULT], settings).values)
    newest = max((known for known in schemas.all_versions() if known.startswith(f"{version}.")), key=schemas.Version)
    for one in objects(files).values():
        schemas.validate(one, newest, strict=True)
        assert one["metadata"]["labels"]["app.kubernetes.io/component"] in there


def test_fluent_bit_loses_nothing_by_its_defaults() -> None:
    files = rendered("agent.flavor=fluent-bit", "agent.buffer.totalBytes=1GiB", *SAFE)
    config = yaml.safe_load(files["fluent-bit.yaml"])
    (source,), (output,) = config["pipeline"]["inputs"], config["pipeline"]["outputs"]
    assert ("/var/log/kubernetes/audit/audit.log", "kube.audit.${NODE_NAME}") == (source["path"], source["tag"])
    assert ("filesystem", "/var/lib/kube-audit-agent/kube-audit.db") == (source["storage.type"], source["db"])
    assert ("no_limits", True) == (output["retry_limit"], output["require_ack_response"])
    assert 2**30 == output["storage.total_limit_size"]
    assert (True, "/run/secrets/tls/ca.crt") == (output["tls.verify"], output["tls.ca_file"])
    assert "${FORWARD_SHARED_KEY}" == output["shared_key"]
    assert "/var/lib/kube-audit-agent/fluent-bit" == config["service"]["storage.path"]


def test_fluent_bit_keeps_its_state_on_the_node() -> None:
    files = rendered("agent.flavor=fluent-bit")
    spec, container = pod(files)
    assert [
        "/fluent-bit/bin/fluent-bit",
        "--config",
        "/fluent-bit/etc/kube-audit/fluent-bit.yaml",
    ] == container["command"]
    assert "/var/lib/kube-audit-agent" == volumes(spec)["state"]["hostPath"]["path"]
    assert {"name": "state", "mountPath": "/var/lib/kube-audit-agent"} in container["volumeMounts"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {"fluent-bit.yaml": files["fluent-bit.yaml"]} == objects(files)["ConfigMap", "kube-audit-agent"]["data"]


def test_direct_is_the_bridge_with_the_log_and_its_position_on_the_node() -> None:
    files = rendered("agent.flavor=direct", "bridge.config.filter.policy_file=metadata")
    settings = check(read(files["bridge.yaml"], "bridge.yaml"), Settings)
    (file,) = settings.files
    assert ("/var/log/kubernetes/audit/audit.log", "beginning", "raw") == (file.path, file.from_, file.format)
    assert "/var/lib/kube-audit-bridge/positions.json" == settings.state.path
    assert "127.0.0.1" == settings.forward.host
    spec, container = pod(files)
    assert "/var/lib/kube-audit-agent" == volumes(spec)["state"]["hostPath"]["path"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert (True, "/var/lib/kube-audit-bridge") == (mounts["log-1"]["readOnly"], mounts["state"]["mountPath"])
    assert "NODE_NAME" == container["env"][0]["name"]
    assert "kube-audit-bridge:0.1.0" == container["image"]
    assert {
        "Namespace",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ConfigMap",
        "NetworkPolicy",
        "DaemonSet",
    } == {kind for kind, _ in objects(files)}


def test_direct_reads_a_containers_log_where_there_is_no_file() -> None:
    files = render(load([ROOT / "values" / "minikube.yaml"], ["agent.flavor=direct"]))
    (file,) = check(read(files["bridge.yaml"], "bridge.yaml"), Settings).files
    assert ("/var/log/containers/kube-apiserver-*.log", "cri", "skip") == (file.path, file.format, file.others)


def test_the_containers_logs_have_an_agent_of_their_own() -> None:
    """Only it may ask the API server, and it runs on every node; the bridge knows its tag."""
    files = rendered("sources.containers=true", "sources.tags=[logs]", "sources.excludeNamespaces=[noisy]")
    spec, _ = pod(files, "kube-log-agent")
    assert spec["automountServiceAccountToken"]
    assert [{"operator": "Exists"}] == spec["tolerations"]
    assert "affinity" not in spec
    assert "/var/lib/kube-audit-agent/containers" == volumes(spec)["state"]["hostPath"]["path"]
    assert not pod(files)[0]["automountServiceAccountToken"]
    (rule,) = objects(files)["ClusterRole", "kube-log-agent"]["rules"]
    assert {"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get", "list", "watch"]} == rule
    for name in ("noisy", "audit-agent", "audit-bridge"):
        assert f'"/var/log/containers/*_{name}_*.log"' in files["containers.conf"]
    (other,) = check(read(files["bridge.yaml"], "bridge.yaml"), Settings).others
    assert ("kube.containers.", ("logs",)) == (other.prefix, other.tags)


def test_the_containers_logs_keep_the_agents_namespace() -> None:
    """Also where nothing reads the audit log: theirs is a pod there all the same."""
    posted = ("audit.webhook.clusterIP=10.96.0.50", "bridge.storage={claim: {}, spool: true}")
    assert ("Namespace", "audit-agent") in objects(rendered(*posted, "sources.containers=true"))
    assert ("Namespace", "audit-agent") not in objects(rendered(*posted))
    certified = rendered(*posted, "sources.containers=true", "tls={mode: certManager, issuer: {name: ca}}")
    assert "audit-agent" in {
        one["metadata"]["namespace"] for (kind, _), one in objects(certified).items() if kind == "Certificate"
    }


def test_a_log_that_is_the_audit_log_too_is_read_once() -> None:
    files = render(load([ROOT / "values" / "minikube.yaml"], ["sources.containers=true"]))
    assert '"/var/log/containers/kube-apiserver-*.log"]' in files["containers.conf"]


def test_a_far_cluster_has_an_agent_alone_that_signs_in() -> None:
    files = rendered(*FAR)
    _, container = pod(files)
    assert 'host audit.example.com\n    port 443\n    username "edge"\n' in files["fluent.conf"]
    assert "bridge.yaml" not in files
    assert ["NODE_NAME", "FORWARD_SHARED_KEY", "FORWARD_PASSWORD"] == [one["name"] for one in container["env"]]


def test_a_bridge_for_other_clusters() -> None:
    """It asks for users, is reached from the given addresses, and knows whose cluster a user's is."""
    files = rendered(*CENTRAL)
    found = objects(files)
    bridge = found["Deployment", "kube-audit-bridge"]["spec"]["template"]["spec"]
    assert "--set=forward.users_file=/run/secrets/users/users" in bridge["containers"][0]["args"]
    assert "forward-users" == volumes(bridge)["users"]["secret"]["secretName"]
    service = found["Service", "kube-audit-bridge-exposed"]["spec"]
    assert ("LoadBalancer", ["192.0.2.0/24"]) == (service["type"], service["loadBalancerSourceRanges"])
    peers = [peer for rule in found["NetworkPolicy", "kube-audit-bridge"]["spec"]["ingress"] for peer in rule["from"]]
    assert {"ipBlock": {"cidr": "192.0.2.0/24"}} in peers
    config = yaml.safe_load(files["bridge.yaml"])
    assert [{"user": "edge", "cluster": "edge-1", "environment": "shop"}] == config["forward"]["clusters"]


def test_an_agent_on_machines_has_no_pod() -> None:
    files = rendered(*HOST)
    assert ("DaemonSet", "kube-audit-agent") not in objects(files)
    assert Path("host/agent/fluentd.conf").as_posix() in files
    assert "bind 127.0.0.1\n" in files["host/agent/fluentd.conf"]


def test_prints_no_secret() -> None:
    """Secrets are referred to: as variables in configurations, as names in manifests."""
    for settings in (FAR, HOST, CENTRAL):
        text = "".join(rendered(*settings).values())
        assert "shared_key \"#{ENV['FORWARD_SHARED_KEY'].to_s.strip}\"" in text
