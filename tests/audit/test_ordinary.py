"""The short way says the same as the long one, or nothing."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.event import decode_ordinary
from audit.judge import Judge
from tests.support.events import event, sample_lines

JUDGE = Judge("prod-eu", "production", 1_000_000)
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
    judged = JUDGE.ordinary(lines, "cp-1")
    assert len(lines) == len(judged)
    for line, found in zip(lines, judged, strict=True):
        assert found is None or orjson.loads(found) == orjson.loads(JUDGE.line(line, "cp-1", ARRIVED))


def test_nearly_every_event_of_a_real_log_goes_the_short_way() -> None:
    judged = [
        found for start in range(0, len(SAMPLE), 64) for found in JUDGE.ordinary(SAMPLE[start : start + 64], "cp-1")
    ]
    assert sum(found is None for found in judged) < len(SAMPLE) / 100


PARSED = st.builds(
    event,
    userAgent=st.sampled_from(["kubectl", "caf\xe9", "Bearer abcdefgh12345678"]),
    requestURI=st.sampled_from(["/api", "/api?token=abc", "/api?watch=true"]),
    stageTimestamp=st.sampled_from(["2026-01-31T12:34:56.123456Z", "2026-01-31T12:34:56Z"]),
    requestObject=st.none() | st.just({"kind": "Secret", "data": {"a": "b"}}),
    **{
        "x-more": st.none()
        | st.recursive(st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(), st.lists)
    },
)


@given(st.lists(PARSED, max_size=6))
def test_parsed_events_together_are_judged_as_each_on_the_long_way(records: list[dict[str, Any]]) -> None:
    views = [decode_ordinary(orjson.dumps(record)) for record in records]
    judged = JUDGE.parsed(views, records, "cp-1")
    assert len(records) == len(judged)
    for record, found in zip(records, judged, strict=True):
        assert found is None or orjson.loads(found) == orjson.loads(JUDGE.record(record, "cp-1", ARRIVED))


@pytest.mark.parametrize("value", [b"bytes", {5: 1}, object()])
def test_what_json_does_not_know_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        JUDGE.parsed([decode_ordinary(orjson.dumps(event()))], [{**event(), "x": value}], "")


def test_an_event_that_is_too_long_goes_the_long_way() -> None:
    judge, line = Judge("c", "", 10_000), orjson.dumps(event(userAgent="x" * 10_000))
    assert [None] == judge.ordinary([line], "")
    assert [None] == judge.parsed([decode_ordinary(line)], [orjson.loads(line)], "")
