"""Files for control-plane machines, each read back by its own format."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.policy import Policy, Rule
from audit.policy_reading import Reading, read
from audit.presets import PRESETS, preset
from generator.audit_policy import reading_version
from generator.cloud import collector_context
from generator.distributions import distribution, rows
from generator.host import KOPS, files, flags, log_directories, log_file, log_path
from generator.load import Inputs, load
from generator.render import render
from generator.values import Values

VALUES = Path(__file__).parent.parent.parent / "values"
EVERY = sorted({(name, at) for name, row in rows() for at in (row.first, row.last) if not row.managed})


def policy(text: str, version: str = "1.36") -> Policy:
    """Read a policy that no API server of the release warns about."""
    reading = read(text, "policy", version)
    assert reading == Reading(reading.policy)
    return reading.policy


@cache
def inputs(*settings: str) -> Inputs:
    return load([], settings)


def of(name: str, version: str, *settings: str) -> Inputs:
    return inputs(f"cluster.distribution={name}", f"cluster.version='{version}'", *settings)


def written(loaded: Inputs) -> dict[str, str]:
    """Return the host files alone, which is quick."""
    return files(loaded, {"values": loaded.values, **collector_context(loaded.values)})


def rendered(*settings: str) -> dict[str, str]:
    return written(inputs(*settings))


def host(name: str, version: str, file: str, *settings: str) -> Any:
    """Return a host file as data: a document, or a list of them where there are several."""
    found = list(yaml.safe_load_all(written(of(name, version, *settings))[f"host/{file}"]))
    return found[0] if len(found) == 1 else found


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_the_policy_and_the_steps_are_there_for_every_distribution(name: str, version: str) -> None:
    found = written(of(name, version))
    way = distribution(name, version)
    wanted = {
        "host/README.md",
        "host/audit-policy.yaml",
        *(f"host/{file}" for file in way.files),
    }
    assert wanted == set(found)
    assert policy(found["host/audit-policy.yaml"], reading_version(version)).rules


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_everything_that_the_values_decide_stands_in_the_files(name: str, version: str) -> None:
    """The paths, and how the log is rotated, in the steps or in what they tell to install."""
    settings = ("audit.log.maxAge=41", "audit.log.maxBackups=42", "audit.log.maxSize=43")
    loaded = of(name, version) if log_file(of(name, version).values) is None else of(name, version, *settings)
    text = "".join(written(loaded).values())
    sets_paths_itself = name == "talos"
    wanted = [value for key, value in flags(loaded.values).items() if not (sets_paths_itself and key.endswith("file"))]
    assert [value for value in wanted if value not in text] == []


@pytest.mark.parametrize(("version", "managed"), [("1.20", False), ("1.22", False), ("1.23", True), ("1.37", True)])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_policy_for_the_release(name: str, version: str, managed: bool) -> None:
    text = rendered(f"audit.policy.preset={name}", f"cluster.version='{version}'")["host/audit-policy.yaml"]
    assert preset(name, version) == text
    found = policy(text, version)
    assert found.omit_managed_fields == (managed and name in ("recommended", "gce"))
    assert found.omit_stages == ("RequestReceived",)
    assert found.rules[-1] == Rule("Metadata", line=found.rules[-1].line)


def test_the_first_preset_is_the_default() -> None:
    assert preset("recommended", Values().cluster.version) == rendered()["host/audit-policy.yaml"]


def test_no_rule_that_drops_matches_a_failed_login() -> None:
    """A 401 has no user: only a rule without users and groups matches it."""
    rules = policy(rendered()["host/audit-policy.yaml"]).rules
    assert [rule for rule in rules if rule.level == "None" and not (rule.users or rule.user_groups)] == []


def test_rules_of_ones_own_become_a_policy() -> None:
    text = rendered("audit.policy.rules=[{level: None, users: [a]}, {level: Metadata}]")["host/audit-policy.yaml"]
    assert yaml.safe_load(text) == {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [{"level": "None", "users": ["a"]}, {"level": "Metadata"}],
    }


@pytest.mark.parametrize(
    ("version", "kind", "volumes"),
    [
        ("1.11", "MasterConfiguration", "apiServerExtraVolumes"),
        ("1.12", "ClusterConfiguration", "apiServerExtraVolumes"),
        ("1.13", "ClusterConfiguration", ""),
        ("1.21", "ClusterConfiguration", ""),
        ("1.30", "ClusterConfiguration", ""),
    ],
)
def test_kubeadms_arguments_were_a_map(version: str, kind: str, volumes: str) -> None:
    config = host("kubeadm", version, "kubeadm.yaml")
    assert kind == config["kind"]
    values = of("kubeadm", version).values
    assert flags(values) == (config["apiServerExtraArgs"] if volumes else config["apiServer"]["extraArgs"])
    found = config[volumes] if volumes else config["apiServer"]["extraVolumes"]
    writable = "writable" if volumes else "readOnly"
    assert [(bool(volumes) is False), bool(volumes)] == [one[writable] for one in found]


@pytest.mark.parametrize(("api", "listed"), [("v1beta3", False), ("v1beta4", True), (None, True)])
def test_kubeadms_arguments_have_the_shape_of_the_format(api: str | None, listed: bool) -> None:
    config = host("kubeadm", "1.33", "kubeadm.yaml", f"cluster.kubeadmApi={api or 'null'}")
    arguments = config["apiServer"]["extraArgs"]
    assert f"kubeadm.k8s.io/{api or 'v1beta4'}" == config["apiVersion"]
    assert isinstance(arguments, list) == listed
    assert flags(Values()) == ({one["name"]: one["value"] for one in arguments} if listed else arguments)


def test_kubeadm_mounts_what_the_flags_name() -> None:
    config = yaml.safe_load(rendered("audit.log.path=/srv/audit/log/kube.log")["host/kubeadm.yaml"])
    mounts = {one["mountPath"]: (one["pathType"], one["readOnly"]) for one in config["apiServer"]["extraVolumes"]}
    assert mounts == {
        "/etc/kubernetes/audit-policy.yaml": ("File", True),
        "/srv/audit/log": ("DirectoryOrCreate", False),
    }


STATIC_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "kube-apiserver"},
    "spec": {
        "containers": [
            {
                "name": "kube-apiserver",
                "image": "i",
                "command": ["kube-apiserver"],
                "volumeMounts": [{"name": "c", "mountPath": "/c"}],
            }
        ],
        "volumes": [{"name": "c", "hostPath": {"path": "/c"}}],
    },
}


def patched(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Apply a JSON patch that only appends to lists."""
    pod: dict[str, Any] = json.loads(json.dumps(STATIC_POD))
    for one in operations:
        assert one["op"] == "add"
        found: Any = pod
        *path, last = one["path"].strip("/").split("/")
        assert last == "-"
        for key in path:
            found = found[int(key)] if isinstance(found, list) else found[key]
        found.append(one["value"])
    return pod


