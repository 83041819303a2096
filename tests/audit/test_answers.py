"""Each request once, at its first answer, whatever its caller calls it."""

from typing import Any

import orjson
import pytest

from audit.answers import FirstAnswers
from audit.reader import Read, events
from tests.support.events import event, sample_lines
from tests.support.legacy import REQUEST_2, RESPONSE_2

ANSWER = {"code": 200}


def firsts(*changes: dict[str, Any], remembered: int = 100) -> list[bool]:
    answers = FirstAnswers(remembered)
    return [answers.is_first(orjson.dumps(event(**change))) for change in changes]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (["RequestReceived", "ResponseComplete"], [False, True]),
        (["RequestReceived", "ResponseStarted", "ResponseComplete"], [False, True, False]),
        (["ResponseStarted"], [True]),  # a failed login
        (["RequestReceived", "Panic"], [False, True]),
        (["ResponseComplete", "ResponseComplete"], [True, False]),  # sent twice
    ],
)
def test_the_first_stage_with_an_answer(stages: list[str], expected: list[bool]) -> None:
    changes = [{"stage": stage, "responseStatus": None if stage == "RequestReceived" else ANSWER} for stage in stages]
    assert expected == firsts(*changes)


@pytest.mark.parametrize(
    "change",
    [
        {"auditID": "other"},
        {"verb": "list"},
        {"requestURI": "/other"},
        {"user": {"username": "bob"}},
        {"user": {}},
        {"requestReceivedTimestamp": "2026-01-31T12:34:57.000001Z"},
    ],
    ids=str,
)
def test_a_reused_id_silences_no_other_request(change: dict[str, Any]) -> None:
    assert [True, True, False, False] == firsts({}, change, {}, change)


def test_before_1_9_the_time_of_the_request_has_another_name() -> None:
    old = {"requestReceivedTimestamp": None, "timestamp": "2018-02-28T23:59:59Z"}
    assert [True, False, True] == firsts(old, old, {**old, "timestamp": "2018-02-28T23:59:58Z"})


def test_forgetting_repeats_and_never_loses() -> None:
    one, two, three = ({"auditID": name} for name in "123")
    assert [True, True, True, False, True] == firsts(one, two, three, three, one, remembered=2)


def test_an_answer_that_is_null_is_none() -> None:
    line = orjson.dumps(event(responseStatus=None))[:-1] + b',"responseStatus":null}'
    assert [False, True] == [FirstAnswers().is_first(data) for data in (line, b"no JSON")]


def test_a_real_log_has_as_many_firsts_as_answered_requests() -> None:
    answers = FirstAnswers()
    parsed = [(line, orjson.loads(line)) for line in sample_lines()]
    expected = {one["auditID"] for _, one in parsed if "responseStatus" in one}
    assert len(expected) == sum(answers.is_first(line) for line, _ in parsed)


def test_two_lines_of_legacy_text_are_one_request() -> None:
    answers = FirstAnswers()
    read = [one.raw for one in events([REQUEST_2, RESPONSE_2, RESPONSE_2]) if isinstance(one, Read)]
    assert [False, True] == [answers.is_first(raw) for raw in read[:2]]
