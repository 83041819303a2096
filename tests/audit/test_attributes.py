"""URLs and events to what a policy asks about, case by case after the API server's own."""

from typing import Any

import msgspec
import pytest

from audit.attributes import Attributes, Recorded, from_event, from_request, selected_name
from tests.support.events import sample_lines

USER = {"username": "u", "groups": ["g"]}


def request(verb: str, resource: str, group: str = "", namespace: str = "", name: str = "") -> tuple[str, ...]:
    kind, _, subresource = resource.partition("/")
    return verb, group, kind, subresource, namespace, name


@pytest.mark.parametrize(
    ("method", "uri", "expected"),
    [
        ("GET", "/api/v1/pods", request("list", "pods")),
        ("GET", "/api/v1/namespaces", request("list", "namespaces")),
        ("GET", "/api/v1/namespaces/a", request("get", "namespaces", "", "a", "a")),
        ("PUT", "/api/v1/namespaces/a/finalize", request("update", "namespaces/finalize", "", "a", "a")),
        ("POST", "/api/v1/namespaces/a/pods", request("create", "pods", "", "a")),
        ("HEAD", "/api/v1/namespaces/a/pods/b", request("get", "pods", "", "a", "b")),
        ("GET", "/api/v1/namespaces/a/pods/b/exec?command=ls", request("get", "pods/exec", "", "a", "b")),
        ("GET", "/api/v1/namespaces/a/services/b/proxy/c/d", request("get", "services/proxy", "", "a", "b")),
        ("PATCH", "/apis/apps/v1/deployments/a", request("patch", "deployments", "apps", "", "a")),
        ("DELETE", "/apis/apps/v1/deployments", request("deletecollection", "deployments", "apps")),
        ("DELETE", "/api/v1/nodes/a/", request("delete", "nodes", "", "", "a")),
        ("GET", "/api/v1/pods?watch=true", request("watch", "pods")),
        ("GET", "/api/v1/pods?watch", request("watch", "pods")),
        ("GET", "/api/v1/pods?watch=False", request("list", "pods")),
        ("GET", "/api/v1/watch/pods", request("watch", "pods")),
        ("GET", "/api/v1/watch/namespaces/a/pods/b", request("watch", "pods", "", "a", "b")),
        ("GET", "/api/v1/proxy/nodes/a/b", request("proxy", "nodes", "", "", "a")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name%3Da", request("list", "pods", "", "", "a")),
        ("OPTIONS", "/api/v1/pods", request("", "pods")),
        ("GET", "/api/v1/pods/a%2Fb", request("get", "pods/b", "", "", "a")),
    ],
)
def test_a_resource_request(method: str, uri: str, expected: tuple[str, ...]) -> None:
    found = from_request(method, uri, "u", ("g",))
    where = (found.api_group, found.resource, found.subresource, found.namespace, found.name)
    assert (*expected, "u", ("g",), True) == (found.verb, *where, found.user, found.groups, found.is_resource)


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v1/", "/apis/apps/v1", "/healthz", "/openapi/v2", "/a/b/c/d"]
)
def test_a_path_that_is_no_resource(path: str) -> None:
    assert Attributes("get", path=path) == from_request("GET", f"{path}?a=b")


@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ("metadata.name=a", "a"),
        ("metadata.name==a", "a"),
        ("spec.nodeName=n,metadata.name=a", "a"),
        ("metadata.name!=a", ""),
        ("metadata.name=a/b", ""),
        ("metadata.name=..", ""),
        ("metadata.namespace=a", ""),
        ("", ""),
    ],
)
def test_the_name_that_a_selector_asks_for(selector: str, name: str) -> None:
    assert name == selected_name(f"/api/v1/pods?fieldSelector={selector}&limit=1")


def event(**keys: Any) -> Attributes:
    return from_event(msgspec.convert(keys, Recorded))


def test_an_event_has_the_attributes_of_its_request() -> None:
    uri = "/apis/apps/v1/namespaces/a/deployments/b/scale?timeout=1s"
    assert from_request("PUT", uri, "u", ("g",)) == event(verb="update", requestURI=uri, user=USER)
    assert from_request("GET", "/healthz?verbose") == event(verb="get", requestURI="/healthz?verbose", user={})


def test_a_name_that_comes_from_the_body_is_none() -> None:
    """The policy is asked before the body is read: `objectRef.name` of a create is of no use to it."""
    ref = {"resource": "pods", "namespace": "a", "name": "from-the-body"}
    uri = "/api/v1/namespaces/a/pods"
    assert from_request("POST", uri, "u", ("g",)) == event(verb="create", requestURI=uri, user=USER, objectRef=ref)


def test_a_watch_for_one_object_has_its_name() -> None:
    uri = "/api/v1/secrets?fieldSelector=metadata.name%3Da&watch=true"
    assert from_request("GET", uri, "u", ("g",)) == event(verb="watch", requestURI=uri, user=USER)


def test_a_watch_by_its_path_has_no_name() -> None:
    uri = "/api/v1/watch/secrets?fieldSelector=metadata.name%3Da"
    assert from_request("GET", uri, "u", ("g",)) == event(verb="watch", requestURI=uri, user=USER)
    assert "" == event(verb="watch", requestURI=uri).name


def test_the_url_of_a_real_event_says_what_its_reference_says() -> None:
    """All but the name of what is created, and of what a list selects."""
    for line in sample_lines():
        recorded = msgspec.json.decode(line, type=Recorded)
        found, ref = from_event(recorded), recorded.object_ref
        assert found.is_resource == (ref is not None)
        if ref:
            name = found.name if recorded.verb == "create" and not ref.subresource else ref.name
            expected = (ref.api_group, ref.resource, ref.subresource, ref.namespace, name)
            assert expected == (found.api_group, found.resource, found.subresource, found.namespace, found.name)


def test_an_event_without_a_url_has_what_its_reference_says() -> None:
    ref = {"resource": "deployments", "namespace": "a", "name": "b", "apiVersion": "apps/v1beta1"}
    expected = Attributes("get", "u", ("g",), True, "apps", "deployments", "", "a", "b")
    assert expected == event(verb="get", user=USER, objectRef=ref)
    assert "" == event(verb="create", user=USER, objectRef=ref).name
    assert Attributes("get") == event(verb="get")