@pytest.mark.parametrize("version", ["1.7", "1.36"])
def test_the_patch_adds_flags_and_mounts_to_the_static_pod(version: str) -> None:
    loaded = of("kubeadm", version)
    pod = patched(json.loads(written(loaded)["host/kube-apiserver-patch.json"]))
    (container,) = pod["spec"]["containers"]
    assert ["kube-apiserver", *(f"--{name}={value}" for name, value in flags(loaded.values).items())] == container[
        "command"
    ]
    mounted = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    volumes = {one["name"]: one["hostPath"] for one in pod["spec"]["volumes"]}
    assert mounted == {name: path["path"] for name, path in volumes.items()}
    assert ("type" in volumes["audit-log"]) == (version != "1.7")


@pytest.mark.peer("kube")
def test_kubectl_applies_the_patch_without_a_server(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(STATIC_POD))
    text = rendered()["host/kube-apiserver-patch.json"]
    command = ["kubectl", "patch", "--local", "--type=json", "-f", "pod.yaml", "--patch", text, "-o", "yaml"]
    path = f"{os.environ['KUBEBUILDER_ASSETS']}:{os.environ['PATH']}"
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env={"PATH": path})
    assert patched(json.loads(text))["spec"] == yaml.safe_load(done.stdout)["spec"]


