"""What comes again leaves as if it had been judged anew, and what only looks so is judged anew."""

import json
from collections.abc import Sequence
from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import recurring
from audit.builtin import builtin
from audit.detecting import AlertLine, Detector
from audit.judge import Judge
from audit.recurring import JSON, MESSAGEPACK, Form, Recurring
from audit.settings import Redact
from tests.support.events import event, sample_lines

ARRIVED = 1_769_862_896_123_456_789
SAMPLE = sample_lines()
ID, RECEIVED, STAGE = (
    "0a1b2c3d-0000-4000-8000-000000000001",
    "2026-01-31T12:34:56.000001Z",
    "2026-01-31T12:34:56.123456Z",
)
FORMS = [pytest.param(JSON, orjson.dumps, id="json"), pytest.param(MESSAGEPACK, msgpack.packb, id="messagepack")]


def shipped(record: dict[str, Any]) -> bytes:
    """Return what a judge without any care would make of an event."""
    return orjson.dumps({**record, "timestamp": record["stageTimestamp"], "audit": {"cluster": "c"}})


class Judged:
    """A memory of one form over a judge that counts what it is asked."""

    def __init__(self, form: Form, limit: int = 2**20, *, steady: bool = True) -> None:
        self.asked = 0
        self._loads = orjson.loads if form is JSON else msgpack.unpackb
        self._memory = Recurring(form, limit, lambda _text, _node: steady)
        self.forget = self._memory.forget

    def lines(self, texts: Sequence[bytes], node: str = "cp-1") -> list[bytes | None]:
        def anew(places: list[int]) -> list[bytes | None]:
            self.asked += len(places)
            return [shipped(self._loads(texts[place])) for place in places]

        return self._memory.lines(texts, node, anew)


def alike(number: int) -> dict[str, Any]:
    """Return an event that differs from others in its id and its times alone."""
    return event(
        auditID=f"0a1b2c3d-0000-4000-8000-{number:012}",
        requestReceivedTimestamp=f"2026-01-31T12:{number % 60:02}:56.000001Z",
        stageTimestamp=f"2026-01-31T13:{number % 60:02}:59.{number:06}Z",
    )


@pytest.mark.parametrize(("form", "dumps"), FORMS)
def test_the_third_of_its_kind_is_not_judged(form: Form, dumps: Any) -> None:
    judged, records = Judged(form), [alike(number) for number in range(5)]
    lines = [line for record in records for line in judged.lines([dumps(record)])]
    assert ([shipped(record) for record in records], 2) == (lines, judged.asked)


@pytest.mark.parametrize(("form", "dumps"), FORMS)
@pytest.mark.parametrize(
    "odd",
    [
        {"auditID": 'a","verb":"list","xx":"yyyyyyyyyyyyy'},
        {"auditID": "0A1B2C3D-0000-4000-8000-000000000001"},
        {"auditID": "short"},
        {"auditID": ""},
        {"stageTimestamp": "2026-13-31T12:34:56.123456Z"},
        {"stageTimestamp": "2026-01-31T12:60:56.123456Z"},
        {"stageTimestamp": "2026-01-31T12:34:60.123456Z"},
        {"stageTimestamp": "2026-01-31T24:34:56.123456Z"},
        {"stageTimestamp": "2026-01-31T12:34:56Z"},
        {"requestReceivedTimestamp": "2026-01-31T12:34:56.00000Z!"},
        {"requestReceivedTimestamp": "2026-01-31T12:34:56Z"},
        {"requestReceivedTimestamp": None},
        {"auditID": None},
    ],
)
def test_what_only_looks_alike_is_judged_anew(form: Form, dumps: Any, odd: dict[str, Any]) -> None:
    judged, record = Judged(form), event(**odd)
    for _ in range(3):
        judged.lines([dumps(event())])
    lines = [line for _ in range(4) for line in judged.lines([dumps(record)])]
    assert ([shipped(record)] * 4, 2 + 4) == (lines, judged.asked)


@pytest.mark.parametrize(
    "line",
    [
        orjson.dumps(event())[:-1] + b',"auditID":"' + ID.encode() + b'"}',
        orjson.dumps(event())[:-1] + b',"x":{"requestReceivedTimestamp":"' + RECEIVED.encode() + b'"}}',
        orjson.dumps({**event(requestReceivedTimestamp=None), "requestReceivedTimestamp": RECEIVED}),
        orjson.dumps(event(userAgent="x" * recurring.LONGEST)),
        orjson.dumps({"more": "x" * recurring.NEAR, **event()}),
    ],
    ids=["id twice", "time twice", "times apart", "long", "id far"],
)
def test_what_has_another_shape_is_judged_anew(line: bytes) -> None:
    judged = Judged(JSON)
    lines = [found for _ in range(4) for found in judged.lines([line])]
    assert ([shipped(orjson.loads(line))] * 4, 4) == (lines, judged.asked)


