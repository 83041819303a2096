"""What is rendered: the same every time, valid for every Kubernetes release, and hardened."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import utils as schemas
from yamllint import linter  # type: ignore[import-untyped]
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]

from audit.document import check, read
from audit.settings import Settings
from generator import render as module
from generator import templates
from generator.errors import TemplateError
from generator.flavors import FLAVORS
from generator.load import Inputs, load
from generator.render import KUSTOMIZATION, checksum, render, stream
from generator.values import Values
from generator.write import diff

VALUES = Path(__file__).parent.parent.parent / "values"
GOLDEN = Path(__file__).parent.parent / "golden"
ENVIRONMENTS = sorted(path.stem for path in VALUES.glob("*.yaml"))
VERSIONS = sorted(set(schemas.all_versions()), key=schemas.Version)
Object = dict[str, Any]


def rendered(environment: str, *settings: str) -> dict[str, str]:
    return render(load([VALUES / f"{environment}.yaml"], settings))


def objects(files: dict[str, str]) -> list[Object]:
    return list(yaml.load_all(stream(files), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def the(files: dict[str, str], kind: str, name: str) -> Object:
    (found,) = [one for one in objects(files) if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


@pytest.fixture(scope="module", autouse=True)
def _schemas_are_read_once() -> Iterator[None]:
    """Keep what the validator would read for each object anew, 2 MB of schemas."""
    before = schemas.schema_contents
    schemas.schema_contents = functools.cache(before)
    yield
    schemas.schema_contents = before


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_is_valid_for_every_release(environment: str, version: str) -> None:
    """Strictly: an unknown field is an error, and so is a kind that the release does not have."""
    minor = ".".join(version.split(".")[:2])
    found = objects(rendered(environment, f"cluster.version='{minor}'"))
    assert len(found) > 10
    for one in found:
        schemas.validate(one, version, strict=True)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_yaml_file_is_clean_for_yamllint(environment: str) -> None:
    config = YamlLintConfig("{extends: default, rules: {line-length: disable}}")
    for path, text in rendered(environment).items():
        if path.endswith(".yaml"):
            assert [(path, str(problem)) for problem in linter.run(text, config)] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_kept_output_is_what_is_rendered(environment: str) -> None:
    assert diff(rendered(environment), GOLDEN / environment) == ""


def test_the_stream_is_one_object_a_document_in_the_order_of_the_files() -> None:
    files = rendered("default")
    assert stream(files).startswith("---\n")
    assert stream(files).count("\n---\n") == len(objects(files)) - 1
    assert [one["kind"] for one in objects(files)] == sorted(
        (one["kind"] for one in objects(files)),
        key=[
            "Namespace",
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "ConfigMap",
            "NetworkPolicy",
            "Service",
            "Deployment",
            "PodDisruptionBudget",
            "DaemonSet",
        ].index,
    )


def test_the_two_configurations_are_those_of_the_config_maps() -> None:
    files = rendered("production")
    assert the(files, "ConfigMap", "kube-audit-bridge")["data"]["bridge.yaml"] == files["bridge.yaml"]
    assert the(files, "ConfigMap", "kube-audit-agent")["data"]["fluent.conf"] == files["fluent.conf"]


def test_the_bridge_reads_its_configuration_back() -> None:
    settings = check(read(rendered("production", "bridge.config.batch.max_age=200ms")["bridge.yaml"], "f"), Settings)
    assert (settings.cluster, settings.environment, settings.batch.max_age) == ("production", "production", 0.2)
    assert settings.loggly.tags == ("kubernetes", "audit", "production")


def test_a_selector_selects_its_own_template_and_nothing_that_may_change() -> None:
    for kind, name in (("DaemonSet", "kube-audit-agent"), ("Deployment", "kube-audit-bridge")):
        spec = the(rendered("production"), kind, name)["spec"]
        assert spec["selector"] == {"matchLabels": {"app.kubernetes.io/name": name}}
        assert spec["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == name


@pytest.mark.parametrize(
    ("setting", "changed"),
    [
        ("bridge.config.retry.maximum=20s", {"Deployment"}),
        ("agent.buffer.totalBytes=1GiB", {"DaemonSet"}),
        ("loggly.subdomain=other", set()),
        ("audit.log.maxAge=31", set()),
    ],
)
def test_a_changed_configuration_rolls_exactly_its_pods(setting: str, changed: set[str]) -> None:
    before, after = rendered("production"), rendered("production", setting)
    pods = (("DaemonSet", "kube-audit-agent"), ("Deployment", "kube-audit-bridge"))
    differ = {kind for kind, name in pods if the(before, kind, name)["spec"] != the(after, kind, name)["spec"]}
    assert differ == changed


def test_a_budget_is_only_for_more_than_one_replica() -> None:
    assert "kubernetes/51-poddisruptionbudget.yaml" in rendered("production")
    assert "kubernetes/51-poddisruptionbudget.yaml" not in rendered("production", "bridge.replicas=1")


def test_the_kustomization_lists_every_manifest() -> None:
    files = rendered("production")
    listed = yaml.safe_load(files["kubernetes/kustomization.yaml"])["resources"]
    manifests = [path for path in files if path.startswith("kubernetes/") and path != KUSTOMIZATION]
    assert [f"kubernetes/{name}" for name in listed] == manifests


def test_the_agent_may_read_any_file_and_nothing_else() -> None:
    pod = the(rendered("production"), "DaemonSet", "kube-audit-agent")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["securityContext"]["capabilities"] == {"add": ["DAC_READ_SEARCH"], "drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    writable = {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"state", "tmp"}
    assert pod["automountServiceAccountToken"] is False


def test_the_bridge_has_no_power_and_the_token_only_as_a_file() -> None:
    files = rendered("production")
    pod = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "env" not in container
    assert "Secret" not in {one["kind"] for one in objects(files)}


@pytest.mark.parametrize(
    ("flavor", "program", "config", "state"),
    [
        ("fluentd", "fluentd", "/fluentd/etc/fluent.conf", "/fluentd/log"),
        ("td-agent", "td-agent", "/etc/td-agent/td-agent.conf", "/var/log/td-agent"),
        ("fluent-package", "fluentd", "/etc/fluent/fluentd.conf", "/var/log/fluent"),
    ],
)
def test_a_flavor_has_its_own_paths(flavor: str, program: str, config: str, state: str) -> None:
    files = rendered("production", f"agent.flavor={flavor}", "agent.image=example/agent:1", "agent.onHost=false")
    (container,) = the(files, "DaemonSet", "kube-audit-agent")["spec"]["template"]["spec"]["containers"]
    assert container["command"] == [program, "--config", config]
    assert {"name": "state", "mountPath": state} in container["volumeMounts"]
    assert f"pos_file {state}/kube-audit.pos\n" in files["fluent.conf"]
    assert config.rpartition("/")[2] in the(files, "ConfigMap", "kube-audit-agent")["data"]


def test_a_shared_key_is_asked_for_at_both_ends_and_stands_in_neither_file() -> None:
    files = rendered("default", "forward.sharedKeySecret={name: one, key: two}")
    (agent,) = the(files, "DaemonSet", "kube-audit-agent")["spec"]["template"]["spec"]["containers"]
    pod = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]
    assert agent["env"][1]["valueFrom"] == {"secretKeyRef": {"name": "one", "key": "two"}}
    assert "--set=forward.shared_key_file=/run/secrets/forward/key" in pod["containers"][0]["args"]
    assert pod["volumes"][-1]["secret"]["items"] == [{"key": "two", "path": "key"}]
    assert "shared_key" not in files["bridge.yaml"]
    assert "<security>" not in rendered("default")["fluent.conf"]


def test_the_network_policy_lets_logglys_port_out() -> None:
    policy = the(rendered("production", "loggly.url=http://10.0.0.1:8080"), "NetworkPolicy", "kube-audit-bridge")
    peers = [{"ipBlock": {"cidr": "10.0.0.1/32"}}]
    assert {"ports": [{"port": 8080, "protocol": "TCP"}], "to": peers} == policy["spec"]["egress"][-1]


def test_labels_of_ones_own_are_on_every_object() -> None:
    assert {one["metadata"]["labels"]["team"] for one in objects(rendered("production"))} == {"platform-security"}


def test_a_checksum_tells_where_one_text_ends() -> None:
    assert checksum("a", "b") != checksum("ab")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "a: [\n",
            "manifests/10-a.yaml.j2: line 2 of what it renders is not YAML: expected the node content, but found '<stream end>'",
        ),
        ("a: 1\n", "manifests/10-a.yaml.j2: renders something that is not a Kubernetes object"),
    ],
)
def test_a_template_that_renders_no_object_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.setattr(templates, "names", lambda _: ["manifests/10-a.yaml.j2"])
    real = templates.render
    monkeypatch.setattr(templates, "render", lambda name, context: text if "10-a" in name else real(name, context))
    with pytest.raises(TemplateError) as caught:
        module.render(Inputs(Values()))
    assert str(caught.value) == sentence


def test_the_filters_policy_is_mounted_beside_the_configuration(tmp_path: Path) -> None:
    text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
    (tmp_path / "policy.yaml").write_text(text)
    (tmp_path / "values.yaml").write_text(
        "bridge: {config: {filter: {policy_file: policy.yaml, omit_stages: [Panic]}}}\n"
    )
    files = render(load([VALUES / "default.yaml", tmp_path / "values.yaml"]))
    config = the(files, "ConfigMap", "kube-audit-bridge")
    container = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]["containers"][0]
    assert text == config["data"]["filter-policy.yaml"] == files["filter-policy.yaml"]
    assert "--set=filter.policy_file=/etc/kube-audit-bridge/filter-policy.yaml" in container["args"]
    assert {"omit_stages": ["Panic"]} == yaml.safe_load(files["bridge.yaml"])["filter"]


def test_a_preset_as_the_filters_policy_stands_in_the_configuration() -> None:
    files = rendered("default", "bridge.config.filter.policy_file=recommended")
    assert "recommended" == yaml.safe_load(files["bridge.yaml"])["filter"]["policy_file"]
    assert "filter-policy.yaml" not in files


def test_what_is_given_of_the_bridges_resources_stands_and_the_rest_follows_from_its_events() -> None:
    settings = ("bridge.eventsPerSecond=10000", "bridge.resources.limits.memory=1Gi")
    files = rendered("default", *settings)
    container = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]["containers"][0]
    assert {
        "requests": {"cpu": "400m", "memory": "112Mi"},
        "limits": {"memory": "1Gi"},
    } == container["resources"]


def test_own_detection_rules_are_mounted_beside_the_configuration(tmp_path: Path) -> None:
    text = "title: Own\nlogsource: {product: kubernetes}\ndetection: {s: {verb: get}, condition: s}\n"
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(text.replace("Own", name))
    values = tmp_path / "values.yaml"
    values.write_text("bridge: {config: {rules: {files: [a.yml, b.yml], disable: [exec]}}}\n")
    files = render(load([values]))
    config = the(files, "ConfigMap", "kube-audit-bridge")
    container = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]["containers"][0]
    assert text.replace("Own", "b.yml") == config["data"]["rules-1.yml"] == files["rules-1.yml"]
    assert {"disable": ["exec"]} == yaml.safe_load(files["bridge.yaml"])["rules"]
    mounted = "/etc/kube-audit-bridge/rules-0.yml, /etc/kube-audit-bridge/rules-1.yml"
    assert f"--set=rules.files=[{mounted}]" in container["args"]


CHOICES = {name: Path(__file__).parent.parent / "data" / f"{name}.yaml" for name in ("everything", "otherwise")}
"""Values files that between them take every choice of the manifests."""

FOREIGN = ("cert-manager.io/v1", "monitoring.coreos.com/v1")
"""API versions that no Kubernetes release has by itself."""


def chosen(name: str, *settings: str) -> dict[str, str]:
    return render(load([CHOICES[name]], settings))


@pytest.mark.parametrize("version", [VERSIONS[0], "1.30.0", VERSIONS[-1]])
@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_is_valid_for_older_and_newer_releases(choice: str, version: str) -> None:
    (release,) = [one for one in VERSIONS if one.startswith(version.rpartition(".")[0] + ".")]
    found = objects(chosen(choice, f"cluster.version='{release.rpartition('.')[0]}'"))
    own = [one for one in found if one["apiVersion"] not in FOREIGN]
    assert 10 < len(own) < len(found)
    for one in own:
        schemas.validate(one, release, strict=True)


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_is_clean_for_yamllint(choice: str) -> None:
    config = YamlLintConfig("{extends: default, rules: {line-length: disable}}")
    for path, text in chosen(choice).items():
        if path.endswith(".yaml"):
            assert [] == [(path, str(problem)) for problem in linter.run(text, config)]


def test_labels_and_annotations_of_ones_own_are_on_every_object() -> None:
    found = [one["metadata"] for one in objects(chosen("everything"))]
    assert {"platform-security"} == {one["labels"]["team"] for one in found}
    assert {"#platform-security"} == {one["annotations"]["example.com/contact"] for one in found}


def test_an_autoscaler_says_how_many_and_not_the_deployment() -> None:
    files = chosen("everything")
    spec = the(files, "HorizontalPodAutoscaler", "kube-audit-bridge")["spec"]
    assert (2, 8) == (spec["minReplicas"], spec["maxReplicas"])
    assert ["audit_bridge_unacked_bytes", "cpu"] == [
        one["pods"]["metric"]["name"] if one["type"] == "Pods" else one["resource"]["name"] for one in spec["metrics"]
    ]
    assert "replicas" not in the(files, "Deployment", "kube-audit-bridge")["spec"]
    assert "kubernetes/51-poddisruptionbudget.yaml" in files


@pytest.mark.parametrize(
    ("choice", "kind", "field"),
    [("everything", "ServiceMonitor", "endpoints"), ("otherwise", "PodMonitor", "podMetricsEndpoints")],
)
def test_a_monitor_finds_the_admin_port(choice: str, kind: str, field: str) -> None:
    files = chosen(choice)
    spec = the(files, kind, "kube-audit-bridge")["spec"]
    scraped = "Service" if kind == "ServiceMonitor" else "StatefulSet"
    found = the(files, scraped, "kube-audit-bridge")
    ports = found["spec"].get("ports") or found["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert {"port": "admin", "path": "/metrics"}.items() <= spec[field][0].items()
    assert "admin" in {port["name"] for port in ports}
    assert spec["selector"]["matchLabels"].items() <= found["metadata"]["labels"].items()


def test_both_ends_of_tls_use_the_secrets_that_cert_manager_makes() -> None:
    files = chosen("everything")
    for kind, name in (("Deployment", "kube-audit-bridge"), ("DaemonSet", "kube-audit-agent")):
        certificate, pod = the(files, "Certificate", name), the(files, kind, name)
        volumes = pod["spec"]["template"]["spec"]["volumes"]
        assert certificate["metadata"]["namespace"] == pod["metadata"]["namespace"]
        assert certificate["spec"]["secretName"] in {one.get("secret", {}).get("secretName") for one in volumes}
    (host,) = re.findall(r"^ +host (\S+)$", files["fluent.conf"], re.MULTILINE)
    assert host in the(files, "Certificate", "kube-audit-bridge")["spec"]["dnsNames"]


def test_a_volume_that_outlives_the_pod_holds_spool_and_dead_letters() -> None:
    spec = the(chosen("otherwise"), "StatefulSet", "kube-audit-bridge")["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    (container,) = spec["template"]["spec"]["containers"]
    assert ("fast", "712Mi") == (
        claim["spec"]["storageClassName"],
        claim["spec"]["resources"]["requests"]["storage"],
    )
    (mounted,) = [one["mountPath"] for one in container["volumeMounts"] if one["name"] == claim["metadata"]["name"]]
    kept = [one for one in container["args"] if ".sqlite" in one]
    assert [f"--set=dead_letter.path={mounted}/dead-letters.sqlite", f"--set=spool.path={mounted}/spool.sqlite"] == kept
    assert "state" not in {one["name"] for one in spec["template"]["spec"]["volumes"]}


def test_what_no_policy_allows_is_denied_in_both_namespaces() -> None:
    denied = [one for one in objects(rendered("default")) if one["metadata"]["name"] == "default-deny"]
    assert ["audit-agent", "audit-bridge"] == [one["metadata"]["namespace"] for one in denied]
    for one in denied:
        assert {"podSelector": {}, "policyTypes": ["Egress", "Ingress"]} == one["spec"]


def test_the_bridge_is_reached_by_the_agent_and_by_prometheus_where_it_is_named() -> None:
    ports = [
        [rule["ports"][0]["port"] for rule in the(files, "NetworkPolicy", "kube-audit-bridge")["spec"]["ingress"]]
        for files in (rendered("default"), chosen("everything"))
    ]
    assert [[24224], [24224, 9880]] == ports
    assert "NetworkPolicy" not in {one["kind"] for one in objects(chosen("otherwise"))}


def test_images_come_from_where_the_values_say() -> None:
    files = chosen("everything")
    for kind, name, image in (
        ("DaemonSet", "kube-audit-agent", FLAVORS["fluentd"].image),
        ("Deployment", "kube-audit-bridge", Values().bridge.image),
    ):
        (container,) = the(files, kind, name)["spec"]["template"]["spec"]["containers"]
        assert (f"registry.example.com:5000/mirror/{image}", "Always") == (
            container["image"],
            container["imagePullPolicy"],
        )


def test_annotations_of_pods_stand_beside_the_checksum() -> None:
    for kind, name in (("DaemonSet", "kube-audit-agent"), ("Deployment", "kube-audit-bridge")):
        found = the(chosen("everything"), kind, name)["spec"]["template"]["metadata"]["annotations"]
        assert {"checksum/config", "sidecar.istio.io/inject"} == set(found)


def test_what_is_given_of_the_agents_resources_stands_and_the_rest_follows_from_the_events() -> None:
    files = rendered("default", "bridge.eventsPerSecond=10000", "agent.resources.limits.memory=1Gi")
    (container,) = the(files, "DaemonSet", "kube-audit-agent")["spec"]["template"]["spec"]["containers"]
    assert {"requests": {"cpu": "250m", "memory": "200Mi"}, "limits": {"memory": "1Gi"}} == container["resources"]


def test_notices_have_their_secret_and_their_ways_out() -> None:
    files = chosen("everything")
    pod = the(files, "Deployment", "kube-audit-bridge")["spec"]["template"]["spec"]
    mounted = {"name": "notify", "mountPath": "/run/secrets/notify", "readOnly": True}
    assert mounted in pod["containers"][0]["volumeMounts"]
    assert "audit-notify" in {one.get("secret", {}).get("secretName") for one in pod["volumes"]}
    egress = the(files, "NetworkPolicy", "kube-audit-bridge")["spec"]["egress"]
    assert {"ports": [{"port": 443, "protocol": "TCP"}]} in egress
    assert "/run/secrets/notify" not in stream(rendered("default"))


def test_a_bridge_that_reads_the_log_itself_is_watched_and_tells_as_well() -> None:
    settings = ("agent.flavor=direct", "monitoring={podMonitor: true, prometheusRule: true, prometheus: {}}")
    sink = "bridge.config.notify=[{name: a, type: slack, url_file: /run/secrets/notify/a}]"
    files = rendered("default", *settings, sink, "notify.secret=told")
    pod = the(files, "DaemonSet", "kube-audit-agent")["spec"]["template"]
    monitor = the(files, "PodMonitor", "kube-audit-agent")
    assert monitor["metadata"]["namespace"] == the(files, "PrometheusRule", "kube-audit-agent")["metadata"]["namespace"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert "told" in {one.get("secret", {}).get("secretName") for one in pod["spec"]["volumes"]}
    policy = the(files, "NetworkPolicy", "kube-audit-agent")["spec"]
    assert {"ports": [{"port": 443, "protocol": "TCP"}]} in policy["egress"]
    assert [9880] == [rule["ports"][0]["port"] for rule in policy["ingress"]]
