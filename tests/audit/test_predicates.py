"""Predicates are three-valued: what is not known yet decides nothing."""

import pytest

from audit.predicates import NEVER, Among, Every, Not, Predicate, Present, Some, demanded, fields, left_of, possible
from audit.rule_fields import KEY, Field, field
from tests.support.events import event
from tests.support.rules import matches, subject


def among(name: str, *texts: str) -> Among:
    found = field(name)
    assert found is not None
    return Among(found, frozenset(texts))


GET, PUT = among("verb", "get"), among("verb", "put")
DEEP = among("user.groups", "system:authenticated")
UNKNOWN = subject(event(), KEY)


@pytest.mark.parametrize(
    ("predicate", "wanted"),
    [
        (GET, True),
        (PUT, False),
        (DEEP, None),
        (Every((GET, DEEP)), None),
        (Every((DEEP, PUT)), False),
        (Some((GET, DEEP)), True),
        (Some((DEEP, PUT)), None),
        (Not(DEEP), None),
        (Not(PUT), True),
        (NEVER, False),
    ],
)
def test_what_is_known_of_the_key_alone(predicate: Predicate, wanted: bool | None) -> None:
    assert predicate.holds(UNKNOWN) is wanted


@pytest.mark.parametrize("predicate", [GET, DEEP, Every((GET, DEEP)), Some((DEEP, PUT)), Not(PUT), Not(Not(DEEP))])
def test_a_whole_event_decides_everything(predicate: Predicate) -> None:
    assert predicate.holds(subject(event())) is True


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        ("{verb: GET}", True),
        ("{responseStatus.code: 200}", True),
        ("{responseStatus.code: '200'}", True),
        ("{responseStatus.code|gte: 200, responseStatus.code|lt: 201}", True),
        ("{responseStatus.code|gt: 200}", False),
        ("{responseStatus.code|lte: 199}", False),
        ("{userAgent|startswith: KUBECTL/}", True),
        ("{userAgent|cased: Kubectl/v1.30.1}", False),
        ("{userAgent: 'kubectl/v?.30.*'}", True),
        ("{userAgent|re: 'v1\\.\\d+'}", True),
        ("{userAgent|re: '^v1'}", False),
        ("{sourceIPs|cidr: 203.0.113.0/24}", True),
        ("{sourceIPs|cidr: 192.0.2.0/24}", False),
        ("{objectRef.subresource: null}", True),
        ("{objectRef.name|exists: true}", True),
        ("{objectRef.name|exists: false}", False),
        ("{objectRef.name: '*'}", True),
        ("{objectRef.name: ''}", False),
        ("{audit.actor|fieldref: user.username}", True),
        ("{audit.actor|fieldref: objectRef.name}", False),
        ("{requestURI|contains|all: [SHOP, secrets]}", True),
        ("{requestURI|contains|all: [shop, pods]}", False),
        ("{requestURI|contains: [pods, secrets]}", True),
        ("{verb: [put, get], objectRef.resource: secrets}", True),
        ("[{verb: put}, {verb: get}]", True),
    ],
)
def test_what_sigma_says_of_values(selection: str, wanted: bool) -> None:
    assert matches(selection, event()) is wanted


def test_what_is_left_to_ask() -> None:
    """Only what is unknown."""
    assert DEEP == left_of(Every((GET, Some((PUT, DEEP)))), UNKNOWN)
    assert Not(DEEP) == left_of(Every((GET, Not(Every((GET, DEEP))))), UNKNOWN)
    assert Some((DEEP, Not(DEEP))) == left_of(Some((DEEP, PUT, Not(DEEP))), UNKNOWN)


def test_what_a_field_must_be() -> None:
    assert frozenset({"get"}) == demanded(Every((DEEP, GET)), "verb")
    assert frozenset({"get", "put"}) == demanded(Some((GET, Every((PUT, DEEP)))), "verb")
    assert demanded(Some((GET, DEEP)), "verb") is None
    assert demanded(Not(GET), "verb") is None


def test_what_can_hold() -> None:
    assert [True, False, False, True] == [
        possible(one) for one in (Some((NEVER, GET)), Every((GET, NEVER)), NEVER, Not(NEVER))
    ]


def test_a_predicate_names_its_fields() -> None:
    present = Present(Field("x", lambda _: (), 0))
    assert ["verb", "user.groups", "x"] == [one.name for one in fields(Every((GET, Some((DEEP, Not(present))))))]