@pytest.mark.parametrize("other", [{"verb": "list"}, {"annotations": {}}, {"level": "Request"}, {"kind": "Pod"}])
def test_nothing_else_may_differ(other: dict[str, Any]) -> None:
    judged = Judged(JSON)
    for _ in range(3):
        judged.lines([orjson.dumps(event())])
    assert [shipped(event(**other))] == judged.lines([orjson.dumps(event(**other))])


def test_each_node_has_its_own() -> None:
    judged, line = Judged(JSON), orjson.dumps(event())
    for node in ("a", "a", "a", "b", "b", "b"):
        judged.lines([line], node)
    assert judged.asked == 4


def test_what_is_not_steady_is_judged_each_time() -> None:
    judged = Judged(JSON, steady=False)
    for _ in range(4):
        judged.lines([orjson.dumps(event())])
    assert judged.asked == 4


def test_memory_is_bounded() -> None:
    judged = Judged(JSON, limit=8_000)
    lines = [orjson.dumps(event(verb=f"verb-{number}")) for number in range(50)]
    for _ in range(3):
        for line in lines:
            judged.lines([line])
    assert judged.asked > 2 * len(lines)
    assert judged._memory._size <= 8_000


def test_first_sights_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "FIRST_SIGHTS", 10)
    judged = Judged(JSON)
    judged.lines([orjson.dumps(event(verb=f"verb-{number}")) for number in range(50)])
    assert len(judged._memory._once) <= 10


def test_what_is_forgotten_is_judged_anew() -> None:
    judged, line = Judged(JSON), orjson.dumps(event())
    for _ in range(3):
        judged.lines([line])
    judged.forget()
    judged.lines([line])
    assert judged.asked == 3


CHANGED = st.builds(
    lambda line, number: line.replace(
        orjson.loads(line)["auditID"].encode(), f"0a1b2c3d-0000-4000-8000-{number:012}".encode()
    ),
    st.sampled_from(SAMPLE),
    st.integers(0, 999),
)
KINDS = [
    event(),
    event(requestURI="/api?token=abcdefgh"),
    event(requestObject={"kind": "Secret", "data": {"a": "aGVsbG8="}}, responseObject={"kind": "Status", "code": 200}),
    event(userAgent="caf\xe9"),
    event(user={"username": "bob"}, verb="delete", annotations=None),
]
MADE = st.builds(lambda at, number: {**KINDS[at], **alike(number), **KINDS[at], "auditID": alike(number)["auditID"]},
                 st.integers(0, len(KINDS) - 1), st.integers(0, 9_999))  # fmt: skip


def whole_judge() -> Judge:
    judge = Judge("prod-eu", "production", 1_000_000, Redact())
    judge.use_rules(Detector(builtin().pack))
    return judge


MEMORY, PLAIN = whole_judge(), whole_judge()


@given(st.lists(CHANGED | st.builds(orjson.dumps, MADE), min_size=1, max_size=6))
def test_a_judge_that_remembers_says_what_one_says_that_does_not(lines: list[bytes]) -> None:
    for _ in range(3):
        found = MEMORY.lines(lines, "cp-1", lambda place: MEMORY.line(lines[place], "cp-1", ARRIVED))
        assert [json.loads(PLAIN.line(line, "cp-1", ARRIVED)) for line in lines] == [
            json.loads(one or b"") for one in found
        ]


@given(st.lists(MADE, min_size=1, max_size=6))
def test_so_does_one_for_events_that_an_agent_has_parsed(records: list[dict[str, Any]]) -> None:
    packed = [msgpack.packb(record) for record in records]
    for _ in range(3):
        found = MEMORY.packed(
            packed,
            "cp-1",
            lambda places: [orjson.dumps(records[place]) for place in places],
            lambda place: MEMORY.record(records[place], "cp-1", ARRIVED),
        )
        assert [json.loads(PLAIN.record(record, "cp-1", ARRIVED)) for record in records] == [
            json.loads(one or b"") for one in found
        ]


def test_an_alert_is_told_every_time() -> None:
    judge, line = whole_judge(), orjson.dumps(event())
    found = [judge.lines([line], "cp-1", lambda _: None)[0] for _ in range(4)]
    assert [AlertLine] * 4 == [type(one) for one in found]
