"""Files for control-plane machines."""

from pathlib import Path

import pytest
import yaml

from audit.policy import Policy, Rule
from audit.policy_reading import Reading, read
from audit.presets import PRESETS, preset
from generator.host import flags
from generator.load import load
from generator.render import render
from generator.values import Values

VALUES = Path(__file__).parent.parent.parent / "values"


def policy(text: str, version: str = "1.36") -> Policy:
    """Read a policy that no API server of the release warns about."""
    reading = read(text, "policy", version)
    assert reading == Reading(reading.policy)
    return reading.policy


def rendered(*settings: str) -> dict[str, str]:
    return render(load([VALUES / "default.yaml"], settings))


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


@pytest.mark.parametrize(("version", "listed"), [("1.21", False), ("1.30", False), ("1.31", True)])
def test_kubeadms_arguments_have_the_shape_of_its_release(version: str, listed: bool) -> None:
    config = yaml.safe_load(rendered(f"cluster.version='{version}'")["host/kubeadm.yaml"])
    arguments = config["apiServer"]["extraArgs"]
    assert isinstance(arguments, list) == listed
    assert flags(Values()) == ({one["name"]: one["value"] for one in arguments} if listed else arguments)


def test_kubeadm_mounts_what_the_flags_name() -> None:
    config = yaml.safe_load(rendered("audit.log.path=/srv/audit/log/kube.log")["host/kubeadm.yaml"])
    mounts = {one["mountPath"]: (one["pathType"], one["readOnly"]) for one in config["apiServer"]["extraVolumes"]}
    assert mounts == {
        "/etc/kubernetes/audit-policy.yaml": ("File", True),
        "/srv/audit/log": ("DirectoryOrCreate", False),
    }


def test_minikube_audits_to_standard_output() -> None:
    files = render(load([VALUES / "minikube.yaml"]))
    assert "--extra-config=apiserver.audit-log-path=- " in files["host/README.md"]
    assert "maxage" not in files["host/README.md"]
    assert sorted(path for path in files if path.startswith("host/")) == ["host/README.md", "host/audit-policy.yaml"]


@pytest.mark.parametrize("environment", ["default", "minikube"])
def test_the_steps_name_every_flag(environment: str) -> None:
    inputs = load([VALUES / f"{environment}.yaml"])
    steps = render(inputs)["host/README.md"]
    assert [name for name, value in flags(inputs.values).items() if f"{name}={value}" not in steps] == []
