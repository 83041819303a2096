"""The presets: complete, readable by every release that they claim, each for its purpose."""

from pathlib import Path

import pytest
import yaml

from audit import presets
from audit.attributes import Attributes
from audit.deciding import decide
from audit.lint_requests import ANONYMOUS, APISERVER, NOBODY, What, Who, request, someone
from audit.policy_reading import read
from audit.presets import PRESETS, preset

FILES = Path(presets.__file__).parent / "presets"


def test_every_file_has_a_name() -> None:
    assert sorted(PRESETS) == sorted(path.stem for path in FILES.glob("*.yaml"))


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        preset("other")


@pytest.mark.parametrize("name", PRESETS)
def test_the_newest_text_is_the_file(name: str) -> None:
    assert preset(name) == preset(name, "1.37") == (FILES / f"{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("version", "api", "managed"),
    [
        ("1.9", "v1beta1", None),
        ("1.11", "v1beta1", None),
        ("1.12", "v1", None),
        ("1.22", "v1", None),
        ("1.23", "v1", True),
    ],
)
def test_an_older_release_gets_what_it_knows(version: str, api: str, managed: bool | None) -> None:
    found, newest = (yaml.safe_load(text) for text in (preset("recommended", version), preset("recommended")))
    assert (f"audit.k8s.io/{api}", managed) == (found["apiVersion"], found.get("omitManagedFields"))
    assert newest["rules"] == found["rules"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_keeps_failed_logins(name: str) -> None:
    """A 401 has no user and no stage but ResponseStarted; a preset's last rule matches whatever the others did not."""
    policy = yaml.safe_load(preset(name))
    assert ["RequestReceived"] == policy["omitStages"]
    assert {"level": "Metadata"} == policy["rules"][-1]


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_that_drops_names_whom(name: str) -> None:
    dropping = [rule for rule in yaml.safe_load(preset(name))["rules"] if rule["level"] == "None"]
    assert [] == [rule for rule in dropping if not (rule.get("users") or rule.get("userGroups"))]


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_has_its_reason_above_it(name: str) -> None:
    lines = preset(name).splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("  - level:")]
    assert [] == [lines[index] for index in starts if not lines[index - 1].startswith("  #")]


def account(name: str) -> Who:
    return someone(f"system:serviceaccount:{name}")


