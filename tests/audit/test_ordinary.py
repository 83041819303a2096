"""The short way says the same as the long one, or nothing."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from audit.additions import Additions
from audit.judge import Judge
from audit.ordinary import OrdinaryJudge
from audit.redact import Redactor
from audit.settings import Redact
from tests.support.events import event, sample_lines

SETTINGS = {"cluster": "prod-eu", "environment": "production"}
JUDGE = Judge("prod-eu", "production", 1_000_000)
ORDINARY = OrdinaryJudge(Additions(SETTINGS, ()), Redactor(Redact()), 1_000_000)
ARRIVED = 1_769_862_896_123_456_789
SAMPLE = sample_lines()
ODD = st.sampled_from(
    [
        b"",
        b"{}",
        b"no event",
        b"\xff",
        orjson.dumps(event(userAgent="caf\xe9")),
        orjson.dumps(event(), option=orjson.OPT_INDENT_2),
        orjson.dumps(event()) + b" ",
        orjson.dumps(event(requestURI="/api?token=abc")),
        orjson.dumps(event(stageTimestamp="2026-01-31T12:34:56Z")),
        orjson.dumps(event(apiVersion="audit.k8s.io/v9")),
        orjson.dumps(event(audit={})),
        orjson.dumps(event(userAgent="Bearer abcdefgh12345678")),
        orjson.dumps(event(requestObject={"kind": "Secret", "data": {"a": "b"}})),
    ]
)


@given(st.lists(st.sampled_from(SAMPLE) | ODD, max_size=8))
def test_lines_together_are_judged_as_each_on_the_long_way(lines: list[bytes]) -> None:
    judged = ORDINARY.lines(lines, "cp-1")
    assert len(lines) == len(judged)
    for line, found in zip(lines, judged, strict=True):
        assert found is None or orjson.loads(found) == orjson.loads(JUDGE.line(line, "cp-1", ARRIVED))


def test_nearly_every_event_of_a_real_log_goes_the_short_way() -> None:
    judged = [
        found for start in range(0, len(SAMPLE), 64) for found in ORDINARY.lines(SAMPLE[start : start + 64], "cp-1")
    ]
    assert sum(found is None for found in judged) < len(SAMPLE) / 100


def test_an_event_that_is_too_long_goes_the_long_way() -> None:
    judge = OrdinaryJudge(Additions(SETTINGS, ()), Redactor(Redact()), 10_000)
    assert [None] == judge.lines([orjson.dumps(event(userAgent="x" * 10_000))], "")
