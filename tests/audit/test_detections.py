import pytest

from audit.detections import DETECTIONS, Detection
from audit.event import from_record
from audit.facts import facts

BY_ID = {detection.id: detection for detection in DETECTIONS}


def hits(user: str, verb: str, resource: str, code: int, **more: object) -> list[str]:
    """Return the ids of the detections that an event matches; `resource` is RESOURCE.GROUP/SUBRESOURCE."""
    plural, _, below = resource.partition("/")
    plural, _, group = plural.partition(".")
    ref = {
        "resource": plural,
        "apiGroup": group,
        "subresource": below,
        "namespace": "shop",
        "name": more.pop("name", "x"),
    }
    event = from_record(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "stage": "ResponseComplete",
            "verb": verb,
            "requestURI": "/",
            "user": {"username": user} if user else {},
            "objectRef": ref,
            "responseStatus": {"code": code},
            **more,
        }
    )
    return [detection.id for detection in DETECTIONS if detection.matches(event, facts(event))]


@pytest.mark.parametrize("verb", ["get", "list", "watch"])
def test_a_secret_that_is_viewed(verb: str) -> None:
    assert hits("carol", verb, "secrets", 200) == ["secret-viewed"]


def test_the_control_plane_reads_secrets_all_day() -> None:
    assert hits("system:kube-controller-manager", "list", "secrets", 200) == []


def test_a_failed_login_has_no_user() -> None:
    assert hits("", "list", "secrets", 401) == ["failed-login"]


@pytest.mark.parametrize("user", ["bob", "system:serviceaccount:a:b", "system:anonymous"])
def test_a_refusal(user: str) -> None:
    assert hits(user, "get", "secrets", 403) == ["access-denied"]


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete", "deletecollection"])
def test_a_secret_that_is_edited_by_any_verb(verb: str) -> None:
    assert hits("system:node:a", verb, "secrets", 200) == ["secret-edited"]


@pytest.mark.parametrize("verb", ["create", "get"])
@pytest.mark.parametrize("below", ["exec", "attach"])
def test_a_shell_over_spdy_and_over_websocket(verb: str, below: str) -> None:
    assert hits("system:node:a", verb, f"pods/{below}", 101) == ["exec"]


def test_jenkins() -> None:
    assert hits("system:serviceaccount:ci:jenkins", "patch", "configmaps", 200) == ["ci-identity"]


def test_somebody_who_impersonates_jenkins_is_not_jenkins() -> None:
    impersonated = {"username": "system:serviceaccount:ci:jenkins"}
    assert hits("carol", "patch", "configmaps", 200, impersonatedUser=impersonated) == []


def test_names() -> None:
    assert hits("system:serviceaccount:a:b", "update", "configmaps", 200, name="coredns") == ["dns-changed"]
    assert hits("system:serviceaccount:a:b", "update", "configmaps", 200, name="other") == []


def test_groups_are_told_apart() -> None:
    assert hits("carol", "delete", "deployments.apps", 200) == ["human-change", "deployment-changed"]
    assert hits("carol", "delete", "deployments.example.com", 200) == ["human-change"]


@pytest.mark.parametrize("detection", DETECTIONS, ids=lambda detection: detection.id)
def test_every_detection_has_probes(detection: Detection) -> None:
    assert [] != list(detection.probes())


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(DETECTIONS)


def test_probes_of_a_failed_login() -> None:
    """It has no user, and no stage but one."""
    probes = list(BY_ID["failed-login"].probes())
    assert {("", (), ("ResponseStarted",))} == {(probe.user, probe.groups, probe.stages) for probe in probes}


def test_probes_of_an_exec() -> None:
    """Each way in is probed, and the stage at which it begins is enough."""
    probes = list(BY_ID["exec"].probes())
    assert {(verb, below) for verb in ("create", "get") for below in ("exec", "attach")} == {
        (probe.verb, probe.subresource) for probe in probes
    }
    assert {("ResponseStarted", "ResponseComplete")} == {probe.stages for probe in probes}


def test_a_list_has_no_name() -> None:
    named = {(probe.verb, probe.name) for probe in BY_ID["secret-viewed"].probes()}
    assert {("get", "some-name"), ("list", ""), ("watch", "")} == named


def test_a_probe_in_words() -> None:
    words = [str(probe) for name in ("rbac-changed", "failed-login", "exec") for probe in BY_ID[name].probes()]
    assert "create clusterroles.rbac.authorization.k8s.io by jane" in words
    assert "get pods by nobody (401)" in words
    assert "get pods/attach by jane" in words
