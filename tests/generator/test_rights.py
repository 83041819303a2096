"""Rights in namespaces, and those that are not given lightly."""

import pytest

from generator import rights
from generator.rights import DEPLOYER, RightsError, Subject

JANE = Subject("jane@example.com", "jane-1")
JENKINS = Subject("jenkins", "jenkins", "ci")


def test_a_user_gets_a_role_and_its_binding_in_each_namespace() -> None:
    found = rights.manifests(JANE, ["a", "b"], ["get,list:pods,pods/log,deployments.apps/scale"], "")
    assert [("Role", "a"), ("RoleBinding", "a"), ("Role", "b"), ("RoleBinding", "b")] == [
        (one["kind"], one["metadata"]["namespace"]) for one in found
    ]
    assert [
        {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]},
        {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "list"]},
    ] == found[0]["rules"]
    user = {"kind": "User", "name": "jane@example.com", "apiGroup": "rbac.authorization.k8s.io"}
    assert ("jane-1", [user]) == (found[1]["roleRef"]["name"], found[1]["subjects"])


def test_a_service_account_stands_before_its_rights() -> None:
    found = rights.manifests(JENKINS, ["prod"], DEPLOYER, "")
    assert ["ServiceAccount", "Role", "RoleBinding"] == [one["kind"] for one in found]
    assert {"name": "jenkins", "namespace": "ci"} == found[0]["metadata"]
    assert [{"kind": "ServiceAccount", "name": "jenkins", "namespace": "ci"}] == found[2]["subjects"]


def test_without_rights_there_is_no_role() -> None:
    assert ["ServiceAccount"] == [one["kind"] for one in rights.manifests(JENKINS, [], [], "")]


def test_what_an_audit_log_calls_them() -> None:
    assert ["jane@example.com", "system:serviceaccount:ci:jenkins"] == [JANE.username, JENKINS.username]


@pytest.mark.parametrize(
    ("allowed", "named"),
    [
        ("*:pods", "*"),
        ("get:*", "*"),
        ("get:*.apps", "*"),
        ("create:pods/*", "pods/*"),
        ("get:secrets", "secrets"),
        ("create:pods/exec", "pods/exec"),
        ("create:serviceaccounts/token", "serviceaccounts/token"),
        ("create:rolebindings.rbac.authorization.k8s.io", "rolebindings"),
        ("impersonate:users", "impersonate"),
        ("escalate:clusterroles.rbac.authorization.k8s.io", "escalate"),
    ],
)
def test_grave_rights_need_a_reason(allowed: str, named: str) -> None:
    with pytest.raises(RightsError) as refused:
        rights.manifests(JANE, ["a"], [allowed], "")
    assert str(refused.value).startswith(f"--allow: expected rights that do little harm, got {named!r}: ")
    assert rights.manifests(JANE, ["a"], [allowed], "it was agreed")


def test_a_form_that_cannot_be_read() -> None:
    with pytest.raises(RightsError) as refused:
        rights.manifests(JANE, ["a"], ["pods", "get:"], "")
    want = "--allow: expected VERBS:RESOURCES, such as get,list:pods,deployments.apps, got"
    assert [f"{want} 'pods'", f"{want} 'get:'"] == str(refused.value).splitlines()