JANE, KUBELET = someone("jane"), someone("system:node:worker-1")
SCHEDULER, MANAGER = someone("system:kube-scheduler"), someone("system:kube-controller-manager")
PROXY, AUTOSCALER = account("kube-system:kube-proxy"), someone("cluster-autoscaler")
SLICES, NAMESPACES = account("kube-system:endpointslice-controller"), account("kube-system:namespace-controller")
GARBAGE, COREDNS, JENKINS = (
    account("kube-system:generic-garbage-collector"),
    account("kube-system:coredns"),
    account("ci:jenkins"),
)
LEVELS = {"-": "None", "M": "Metadata", "R": "Request", "RR": "RequestResponse"}
PODS, NODES, SECRETS = What("", "pods"), What("", "nodes"), What("", "secrets")
CONFIGMAPS, EVENTS, NEW_EVENTS = What("", "configmaps"), What("", "events"), What("events.k8s.io", "events")
EXEC, LEASES = What("", "pods", "exec"), What("coordination.k8s.io", "leases")
ENDPOINTS, ENDPOINTSLICES = What("", "endpoints"), What("discovery.k8s.io", "endpointslices")
DEPLOYMENTS, ROLES = What("apps", "deployments"), What("rbac.authorization.k8s.io", "roles")
# Who asks what of what, in which namespace; and the level in recommended, cis, gce.
TABLE: list[tuple[Who, str, What, str, str]] = [
    (JANE, "get", SECRETS, "a", "M M M"),
    (JANE, "create", SECRETS, "a", "M M M"),
    (MANAGER, "list", SECRETS, "", "M M M"),
    (KUBELET, "watch", SECRETS, "a", "M M M"),
    (KUBELET, "watch", CONFIGMAPS, "a", "- M M"),
    (JANE, "update", CONFIGMAPS, "a", "M M M"),
    (AUTOSCALER, "update", CONFIGMAPS, "kube-system", "M M -"),
    (JANE, "create", What("", "serviceaccounts", "token"), "a", "M M M"),
    (JANE, "create", What("authentication.k8s.io", "tokenreviews"), "", "M M M"),
    (JANE, "get", EXEC, "a", "M M M"),
    (JENKINS, "create", EXEC, "a", "M M M"),
    (MANAGER, "get", EXEC, "a", "M M M"),
    (JANE, "get", What("", "nodes", "proxy"), "", "M M M"),
    (JANE, "list", PODS, "a", "M M R"),
    (JANE, "get", What("", "pods", "log"), "a", "M M R"),
    (JANE, "create", PODS, "a", "R R RR"),
    (JANE, "delete", PODS, "a", "M R RR"),
    (JANE, "patch", What("", "pods", "ephemeralcontainers"), "a", "R M RR"),
    (KUBELET, "get", PODS, "a", "- M R"),
    (KUBELET, "create", PODS, "a", "R R RR"),
    (KUBELET, "patch", What("", "pods", "status"), "a", "- M R"),
    (JANE, "patch", What("", "pods", "status"), "a", "M M RR"),
    (KUBELET, "get", NODES, "", "- M -"),
    (KUBELET, "create", NODES, "", "M M RR"),
    (KUBELET, "patch", What("", "nodes", "status"), "", "- M R"),
    (SCHEDULER, "create", What("", "pods", "binding"), "a", "- M RR"),
    (JANE, "create", What("", "pods", "binding"), "a", "M M RR"),
    (SCHEDULER, "watch", PODS, "", "- M R"),
    (KUBELET, "update", LEASES, "kube-node-lease", "- - -"),
    (SCHEDULER, "update", LEASES, "kube-system", "- - -"),
    (APISERVER, "update", LEASES, "kube-system", "- - -"),
    (JANE, "delete", LEASES, "kube-system", "M M M"),
    (SLICES, "update", ENDPOINTSLICES, "a", "- - -"),
    (SLICES, "create", ENDPOINTSLICES, "a", "- - -"),
    (PROXY, "watch", ENDPOINTSLICES, "", "- - -"),
    (COREDNS, "watch", ENDPOINTSLICES, "", "- M R"),
    (JANE, "update", ENDPOINTSLICES, "a", "M M RR"),
    (JANE, "update", ENDPOINTS, "a", "M M RR"),
    (PROXY, "watch", What("", "services"), "", "- M -"),
    (PROXY, "watch", PODS, "", "M M R"),
    (KUBELET, "create", EVENTS, "a", "- - -"),
    (SCHEDULER, "create", NEW_EVENTS, "a", "- - -"),
    (APISERVER, "create", EVENTS, "a", "- - -"),
    (JANE, "delete", EVENTS, "a", "M M RR"),
    (JANE, "deletecollection", NEW_EVENTS, "a", "M M M"),
    (ANONYMOUS, "list", EVENTS, "a", "M M R"),
    (NAMESPACES, "deletecollection", DEPLOYMENTS, "a", "M R R"),
    (GARBAGE, "list", ROLES, "", "- M R"),
    (GARBAGE, "delete", PODS, "a", "M R RR"),
    (MANAGER, "list", What("metrics.k8s.io", "pods"), "", "- M -"),
    (APISERVER, "get", What("", "namespaces"), "a", "- M -"),
    (JANE, "update", DEPLOYMENTS, "a", "M R RR"),
    (JANE, "create", ROLES, "a", "R M RR"),
    (JANE, "delete", ROLES, "a", "M M RR"),
    (JANE, "create", What("", "services"), "a", "R M RR"),
    (JANE, "update", What("networking.k8s.io", "ingresses"), "a", "R M RR"),
    (KUBELET, "create", What("authorization.k8s.io", "subjectaccessreviews"), "", "- M RR"),
    (JANE, "create", What("authorization.k8s.io", "selfsubjectaccessreviews"), "", "M M RR"),
    (JANE, "create", What("example.com", "widgets"), "a", "M M M"),
    (NOBODY, "list", PODS, "a", "M M R"),
    (NOBODY, "list", EVENTS, "a", "M M R"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "name"), [(0, "recommended"), (1, "cis"), (2, "gce")])
@pytest.mark.parametrize("version", ["1.9", "1.20", "1.36"])
def test_a_preset_decides_as_it_says(place: int, name: str, version: str) -> None:
    """A level for each who, verb and what: a rule that another masks would show."""
    policy = read(preset(name, version), name, version).policy
    expected = {row[:4]: LEVELS[row[4].split()[place]] for row in TABLE}
    found = {row[:4]: decide(policy, request(*row[:4])).level for row in TABLE}
    assert expected == found
    assert len(TABLE) == len(expected)


@pytest.mark.parametrize("name", ["recommended", "cis", "gce"])
@pytest.mark.parametrize(
    ("who", "path", "level"),
    [
        (ANONYMOUS, "/healthz", "None"),
        (JANE, "/readyz", "None"),
        (APISERVER, "/livez/ping", "None"),
        (NOBODY, "/healthz", "Metadata"),
        (ANONYMOUS, "/api", "Metadata"),
        (NOBODY, "/api", "Metadata"),
        (JANE, "/debug/pprof/", "Metadata"),
    ],
)
def test_a_preset_drops_health_checks_and_keeps_other_paths(name: str, who: Who, path: str, level: str) -> None:
    policy = read(preset(name), name).policy
    assert level == decide(policy, Attributes("get", who.user, who.groups, path=path)).level
