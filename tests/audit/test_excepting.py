"""Exceptions take events out of rules, and nothing else."""

from functools import partial
from typing import Any

import pytest

from audit.builtin import builtin
from audit.detecting import Detector
from audit.event import from_record
from audit.excepting import excepted
from audit.facts import facts
from audit.loggly_query import Inexpressible, native
from audit.rule_exceptions import RuleException
from tests.support.rule_events import seen

PACK = builtin().pack
VELERO = "system:serviceaccount:backup:velero"


def told(events: list[dict[str, Any]], **exception: Any) -> list[set[str]]:
    """Return what each event is told for, with an exception from all rules unless others are named."""
    detector = Detector(excepted(PACK, [RuleException.model_validate({"rules": ["*"], **exception})]))
    found = []
    for number, one in enumerate(events):
        event = {**one, "auditID": str(number)}
        view = from_record(event)
        candidates = detector.candidates(view, facts(view), "")
        names = candidates and detector.decide(candidates, view, partial(dict, event), "2026-11-24T12:00:00.000000Z")
        found.append(set(names.names) if names else set())
    return found


def viewed(user: str = VELERO, **more: Any) -> dict[str, Any]:
    return seen(user, "get", "secrets", **more)


@pytest.mark.parametrize(
    ("exception", "event", "taken_out"),
    [
        ({"users": [VELERO]}, viewed(), True),
        ({"users": ["system:serviceaccount:backup:*"]}, viewed(), True),
        ({"users": [VELERO.upper()]}, viewed(), False),
        ({"users": ["alice", VELERO]}, viewed("alice"), True),
        ({"users": [VELERO]}, viewed("alice"), False),
        ({"users": [VELERO]}, viewed("alice", impersonatedUser={"username": VELERO}), False),
        ({"users": ["alice", "bob"]}, viewed("alice", impersonatedUser={"username": "bob"}), True),
        ({"namespaces": ["shop"]}, viewed(), True),
        ({"namespaces": ["sho?"], "names": ["x"]}, viewed(), True),
        ({"namespaces": ["shop"], "names": ["y"]}, viewed(), False),
        ({"source_ips": ["10.0.0.0/8"]}, viewed(sourceIPs=["10.1.2.3"]), True),
        ({"source_ips": ["10.0.0.0/8"]}, viewed(sourceIPs=["10.1.2.3", "192.0.2.1"]), False),
        ({"source_ips": ["10.1.2.3", "2001:db8::/32"]}, viewed(sourceIPs=["2001:db8::1"]), True),
    ],
)
def test_everything_that_is_given_must_hold(
    exception: dict[str, Any], event: dict[str, Any], *, taken_out: bool
) -> None:
    [found] = told([event], **exception)
    assert taken_out is ("secret-viewed" not in found)


def test_only_the_rules_that_are_named_are_changed() -> None:
    event = seen(VELERO, "list", "secrets", ref={"namespace": None, "name": None})
    [found] = told([event], rules=["secrets-listed*"], users=[VELERO])
    assert "secret-viewed" in found
    assert "secrets-listed-everywhere" not in found


def test_a_count_goes_without_what_is_taken_out_of_what_it_counts() -> None:
    events = [seen("alice", "list", "pods", 403) for _ in range(20)]
    assert "access-denied-burst" in told(events, users=["bob"])[-1]
    assert set() == told(events, rules=["access-denied"], users=["alice"])[-1]


def test_a_count_alone_may_have_an_exception() -> None:
    """What it counts is told all the same."""
    events = [seen("alice", "list", "pods", 403) for _ in range(20)]
    assert {"access-denied"} == told(events, rules=["access-denied-burst"], users=["alice"])[-1]
    others = [seen("bob", "list", "pods", 403) for _ in range(20)]
    assert {"access-denied", "access-denied-burst"} == told(others, rules=["access-denied-burst"], users=["alice"])[-1]


def test_what_is_told_stays_the_same_without_exceptions() -> None:
    assert PACK is excepted(PACK, [])
    with_one = excepted(PACK, [RuleException(rules=("*",), users=("alice",))])
    assert [one.name for one in PACK.told()] == [one.name for one in with_one.told()]


def test_loggly_cannot_say_an_exception() -> None:
    changed = excepted(PACK, [RuleException(rules=("exec",), users=("alice",))])
    [rule] = [one for one in changed.told() if one.name == "exec"]
    with pytest.raises(Inexpressible, match=r"^exceptions take something out of it, and NOT is not confirmed$"):
        native(rule)
