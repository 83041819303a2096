"""Who, what, on what, with which outcome: the tables that searches and alerts rest on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.event import ObjectRef, from_record
from audit.facts import Facts, action, actor_kind, deciding, facts, namespace_of, target, verdict
from tests.support.events import event

POD_NAME = "authentication.kubernetes.io/pod-name"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("anonymous", ["", "system:anonymous"]),
        ("serviceaccount", ["system:serviceaccount:kube-system:coredns", "system:serviceaccount:jenkins:default"]),
        ("node", ["system:node:worker-1", "system:node:ip-10-0-0-1.eu-central-1.compute.internal"]),
        (
            "cloud",
            [
                "eks:node-manager",
                "eks:cluster-bootstrap",
                "aksService",
                "aksProblemDetector",
                "masterclient",
                "nodeclient",
                "gke-metrics",
                "robot@project.iam.gserviceaccount.com",
            ],
        ),
        (
            "system",
            [
                "system:admin",
                "system:apiserver",
                "system:kube-scheduler",
                "system:unsecured",
                "system:serviceaccount",
                "system:serviceaccount:only-one",
                "system:serviceaccount:a:b:c",
            ],
        ),
        (
            "human",
            [
                "alice",
                "alice@example.com",
                "aksel",
                "akshay@example.com",
                "kubernetes-admin",
                "minikube-user",
                "masterclient2",
                "my-nodeclient",
                "not.gserviceaccount.com.example",
                "SYSTEM:node:x",
                "system",
            ],
        ),
    ],
)
def test_the_kind_of_an_actor(kind: str, names: list[str]) -> None:
    assert dict.fromkeys(names, kind) == {name: actor_kind(name) for name in names}


@pytest.mark.parametrize(
    ("name", "namespace"),
    [("system:serviceaccount:jenkins:default", "jenkins"), ("system:node:worker-1", ""), ("alice", ""), ("", "")],
)
def test_only_a_service_account_has_a_namespace(name: str, namespace: str) -> None:
    assert namespace == namespace_of(name, actor_kind(name))


@pytest.mark.parametrize(
    ("code", "decision", "expected"),
    [
        (None, "", "pending"),
        (None, "allow", "pending"),
        (100, "", "allowed"),
        (101, "allow", "allowed"),
        (200, "allow", "allowed"),
        (201, "", "allowed"),
        (302, "allow", "allowed"),
        (399, "allow", "allowed"),
        (400, "allow", "invalid"),
        (401, "", "denied_authn"),
        (403, "forbid", "denied_authz"),
        (403, "", "denied_authz"),
        (403, "allow", "denied_admission"),
        (404, "allow", "not_found"),
        (409, "allow", "conflict"),
        (422, "allow", "invalid"),
        (429, "allow", "invalid"),
        (499, "allow", "invalid"),
        (500, "allow", "error"),
        (504, "", "error"),
    ],
)
def test_a_verdict_takes_code_and_decision_together(code: int | None, decision: str, expected: str) -> None:
    assert expected == verdict(code, decision)


@given(st.integers(-1_000, 1_000) | st.none(), st.sampled_from(["", "allow", "forbid"]))
def test_no_other_verdict_exists(code: int | None, decision: str) -> None:
    assert verdict(code, decision) in {
        *("pending", "allowed", "denied_authn", "denied_authz", "denied_admission"),
        *("not_found", "conflict", "invalid", "error"),
    }


@pytest.mark.parametrize(
    ("resource", "subresource", "verb", "expected"),
    [
        ("pods", "", "get", "get"),
        ("pods", "exec", "create", "exec"),
        ("pods", "exec", "get", "exec"),
        ("pods", "attach", "get", "attach"),
        ("pods", "portforward", "create", "portforward"),
        ("pods", "log", "get", "logs"),
        ("pods", "eviction", "create", "evict"),
        ("pods", "ephemeralcontainers", "patch", "debug"),
        ("pods", "binding", "create", "bind"),
        ("pods", "proxy", "get", "proxy"),
        ("nodes", "proxy", "create", "proxy"),
        ("services", "proxy", "get", "proxy"),
        ("serviceaccounts", "token", "create", "token"),
        ("pods", "status", "patch", "patch"),
        ("widgets", "exec", "create", "create"),
        ("secrets", "", "deletecollection", "deletecollection"),
    ],
)
def test_an_action_is_the_verb_or_what_people_call_it(
    resource: str, subresource: str, verb: str, expected: str
) -> None:
    assert expected == action(verb, ObjectRef(resource=resource, subresource=subresource))


def test_a_request_without_a_resource_has_its_verb() -> None:
    assert "post" == action("post", None)


@pytest.mark.parametrize(
    ("ref", "uri", "expected"),
    [
        (ObjectRef("secrets", "shop", "db", api_version="v1"), "/x", "secrets/shop/db"),
        (ObjectRef("secrets", "shop", api_version="v1"), "/x", "secrets/shop"),
        (ObjectRef("pods", "shop", "web-0", subresource="exec"), "/x", "pods/exec/shop/web-0"),
        (ObjectRef("nodes", name="worker-1"), "/x", "nodes/worker-1"),
        (ObjectRef("deployments", "shop", "web", "apps", "v1"), "/x", "apps/deployments/shop/web"),
        (ObjectRef("deployments", "shop", "web", "", "apps/v1beta1"), "/x", "apps/deployments/shop/web"),
        (
            ObjectRef("clusterroles", "", "admin", "rbac.authorization.k8s.io", "v1"),
            "",
            "rbac.authorization.k8s.io/clusterroles/admin",
        ),
        (None, "/healthz", "/healthz"),
        (None, "/openid/v1/jwks?access_token=secret", "/openid/v1/jwks"),
        (None, "", ""),
    ],
)
def test_a_target_leaves_out_what_is_empty(ref: ObjectRef | None, uri: str, expected: str) -> None:
    """A path loses its query, where tokens may stand."""
    assert expected == target(ref, uri)


def found(**changes: Any) -> Facts:
    return facts(from_record(event(**changes)))


def test_all_facts_of_an_event() -> None:
    assert (
        Facts(
            actor="alice",
            actor_kind="human",
            actor_namespace="",
            actor_pod="",
            authenticated_as="",
            action="get",
            target="secrets/shop/db",
            verdict="allowed",
            decision="allow",
            reason="RBAC: allowed",
            source_ip="10.0.0.7",
            source_class="private",
            client="kubectl/v1.30.1",
            command=(),
        )
        == found()
    )


def test_the_actor_is_whom_the_request_ran_as() -> None:
    impersonated = found(impersonatedUser={"username": "system:serviceaccount:jenkins:default"})
    assert ("system:serviceaccount:jenkins:default", "serviceaccount", "jenkins", "alice") == (
        impersonated.actor,
        impersonated.actor_kind,
        impersonated.actor_namespace,
        impersonated.authenticated_as,
    )


def test_only_the_last_source_address_is_not_the_clients_word() -> None:
    assert ["10.0.0.7", "::1", "", ""] == [
        found(sourceIPs=addresses).source_ip for addresses in (["1.2.3.4", "10.0.0.7"], ["::1"], [], None)
    ]


def test_a_failed_login_is_anonymous_and_denied() -> None:
    """A 401 has no user and no annotations, and comes at ResponseStarted only."""
    refused = found(stage="ResponseStarted", user={}, annotations=None, responseStatus={"code": 401})
    assert ("", "anonymous", "denied_authn", "", "") == (
        refused.actor,
        refused.actor_kind,
        refused.verdict,
        refused.decision,
        refused.reason,
    )


def test_a_request_without_an_answer_is_pending() -> None:
    assert "pending" == found(stage="RequestReceived", responseStatus=None).verdict


def test_an_event_without_a_user_at_all_says_nothing_of_an_actor() -> None:
    """Such is the second line of the oldest legacy text; a failed login has a user, an empty one."""
    assert ("", "") == (found(user=None).actor, found(user=None).actor_kind)


def test_the_pod_is_that_of_the_one_who_acts() -> None:
    in_a_pod = {"username": "system:serviceaccount:ci:jenkins", "extra": {POD_NAME: ["jenkins-0"], "other": ["x"]}}
    assert "jenkins-0" == found(user=in_a_pod).actor_pod
    assert "" == found(user=in_a_pod, impersonatedUser={"username": "bob"}).actor_pod
    assert "" == found(user={"username": "bob", "extra": {POD_NAME: []}}).actor_pod


def test_the_command_of_an_exec_is_read_from_the_uri() -> None:
    """Whatever the verb, and at every level; of a resource that is only called so, nothing is executed."""
    uri = "/api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=echo+%24HOME%3B+ls&container=web"
    ref = {"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "web-0"}
    assert ("sh", "-c", "echo $HOME; ls") == found(requestURI=uri, objectRef=ref, verb="get").command
    assert () == found(requestURI=uri, objectRef={**ref, "resource": "widgets"}).command
    assert () == found(requestURI=uri, objectRef={**ref, "subresource": "attach"}).command


def test_what_decides_is_all_that_the_facts_use() -> None:
    """Two execs in one pod differ in their URIs alone."""
    uri = "/api/v1/namespaces/shop/pods/web-0/exec?command="
    ref = {"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "web-0"}
    one, other = (from_record(event(requestURI=uri + word, objectRef=ref)) for word in ("ls", "id"))
    assert deciding(one, "") != deciding(other, "")
