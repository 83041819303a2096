"""Two lines become the two stages of one request, in whatever order the lines of many requests come."""

import pytest

from audit.errors import NotAnEvent
from audit.legacy import answered, read
from audit.legacy_pairs import LegacyPairs
from tests.support.legacy import REQUEST_1, REQUEST_2, RESPONSE_1, RESPONSE_2, STAGE_3, line

TIME = "2017-03-21T03:57:09Z"


def request(audit_id: str, uri: str = "/healthz") -> bytes:
    return line(TIME, [("id", audit_id), ("method", "GET"), ("user", "jane"), ("uri", uri)])


def response(audit_id: str) -> bytes:
    return line(TIME, [("id", audit_id), ("response", "200")])


def test_requests_leave_at_once_and_responses_whole() -> None:
    pairs = LegacyPairs()
    found = [pairs.event(one) for one in (REQUEST_1, REQUEST_2, STAGE_3, RESPONSE_2, RESPONSE_1)]
    first, second = read(REQUEST_1).event, read(REQUEST_2).event
    whole = [answered(second, read(RESPONSE_2).event), answered(first, read(RESPONSE_1).event)]
    assert [first, second, read(STAGE_3).event, *whole] == found


def test_a_response_without_its_request_says_what_it_can() -> None:
    assert read(RESPONSE_1).event == LegacyPairs().event(RESPONSE_1)


def test_an_answered_request_is_forgotten() -> None:
    pairs = LegacyPairs()
    pairs.event(request("1"))
    assert ["verb" in pairs.event(response("1")) for _ in range(2)] == [True, False]


def test_what_is_remembered_is_bounded_by_bytes() -> None:
    """The oldest is forgotten first, and an id that comes again takes no second place."""
    pairs = LegacyPairs(2 * (len(request("1")) + 200))
    for audit_id in ("1", "2", "2", "2", "3"):
        pairs.event(request(audit_id))
    assert [False, True, True] == ["verb" in pairs.event(response(audit_id)) for audit_id in ("1", "2", "3")]


def test_a_request_larger_than_all_room_is_not_remembered() -> None:
    pairs = LegacyPairs(1_000)
    pairs.event(request("1", "/" + "x" * 2_000))
    pairs.event(request("2"))
    assert [False, True] == ["verb" in pairs.event(response(audit_id)) for audit_id in ("1", "2")]


def test_what_is_no_legacy_text_is_refused() -> None:
    with pytest.raises(NotAnEvent, match=r"^no AUDIT: after a time$"):
        LegacyPairs().event(b"{}")
