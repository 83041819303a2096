"""What is asked for is what is shown: alternatives of one kind, all kinds together."""

from typing import Any

import pytest

from audit.event import from_record
from audit.facts import facts
from audit.selection import Selection, moment
from tests.support.events import event

DEPLOYMENT = {"resource": "deployments", "apiGroup": "apps", "namespace": "shop", "name": "web", "subresource": "scale"}


def wanted(selection: Selection, **changes: Any) -> bool:
    found = from_record(event(**changes))
    return selection.wants(found, facts(found))


@pytest.mark.parametrize(
    ("selection", "changes"),
    [
        (Selection(), {}),
        (Selection(actors=("bob", "alice")), {}),
        (Selection(actors=("system:serviceaccount:ci:*",)), {"user": {"username": "system:serviceaccount:ci:jenkins"}}),
        (Selection(actors=("alice",)), {"impersonatedUser": {"username": "bob"}}),
        (Selection(actors=("bob",)), {"impersonatedUser": {"username": "bob"}}),
        (Selection(verbs=("get",)), {}),
        (Selection(verbs=("exec",)), {"objectRef": {"resource": "pods", "subresource": "exec"}}),
        (Selection(resources=("secrets",)), {}),
        (Selection(resources=("deployments",)), {"objectRef": DEPLOYMENT}),
        (Selection(resources=("deployments.apps",)), {"objectRef": DEPLOYMENT}),
        (Selection(resources=("deployments/scale",)), {"objectRef": DEPLOYMENT}),
        (Selection(resources=("deployments.apps/*",)), {"objectRef": DEPLOYMENT}),
        (Selection(namespaces=("sh*",)), {}),
        (Selection(namespaces=("",)), {"objectRef": None}),
        (Selection(verdicts=("allowed",)), {}),
        (Selection(verdicts=("denied",)), {"responseStatus": {"code": 401}}),
        (Selection(verdicts=("denied_admission",)), {"responseStatus": {"code": 403}}),
        (Selection(stages=("Panic", "ResponseComplete")), {}),
        (Selection(since="2026-01-31T12:34:56.123456Z"), {}),
        (Selection(until="2026-01-31T12:34:56.123457Z"), {}),
        (
            Selection(
                ("alice",), ("get",), ("secrets",), ("shop",), ("allowed",), ("ResponseComplete",), "2026", "2027"
            ),
            {},
        ),
    ],
    ids=str,
)
def test_what_is_wanted(selection: Selection, changes: dict[str, Any]) -> None:
    assert wanted(selection, **changes)


@pytest.mark.parametrize(
    ("selection", "changes"),
    [
        (Selection(actors=("ali",)), {}),
        (Selection(actors=("ALICE",)), {}),
        (Selection(verbs=("list",)), {}),
        (Selection(resources=("secret",)), {}),
        (Selection(resources=("secrets/*",)), {}),
        (Selection(resources=("*",)), {"objectRef": None}),
        (Selection(resources=("deployments.extensions",)), {"objectRef": DEPLOYMENT}),
        (Selection(namespaces=("shop",)), {"objectRef": None}),
        (Selection(verdicts=("denied",)), {}),
        (Selection(verdicts=("denied",)), {"responseStatus": {"code": 404}}),
        (Selection(stages=("RequestReceived",)), {}),
        (Selection(since="2026-01-31T12:34:56.123457Z"), {}),
        (Selection(until="2026-01-31T12:34:56.123456Z"), {}),
        (Selection(until="2027"), {"stageTimestamp": None}),
        (Selection(actors=("alice",), verbs=("list",)), {}),
    ],
    ids=str,
)
def test_what_is_not(selection: Selection, changes: dict[str, Any]) -> None:
    assert not wanted(selection, **changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000Z"),
        ("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500000Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("0s", "2026-01-31T12:34:56.000000Z"),
        ("90m", "2026-01-31T11:04:56.000000Z"),
        ("2h", "2026-01-31T10:34:56.000000Z"),
        ("31d", "2025-12-31T12:34:56.000000Z"),
        ("99999d", "1752-04-18T12:34:56.000000Z"),
        ("999999d", None),
        ("2026-02-30", None),
        ("yesterday", None),
        ("10", None),
        ("-5m", None),
        ("", None),
    ],
)
def test_a_moment(text: str, expected: str | None) -> None:
    assert expected == moment(text, 1_769_862_896)
