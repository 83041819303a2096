"""What an answer means, and how long to wait."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.retry import LONGEST_RETRY_AFTER, Answer, Outcome, Verdict, answer, asked_pause, pauses, verdict


def test_only_200_is_a_delivery() -> None:
    outcomes = [Outcome(status) for status in range(100, 600)] + [Outcome(None, "no answer in time")]
    assert [Outcome(200)] == [outcome for outcome in outcomes if verdict(outcome) is Verdict.DELIVERED]


@pytest.mark.parametrize("status", [None, 408, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status: int | None) -> None:
    assert Verdict.RETRY is verdict(Outcome(status))


@pytest.mark.parametrize(
    ("outcome", "code", "text"),
    [
        (Outcome(200), "200", "status 200"),
        (Outcome(200, body="{}"), "200", "status 200"),
        (Outcome(503), "503", "status 503"),
        (Outcome(503, body="x" * 100), "503", f"status 503 ({'x' * 80})"),
        (Outcome(None, "connection refused"), "error", "connection refused"),
    ],
)
def test_how_outcomes_are_counted_and_told(outcome: Outcome, code: str, text: str) -> None:
    assert (code, text) == (outcome.code, str(outcome))


@pytest.mark.parametrize(("status", "expected"), [(400, Verdict.SPLIT), (413, Verdict.SPLIT)])
def test_what_the_content_may_have_caused_is_split(status: int, expected: Verdict) -> None:
    assert expected is verdict(Outcome(status))


@pytest.mark.parametrize("status", [100, 201, 204, 301, 302, 401, 402, 403, 404, 405, 411, 414, 422, 600])
def test_what_nobody_documents_holds_everything(status: int) -> None:
    assert Verdict.HOLD is verdict(Outcome(status))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(200, body='{"response" : "ok"}'), False),
        (Outcome(200, body='{"response":"no"}'), True),
        (Outcome(200, body="[]"), True),
        (Outcome(200, body="<html>Sign in</html>"), True),
        (Outcome(200), True),
        (Outcome(503, body="<html>"), False),
        (Outcome(None, "no answer in time"), False),
    ],
)
def test_a_200_that_is_not_logglys_is_noticed(outcome: Outcome, expected: bool) -> None:
    assert expected == outcome.foreign


NOW = 1_445_412_470.0  # ten seconds before the date below


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 10.0),
        ("Wed Oct 21 07:28:00 2015", 10.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 10.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("Thu, 22 Oct 2015 07:28:00 GMT", LONGEST_RETRY_AFTER),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("", 0.0),
        ("-5", 0.0),
        ("1e3", 0.0),
        ("soon", 0.0),
        ("\u00b2", 0.0),
    ],
)
def test_retry_after_as_seconds_or_a_date(header: str, expected: float) -> None:
    assert expected == asked_pause(header, NOW)


@given(st.text(max_size=40))
def test_no_header_asks_for_more_than_an_hour_or_raises(header: str) -> None:
    assert 0 <= asked_pause(header, NOW) <= LONGEST_RETRY_AFTER


def test_the_ceiling_doubles_up_to_the_maximum() -> None:
    assert [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0] == list(islice(pauses(1.0, 30.0, lambda: 1.0), 8))


def test_each_pause_is_a_random_part_of_its_ceiling() -> None:
    drawn = iter([0.0, 0.5, 0.25, 1.0])
    assert [0.0, 1.0, 1.0, 8.0] == list(islice(pauses(1.0, 30.0, lambda: next(drawn)), 4))


def test_an_initial_ceiling_above_the_maximum_is_the_maximum() -> None:
    assert [5.0, 5.0] == list(islice(pauses(60.0, 5.0, lambda: 1.0), 2))


@given(st.floats(0.001, 1e6), st.floats(0.001, 1e6), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_every_pause_is_within_its_bounds(initial: float, maximum: float, randoms: list[float]) -> None:
    drawn = iter(randoms)
    for number, pause in enumerate(islice(pauses(initial, maximum, lambda: next(drawn)), len(randoms))):
        assert 0 <= pause <= min(initial * 2**number, maximum)


def test_there_is_no_last_attempt() -> None:
    """Events are evidence: whatever the outage, the bridge goes on, and no number overflows on the way."""
    assert 30.0 == next(islice(pauses(1.0, 30.0, lambda: 1.0), 100_000, None))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 204), Answer.TAKEN),
        ((400, 413, 422), Answer.REFUSED),
        ((None, 302, 401, 403, 404, 408, 410, 429, 500, 503), Answer.LATER),
    ],
)
def test_what_a_sink_of_notices_says(statuses: tuple[int | None, ...], expected: Answer) -> None:
    """A wrong token or address may be mended; content that is refused stays so."""
    assert {expected} == {answer(Outcome(status)) for status in statuses}
