"""What is no event, without what could be a secret in it."""

from typing import Any

import orjson
import pytest

from audit.cleaning import Rules
from audit.credentials import Credentials
from audit.foreign import Foreign
from audit.settings import Redact
from tests.support.events import event

FOREIGN = Foreign(Rules(Credentials(Redact().names, Redact().keep_names)))
WHOLE = orjson.dumps(event(responseObject={"data": {"a": "hunter2"}})).decode()


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"message": "I0131 12:34:56.000000 1 server.go:99] started"},
        {"log": b"bytes", "n": 5, "list": [1, None, True]},
        {"message": "secrets is forbidden"},
    ],
)
def test_what_shows_nothing_is_the_same(record: dict[str, Any]) -> None:
    assert (record, "") == FOREIGN.record(record)


@pytest.mark.parametrize(
    ("record", "expected", "note"),
    [
        ({"message": "login with password=hunter2 failed"}, {"message": "login with password=(redacted) failed"}, "message.text"),
        ({"message": '"hunter2"}},"stageTimestamp":"2026"}'}, {"message": "(redacted)"}, "message.unreadable"),
        ({"message": 'x","data":{"a":"hunter2"'}, {"message": "(redacted)"}, "message.unreadable"),
        ({"a": {"RequestObject": "hunter2", "b": 1}}, {"a": {"b": 1}}, "a.unreadable"),
        ({"requestObject": {"a": "hunter2"}, "b": 1}, {"b": 1}, "requestObject.unreadable"),
        ({"a b": {"kind": "Secret", "data": {"a": "hunter2"}}}, {"a b": {"kind": "Secret", "data": "(redacted)"}}, "record.secretData"),
        ({"password": "hunter2"}, {"password": "(redacted)"}, "password.credential"),
    ],
)  # fmt: skip
def test_what_shows_a_secret_loses_it(record: dict[str, Any], expected: dict[str, Any], note: str) -> None:
    assert (expected, note) == FOREIGN.record(record)


def test_a_broken_event_is_kept_up_to_its_first_body() -> None:
    found, note = FOREIGN.record({"message": WHOLE[:-1].replace("/api/v1/", "/api/?token=a&")})
    assert "message.unreadable" == note
    assert '"requestURI":"/api/?(redacted)","verb":"get"' in found["message"]
    assert found["message"].endswith(
        ',"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed"},"(redacted)'
    )


def test_values_nested_too_deeply_are_left_out() -> None:
    deep: Any = {"password": "hunter2"}
    for _ in range(180):
        deep = {"a": deep}
    found, note = FOREIGN.record({"a": deep, "b": {"c": deep}, "d": [[[[deep] * 2] * 2] * 2]})
    assert "hunter2" not in str(found)
    assert "a.credential" == note.partition(",")[0]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", True),
        (b"\xff\x00 noise", True),
        (b"\x1f\x8b\x08", False),
        (b"\x28\xb5\x2f\xfd", False),
        (b"x" + WHOLE.encode(), False),
    ],
)
def test_which_bytes_may_be_shipped(data: bytes, expected: bool) -> None:
    assert expected == FOREIGN.may_ship(data)