def test_kind_makes_a_cluster_that_audits() -> None:
    values = of("kind", "1.36").values
    config = host("kind", "1.36", "kind.yaml")
    assert ("Cluster", "kind.x-k8s.io/v1alpha4") == (config["kind"], config["apiVersion"])
    (node,) = config["nodes"]
    (text,) = node["kubeadmConfigPatches"]
    kubeadm = yaml.safe_load(text)
    assert "apiVersion" not in kubeadm
    assert flags(values) == kubeadm["apiServer"]["extraArgs"]
    (mounted,) = node["extraMounts"]
    assert distribution("kind", "1.36").policy == mounted["containerPath"]
    assert {mounted["containerPath"], *log_directories(values)} == {
        one["mountPath"] for one in kubeadm["apiServer"]["extraVolumes"]
    }


@pytest.mark.parametrize("name", ["k3s", "rke2"])
def test_arguments_of_k3s_and_rke2_are_a_list(name: str) -> None:
    values = of(name, "1.36").values
    config = host(name, "1.36", f"{name}.yaml")
    found = dict(one.split("=", 1) for one in config["kube-apiserver-arg"])
    if name == "rke2":
        found["audit-policy-file"] = config["audit-policy-file"]
    assert flags(values) == found


@pytest.mark.parametrize(("version", "role"), [("1.25", "Master"), ("1.26", "ControlPlane")])
def test_kops_writes_the_policy_where_it_mounts_it(version: str, role: str) -> None:
    found = written(of("kops", version))
    spec = yaml.safe_load(found["host/kops.yaml"])["spec"]
    assert {KOPS[name]: value for name, value in flags(of("kops", version).values).items()} == {
        key: str(value) for key, value in spec["kubeAPIServer"].items()
    }
    (asset,) = spec["fileAssets"]
    assert (spec["kubeAPIServer"]["auditPolicyFile"], [role]) == (asset["path"], asset["roles"])
    assert found["host/audit-policy.yaml"] == asset["content"]


def test_kubespray_has_one_path_for_the_log_inside_and_outside() -> None:
    loaded = of("kubespray", "1.36")
    variables = host("kubespray", "1.36", "kubespray.yaml")
    assert variables["audit_log_hostpath"] == variables["audit_log_path"].rpartition("/")[0]
    text = f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{variables['audit_policy_custom_rules']}"
    whole = policy(written(loaded)["host/audit-policy.yaml"])
    assert [rule.level for rule in whole.rules] == [rule.level for rule in policy(text).rules]
    set_by_flag = {name: value for name, value in flags(loaded.values).items() if "truncate" in name}
    assert set_by_flag == variables["kube_kubeadm_apiserver_extra_args"]


def test_a_talos_patch_has_the_policy_as_data() -> None:
    patch = host("talos", "1.36", "talos.yaml")
    text = written(of("talos", "1.36"))["host/audit-policy.yaml"]
    assert yaml.safe_load(text) == patch["cluster"]["apiServer"]["auditPolicy"]
    first, second = host("talos", "1.37", "talos.yaml")
    assert ("KubeAuditPolicyConfig", "KubeAPIServerConfig") == (first["kind"], second["kind"])
    assert patch["cluster"]["apiServer"]["extraArgs"] == second["extraArgs"]
    assert {"audit-log-path", "audit-policy-file"} == set(flags(of("talos", "1.37").values)) - set(second["extraArgs"])


