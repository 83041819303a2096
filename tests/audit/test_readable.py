"""One line an event, aligned, with nothing that a terminal would obey."""

from typing import Any

import pytest
from hypothesis import given

from audit.event import from_record
from audit.facts import facts
from audit.readable import COLOURS, Columns, Row, row, unread
from audit.selection import VERDICTS
from tests.support.events import EVENTS, event


def read(**changes: Any) -> Row:
    found = from_record(event(**changes))
    return row(found, facts(found))


def test_all_that_is_read_of_an_event() -> None:
    assert (
        Row("2026-01-31T12:34:56.123Z", "allowed", "200", "alice", "get", "secrets/shop/db", "10.0.0.7", "") == read()
    )


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        ({"impersonatedUser": {"username": "bob"}}, "actor", "alice as bob"),
        ({"user": {}}, "actor", "-"),
        ({"responseStatus": None}, "code", "-"),
        ({"sourceIPs": None}, "source", "-"),
        ({"stageTimestamp": None}, "time", "-"),
        ({"objectRef": None, "requestURI": "/healthz?verbose"}, "target", "/healthz"),
        ({"responseStatus": {"code": 403}}, "note", "RBAC: allowed"),
        (
            {"apiVersion": "audit.k8s.io/v1beta1", "stageTimestamp": None, "timestamp": "2018-02-28T23:59:59Z"},
            "time",
            "2018-02-28T23:59:59.000Z",
        ),
        (
            {
                "requestURI": "/x?command=sh&command=-c&command=a+b",
                "objectRef": {"resource": "pods", "subresource": "exec"},
            },
            "note",
            "sh -c 'a b'",
        ),
    ],
)
def test_a_column(changes: dict[str, Any], column: str, expected: str) -> None:
    assert expected == getattr(read(**changes), column)


def test_columns_line_up() -> None:
    columns = Columns()
    rows = [
        read(),
        read(
            user={"username": "system:kube-controller-manager"}, verb="deletecollection", responseStatus={"code": 403}
        ),
    ]
    first, second = columns.lines(rows)
    assert (
        "2026-01-31T12:34:56.123Z  allowed           200  alice                           get               "
        "secrets/shop/db                           10.0.0.7"
    ) == first
    assert (
        "2026-01-31T12:34:56.123Z  denied_admission  403  system:kube-controller-manager  deletecollection  "
        "secrets/shop/db                           10.0.0.7   RBAC: allowed"
    ) == second


def test_what_is_wider_than_its_columns_bound_is_not_cut() -> None:
    """It moves what follows in its own line; the next line keeps the bound."""
    wide, narrow = Columns().lines([read(user={"username": "x" * 60}), read()])
    assert wide.index("  get") == narrow.index("  get") + 16


def test_colour_is_for_the_verdict_alone() -> None:
    (line,) = Columns(lambda text, verdict: f"<{verdict}>{text}</>").lines([read()])
    assert line.startswith("2026-01-31T12:34:56.123Z  <allowed>allowed     </>  200  alice")


def test_every_verdict_has_a_colour() -> None:
    assert COLOURS.keys() == set(VERDICTS) - {"denied"}


@given(EVENTS)
def test_whoever_wrote_the_event_a_terminal_obeys_none_of_it(original: dict[str, Any]) -> None:
    found = from_record(original)
    (line,) = Columns().lines([row(found, facts(found))])
    assert line.isprintable()


def test_what_is_no_event_is_shown_with_its_place_and_the_reason() -> None:
    assert "a.log:7: no event, not JSON: oops: \\x1b[2J\ufffd" == unread("a.log:7", "not JSON: oops", "\x1b[2J\ufffd")
