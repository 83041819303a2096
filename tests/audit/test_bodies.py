"""Bodies as they are shipped, most of them without being decoded."""

from typing import Any

import orjson
import pytest
from hypothesis import given

from audit.bodies import Bodies, Form, about
from audit.cleaning import CONFIG_MAP, SECRET, TOKEN, UNKNOWN, Rules
from audit.credentials import Credentials
from audit.event import from_record
from audit.settings import Redact
from tests.support.events import JSON, event, sample_lines

RULES = Rules(Credentials(Redact().names, Redact().keep_names))
POD = b'{"kind":"Pod","metadata":{"name":"a"},"spec":{"hostNetwork":true}}'
MANAGED = b'{"kind":"Pod","metadata":{"name":"a","managedFields":[{}]}}'


def ref(resource: str, subresource: str = "") -> dict[str, str]:
    return {"resource": resource, "subresource": subresource}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"objectRef": ref("pods"), "requestURI": "/api/v1/pods"}, 0),
        ({"objectRef": ref("secrets"), "requestURI": ""}, SECRET),
        ({"objectRef": ref("configmaps"), "requestURI": ""}, CONFIG_MAP),
        ({"objectRef": ref("tokenreviews"), "requestURI": ""}, TOKEN),
        ({"objectRef": ref("serviceaccounts", "token"), "requestURI": ""}, TOKEN),
        ({"objectRef": ref("serviceaccounts"), "requestURI": ""}, 0),
        ({"objectRef": None, "requestURI": "/api"}, UNKNOWN),
        ({"objectRef": None, "requestURI": "/api/v1/secrets?limit=5"}, UNKNOWN | SECRET),
        ({"objectRef": ref("pods"), "requestURI": "/api/v1/namespaces/shop/secrets/db"}, SECRET),
        ({"objectRef": ref("pods"), "requestURI": "/apis/x.io/v1/watch/namespaces/shop/configmaps"}, CONFIG_MAP),
        ({"objectRef": ref("pods"), "requestURI": "/api/v1/namespaces/shop/serviceaccounts/a/token"}, TOKEN),
        ({"objectRef": ref("pods"), "requestURI": "/api/v1/namespaces/secrets/pods/token"}, 0),
        ({"objectRef": ref("pods"), "requestURI": "/api/v1/namespaces/shop/pods/secrets"}, 0),
    ],
)
def test_what_an_event_is_about_its_object_and_its_uri_say(changes: dict[str, Any], expected: int) -> None:
    assert expected == about(from_record(event(**changes)))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", orjson.dumps(POD.decode())),
        ("flatten", b'["kind=Pod","metadata.name=a","spec.hostNetwork=true"]'),
        ("keep", POD),
        ("drop", None),
    ],
)
def test_the_forms_of_a_body(form: Form, expected: bytes | None) -> None:
    assert (expected, ["dropped"] if form == "drop" else []) == tuple(
        list(part) if isinstance(part, tuple) else part for part in Bodies(RULES, form).shipped(POD, 0)
    )
    assert expected == Bodies(RULES, form).read(POD, 0)[0]


@pytest.mark.parametrize("form", ["text", "flatten", "keep"])
def test_managed_fields_are_cut_and_it_is_said(form: Form) -> None:
    body, done = Bodies(RULES, form).shipped(MANAGED, 0)
    assert b"managedFields" not in (body or b"")
    assert ["managedFields"] == list(done)


@pytest.mark.parametrize("form", ["text", "keep"])
@pytest.mark.parametrize(
    "raw", [b"{", b"", b"[" * 5_000, b'{"token":1e999}', b'"token":', b'{"a":' * 300 + b"1" + b"}" * 300]
)
def test_what_cannot_be_read_is_left_out(raw: bytes, form: Form) -> None:
    assert (None, ["unreadable"]) == Bodies(RULES, form).read(raw, 0)


def test_no_body_stays_none() -> None:
    assert (b"null", ()) == Bodies(RULES, "text").shipped(b"null", SECRET)


@given(JSON)
def test_what_is_not_decoded_is_what_would_have_been_left(value: Any) -> None:
    """The look at the bytes and the walk through the values agree."""
    for form in ("text", "flatten", "keep"):
        bodies = Bodies(RULES, form)
        raw = orjson.dumps(value)
        if value is not None:
            assert bodies.read(raw, 0)[0] == bodies.shipped(raw, 0)[0]


def test_on_a_real_log_the_look_and_the_walk_agree() -> None:
    bodies = Bodies(RULES, "keep")
    for line in sample_lines()[::3]:
        original = orjson.loads(line)
        topic = about(from_record(original))
        for raw in (orjson.dumps(original[key]) for key in ("requestObject", "responseObject") if key in original):
            quick, walked = bodies.shipped(raw, topic), bodies.read(raw, topic)
            assert (orjson.loads(walked[0] or b""), list(walked[1])) == (orjson.loads(quick[0] or b""), list(quick[1]))
