"""What Loggly said lately: bounded, counted, and safe to read while it is written."""

from bridge.answers import LONGEST_WORDS, REMEMBERED, Answers, Refusal
from bridge.retry import Outcome


def test_nothing_was_said_yet() -> None:
    answers = Answers()
    assert (None, None, ()) == (answers.taken, answers.refused, answers.refusals)


def test_a_200_is_taken() -> None:
    answers = Answers()
    answers.heard(Outcome(200, body='{"response":"ok"}'), 5.0)
    assert (5.0, ()) == (answers.taken, answers.refusals)


def test_the_same_answer_is_counted_and_comes_first() -> None:
    answers = Answers()
    for now, outcome in enumerate((Outcome(403, body="Forbidden"), Outcome(None, "connection refused")) * 2):
        answers.heard(outcome, now)
    answers.heard(Outcome(403, body="Forbidden"), 9)
    assert (Refusal("403", "Forbidden", 0, 9, 3), Refusal("error", "connection refused", 1, 3, 2)) == answers.refusals
    assert answers.refusals[0] == answers.refused


def test_a_page_of_a_proxy_is_one_short_line() -> None:
    answers = Answers()
    answers.heard(Outcome(502, body="<html>\n  <h1>Bad\tGateway</h1>" + "x" * 1_000), 1)
    assert answers.refused is not None
    assert answers.refused.words.startswith("<html> <h1>Bad Gateway</h1>xx")
    assert LONGEST_WORDS == len(answers.refused.words)


def test_only_the_latest_are_remembered() -> None:
    answers = Answers()
    for status in range(500, 520):
        answers.heard(Outcome(status), status)
    assert [str(status) for status in range(519, 519 - REMEMBERED, -1)] == [one.code for one in answers.refusals]


def test_what_was_read_does_not_change() -> None:
    answers = Answers()
    answers.heard(Outcome(503), 1)
    read = answers.refusals
    answers.heard(Outcome(503), 2)
    assert (Refusal("503", "", 1, 1, 1),) == read