def test_a_talos_pod_does_not_ask_what_a_host_path_is() -> None:
    """Its kubelet runs in a container and would find nothing there."""
    found = {
        name: "type: Directory" in render(of(name, "1.36"))["kubernetes/60-daemonset.yaml"] for name in ("talos", "k3s")
    }
    assert found == {"talos": False, "k3s": True}


def test_minikube_audits_to_standard_output() -> None:
    loaded = load([VALUES / "minikube.yaml"])
    steps = written(loaded)["host/README.md"]
    assert "--extra-config=apiserver.audit-log-path=- " in steps
    assert "maxage" not in steps
    assert (None, ["/var/log/containers", "/var/log/pods"]) == (log_file(loaded.values), log_directories(loaded.values))


def test_minikube_once_took_the_names_of_go_fields() -> None:
    loaded = of("minikube", "1.7")
    steps = written(loaded)["host/README.md"]
    assert "--feature-gates=AdvancedAuditing=true " in steps
    assert f"--extra-config=apiserver.Audit.LogOptions.Path={log_path(loaded.values)} " in steps
    assert "--extra-config=apiserver.Audit.PolicyFile=/etc/kubernetes/addons/audit-policy.yaml " in steps


@pytest.mark.parametrize("name", ["kubeadm", "kind", "minikube"])
def test_the_steps_name_every_flag(name: str) -> None:
    loaded = of(name, "1.36")
    steps = written(loaded)["host/README.md"]
    assert [flag for flag, value in flags(loaded.values).items() if f"{flag}={value}" not in steps] == []


def test_the_bridge_leaves_out_a_stage_that_the_policy_of_1_7_cannot() -> None:
    found = {
        version: yaml.safe_load(render(of("kubeadm", version))["bridge.yaml"]).get("filter")
        for version in ("1.7", "1.8")
    }
    assert found == {"1.7": {"omit_stages": ["RequestReceived"]}, "1.8": None}


@pytest.mark.parametrize(("version", "there"), [("1.7", True), ("1.24", True), ("1.25", False)])
def test_pod_security_policies_end_with_1_24(version: str, there: bool) -> None:
    manifests = render(of("kubeadm", version))
    assert there == ("kubernetes/13-podsecuritypolicy.yaml" in manifests)
    if there:
        found = [*yaml.safe_load_all(manifests["kubernetes/13-podsecuritypolicy.yaml"])]
        assert ["PodSecurityPolicy"] * 2 + ["Role", "RoleBinding"] * 2 == [one["kind"] for one in found]
        paths = found[0]["spec"].get("allowedHostPaths")
        wanted = [
            {"pathPrefix": "/var/log/kubernetes/audit", "readOnly": True},
            {"pathPrefix": "/var/lib/kube-audit-agent"},
        ]
        assert paths == (None if version == "1.7" else wanted)


@pytest.mark.parametrize("version", ["1.7", "1.8", "1.10", "1.13", "1.18"])
def test_no_field_is_left_that_the_release_does_not_know(version: str) -> None:
    """The templates use newer ones; what an old API server would not know is gone or said otherwise."""
    text = "".join(text for path, text in render(of("kubeadm", version)).items() if path.startswith("kubernetes/"))
    newer = {
        "1.19": ("seccompProfile:",),
        "1.18": ("startupProbe:", "topologySpreadConstraints:"),
        "1.14": ("runAsGroup:",),
        "1.13": ("enableServiceLinks:",),
        "1.10": ("sizeLimit:",),
        "1.9": ("apps/v1\n",),
        "1.8": ("policyTypes:", "egress:", "allowPrivilegeEscalation:", "rbac.authorization.k8s.io/v1\n"),
    }
    minor = int(version.split(".")[1])
    left = [
        field
        for first, fields in newer.items()
        if minor < int(first.split(".")[1])
        for field in fields
        if field in text
    ]
    assert left == []
