"""Fields are read to the depth that an event is known to."""

import pytest

from audit.rule_fields import ALIASES, KEY, VIEW, WHOLE, domain, field
from tests.support.events import event
from tests.support.rules import subject

POD = event(
    objectRef={"resource": "pods", "namespace": "shop", "apiVersion": "v1"},
    requestObject={
        "spec": {
            "containers": [{"image": "a"}, {"image": "b", "securityContext": {"privileged": True}}],
            "initContainers": [{"image": "c", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}],
            "volumes": [{"name": "x"}, {"hostPath": {"path": "/etc"}}],
        },
        "metadata": {"labels": {"app.kubernetes.io/name": "x"}},
    },
)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("verb", ["get"]),
        ("objectRef.namespace", ["shop"]),
        ("objectRef.subresource", []),
        ("user.username", ["alice"]),
        ("user.groups", ["system:authenticated"]),
        ("impersonatedUser.username", []),
        ("responseStatus.code", [200]),
        ("sourceIPs", ["203.0.113.9", "10.0.0.7"]),
        ("annotations.authorization.k8s.io/decision", ["allow"]),
        ("audit.verdict", ["allowed"]),
        ("audit.actorKind", ["human"]),
        ("requestObject.spec.containers.image", ["a", "b"]),
        ("requestObject.metadata.labels.app.kubernetes.io/name", ["x"]),
        ("container.image", ["a", "b", "c"]),
        ("hostPath", ["/etc"]),
        ("capabilities", ["SYS_ADMIN"]),
        ("apiGroup", []),
        ("auditID", ["0a1b2c3d-0000-4000-8000-000000000001"]),
    ],
)
def test_a_field_of_a_whole_event(name: str, wanted: list[object]) -> None:
    found = field(name)
    assert found is not None
    assert wanted == list(found.read(subject(POD)) or ())


@pytest.mark.parametrize("name", ["hostpath", "requestObject", "spec.containers", "audit.rules", "container2.image"])
def test_what_no_event_has(name: str) -> None:
    assert field(name) is None


@pytest.mark.parametrize(
    ("name", "depth"), [("verb", KEY), ("stage", VIEW), ("sourceIPs", VIEW), ("user.groups", WHOLE)]
)
def test_what_lies_deeper_is_unknown(name: str, depth: int) -> None:
    found = field(name)
    assert found is not None
    assert [depth <= known for known in (KEY, VIEW, WHOLE)] == [
        found.read(subject(POD, known)) is not None for known in (KEY, VIEW, WHOLE)
    ]


def test_a_uri_decides_where_there_is_no_resource_and_in_exec() -> None:
    """Only there is it among what facts are remembered by."""
    uri = field("requestURI")
    assert uri is not None
    assert uri.read(subject(POD, KEY)) is None
    assert ("/healthz",) == uri.read(subject(event(objectRef=None, requestURI="/healthz"), KEY))


def test_bodies_need_their_level() -> None:
    levels = [found.level for name in ("verb", "hostPath", "responseObject.kind") if (found := field(name))]
    assert ["Metadata", "Request", "RequestResponse"] == levels


def test_every_alias_is_a_field() -> None:
    assert [] == [name for name in ALIASES if field(name) is None]


def test_the_group_of_v1alpha1_stands_in_the_version() -> None:
    group = field("objectRef.apiGroup")
    assert group is not None
    old = event(objectRef={"resource": "deployments", "apiVersion": "apps/v1beta1"})
    assert ("apps",) == group.read(subject(old))


def test_domains_hold_what_can_be_met() -> None:
    assert "replace" not in (domain("verb") or ())
    assert domain("user.username") is None
