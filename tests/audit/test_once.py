"""A request is told once a rule, at its first event that has an answer."""

import pytest

from audit.event import from_record
from audit.once import Once
from tests.support.events import event

ONE, OTHER = ("a", "alice"), ("a", "bob")


def test_the_end_of_a_request_tells_nothing_again() -> None:
    once = Once()
    assert ["exec"] == once.left(ONE, "ResponseStarted", ["exec"])
    assert ["late"] == once.left(ONE, "ResponseComplete", ["exec", "late"])


def test_an_end_that_comes_first_is_told_alone() -> None:
    """A webhook posts batches side by side."""
    once = Once()
    assert ["exec"] == once.left(ONE, "ResponseComplete", ["exec"])
    assert [] == once.left(ONE, "ResponseStarted", ["exec"])
    assert ["exec"] == once.left(ONE, "ResponseComplete", ["exec"])


def test_an_event_that_is_sent_again_is_told_again() -> None:
    once = Once()
    assert 2 * [["exec"]] == [once.left(ONE, "ResponseStarted", ["exec"]) for _ in range(2)]
    assert 2 * [[]] == [once.left(ONE, "ResponseComplete", ["exec"]) for _ in range(2)]


def test_a_reused_audit_id_silences_nobody() -> None:
    once = Once()
    once.left(ONE, "ResponseStarted", ["exec"])
    assert ["exec"] == once.left(OTHER, "ResponseComplete", ["exec"])


def test_forgetting_repeats() -> None:
    once = Once(most=1)
    once.left(ONE, "ResponseStarted", ["exec"])
    once.left(OTHER, "ResponseStarted", ["exec"])
    assert [[], ["exec"]] == [once.left(request, "ResponseComplete", ["exec"]) for request in (OTHER, ONE)]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, False),
        ({"stage": "ResponseStarted"}, True),
        ({"verb": "watch"}, True),
        ({"objectRef": {"resource": "pods", "subresource": "exec"}}, True),
        ({"objectRef": None}, False),
    ],
)
def test_only_long_requests_have_two_events(changes: dict[str, object], wanted: bool) -> None:
    assert wanted is Once.concerns(from_record(event(**changes)))
