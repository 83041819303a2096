"""Events as a policy would have written them."""

import json
from typing import Any

import msgspec
import pytest

from audit.event import MALFORMED
from audit.filtering import PolicyFilter, cut, with_stages
from audit.policy import GroupResources, Policy, Rule

MANAGED = '{"name":"a","managedFields":[{"manager":"kubectl"}]}'


def event(**keys: Any) -> bytes:
    whole = {
        "kind": "Event",
        "level": "RequestResponse",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/a/pods",
        "verb": "create",
        "user": {"username": "u", "groups": ["g"]},
        "objectRef": {"resource": "pods", "namespace": "a", "name": "from-the-body"},
        "requestObject": {"kind": "Pod"},
        "responseObject": {"kind": "Pod"},
        **keys,
    }
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("level", "own", "expected", "bodies"),
    [
        ("RequestResponse", "RequestResponse", "RequestResponse", {"requestObject", "responseObject"}),
        ("Request", "RequestResponse", "Request", {"requestObject"}),
        ("Metadata", "RequestResponse", "Metadata", set()),
        ("RequestResponse", "Metadata", "Metadata", set()),
        ("Metadata", "Request", "Metadata", set()),
    ],
)
def test_a_level_takes_its_bodies_away(level: str, own: str, expected: str, bodies: set[str]) -> None:
    """An event that is at a lower level has no more to give, and stays at it."""
    found = json.loads(cut(event(level=own), level))
    assert (expected, bodies) == (found["level"], {"requestObject", "responseObject"} & found.keys())


def test_what_stays_has_the_bytes_that_came() -> None:
    line = b'{"level":"RequestResponse","a":1e3,"b":1.0,"c":"\\u00e9","requestObject":{"x":12345678901234567890123}}'
    assert line.replace(b"RequestResponse", b"Request") == cut(line, "Request")
    assert line == cut(line, "RequestResponse", omit_managed_fields=True)


def test_an_event_without_a_level_loses_bodies_only() -> None:
    assert b'{"verb":"get"}' == cut(b'{"verb":"get","requestObject":{}}', "Metadata")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'{{"metadata":{MANAGED},"x":1.0}}', '{"metadata":{"name":"a"},"x":1.0}'),
        (f'{{"items":[{{"metadata":{MANAGED}}},null]}}', '{"items":[{"metadata":{"name":"a"}},null]}'),
        (
            f'{{"rows":[{{"cells":[],"object":{{"metadata":{MANAGED}}}}}]}}',
            '{"rows":[{"cells":[],"object":{"metadata":{"name":"a"}}}]}',
        ),
        ('{"spec":{"managedFields":1}}', '{"spec":{"managedFields":1}}'),
        ('"managedFields"', '"managedFields"'),
        ('{"metadata":"managedFields","items":{}}', '{"metadata":"managedFields","items":{}}'),
    ],
)
def test_managed_fields_are_left_out_where_the_api_server_does(body: str, expected: str) -> None:
    line = '{"level":"RequestResponse","verb":"%s","requestObject":%s,"responseObject":%s}'
    assert (
        line % ("update", expected, expected)
        == cut((line % ("update", body, body)).encode(), "RequestResponse", omit_managed_fields=True).decode()
    )
    assert (
        line % ("patch", body, expected)
        == cut((line % ("patch", body, body)).encode(), "RequestResponse", omit_managed_fields=True).decode()
    )


def test_a_policy_filters_a_log() -> None:
    rules = (
        Rule("None", users=("kubelet",)),
        Rule("Metadata", resources=(GroupResources("", ("pods",), ("from-the-body",)),)),
        Rule("Request", resources=(GroupResources(),), omit_stages=("Panic",)),
    )
    policy = PolicyFilter(Policy(rules, ("RequestReceived",)))
    assert None is policy.line(event(user={"username": "kubelet"}))
    assert None is policy.line(event(stage="RequestReceived"))
    assert None is policy.line(event(stage="Panic"))
    assert None is policy.line(event(requestURI="/healthz", objectRef=None))
    assert {"policy": 2, "stage": 2} == policy.left_out
    assert event(level="Request", responseObject=None) == msgspec_spaced(policy.line(event()))


def test_a_request_that_comes_again_is_decided_alike() -> None:
    policy = PolicyFilter(Policy((Rule("RequestResponse"),)))
    assert [event(), event()] == [policy.line(event()), policy.line(event())]


@pytest.mark.parametrize("line", [b"", b"[]", b'{"verb":1}', b"{"])
def test_what_is_no_event_is_an_error(line: bytes) -> None:
    with pytest.raises(MALFORMED):
        PolicyFilter(Policy((Rule("Metadata"),))).line(line)


def msgspec_spaced(line: bytes | None) -> bytes:
    """Write JSON as json.dumps does."""
    return json.dumps(msgspec.json.decode(line or b"")).encode()


def test_stages_are_omitted_beside_a_policy_or_without_one() -> None:
    policy = Policy((Rule("Metadata"),), ("Panic",))
    assert Policy((Rule("Metadata"),), ("Panic", "RequestReceived")) == with_stages(policy, ["RequestReceived"])
    alone = with_stages(None, ["RequestReceived"])
    assert Policy((Rule("RequestResponse"),), ("RequestReceived",)) == alone
    assert (policy, None) == (with_stages(policy, []), with_stages(None, []))
    assert event() == PolicyFilter(alone or policy).line(event())


def test_an_event_without_a_url_is_decided_by_what_it_refers_to() -> None:
    policy = PolicyFilter(
        Policy((Rule("None", resources=(GroupResources("", ("secrets",)),)), Rule("RequestResponse")))
    )
    secret, pod = event(requestURI="", objectRef={"resource": "secrets"}), event(requestURI="")
    assert [None, pod, None] == [policy.line(secret), policy.line(pod), policy.line(secret)]
