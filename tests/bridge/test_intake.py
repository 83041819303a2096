"""A chunk to lines: the node from the tag, the time from the entry, one line for each event and each damage."""

import base64
from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.judge import Judge
from audit.policy import Policy, Rule
from bridge.content import Damage
from bridge.entries import nanoseconds, unpacked
from bridge.intake import lines, node_of
from bridge.messages import Chunk, Mode
from bridge.sieve import Sieve
from tests.support.events import PACKABLE, event

JUDGE = Judge("prod-eu", "", 1_000_000)
OPEN = Sieve(lambda _reason, _events: None)
NOW = 1_769_862_896_123_456_789
STAMP = msgpack.ExtType(0, (1_700_000_000).to_bytes(4) + bytes(4))


def judged(body: bytes, tag: str = "kube.audit.cp-1") -> list[dict[str, Any]]:
    return [
        orjson.loads(line) for some in lines(Chunk(Mode.PACKED, tag, body), OPEN, JUDGE, 2**20, NOW) for line in some
    ]


def packed(*values: Any) -> bytes:
    return b"".join(msgpack.packb(value) for value in values)


@pytest.mark.parametrize(
    ("tag", "node"),
    [
        ("kube.audit.cp-1", "cp-1"),
        ("kube.audit.ip-10-0-0-1.eu-central-1.compute.internal", "ip-10-0-0-1.eu-central-1.compute.internal"),
        ("kube.audit.", ""),
        ("kube.audit", ""),
        ("docker.kube.audit.x", ""),
        ("", ""),
    ],
)
def test_the_node_is_what_follows_in_the_tag(tag: str, node: str) -> None:
    assert node == node_of(tag)


def test_each_event_becomes_a_line_in_order() -> None:
    events = [event(auditID=str(number)) for number in range(3)]
    found = judged(packed(*([STAMP, {"message": orjson.dumps(one)}] for one in events)))
    assert [
        {**one, "timestamp": line["timestamp"], "audit": line["audit"]} for one, line in zip(events, found, strict=True)
    ] == found
    assert ["cp-1"] * 3 == [line["audit"]["node"] for line in found]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (STAMP, "2023-11-14T22:13:20.000000Z"),
        (1_700_000_000, "2023-11-14T22:13:20.000000Z"),
        ([STAMP, {}], "2023-11-14T22:13:20.000000Z"),
        (None, "2026-01-31T12:34:56.123456Z"),
        (0, "2026-01-31T12:34:56.123456Z"),
        ("soon", "2026-01-31T12:34:56.123456Z"),
        (2**63, "2026-01-31T12:34:56.123456Z"),
    ],
)
def test_what_has_no_time_has_the_entrys_or_that_of_its_arrival(stamp: Any, expected: str) -> None:
    (line,) = judged(packed([stamp, {"message": "no event"}]))
    assert expected == line["timestamp"]


def test_damage_becomes_a_line_that_says_why() -> None:
    good, damage = judged(packed([STAMP, {"message": orjson.dumps(event())}]) + b"\x92\x01")
    assert "parseError" not in good["audit"]
    assert {
        "message": base64.b64encode(b"\x92\x01").decode(),
        "timestamp": "2026-01-31T12:34:56.123456Z",
        "audit": {"cluster": "prod-eu", "parseError": "Forward protocol: an event that is cut short"},
    } == damage


def test_a_tag_with_bytes_that_are_not_text_is_a_node_still() -> None:
    (line,) = judged(packed([STAMP, {"message": "x"}]), "kube.audit.cp-\udcff1")
    assert "cp-?1" == line["audit"]["node"]


@given(st.lists(st.tuples(PACKABLE, PACKABLE).map(list), max_size=5))
def test_every_entry_becomes_a_line_and_none_is_taken_for_a_bug(values: list[Any]) -> None:
    found = judged(packed(*values))
    markers = sum(b"\xff\xff\xff" in msgpack.packb(value) for value in values)
    assert len(values) - markers <= len(found) <= len(values)
    assert not [line for line in found if line["audit"].get("parseError", "").startswith("bug")]


RAW = st.sampled_from([orjson.dumps(event(auditID=str(number))) for number in range(3)]) | st.binary(max_size=5)
ITEMS = st.builds(lambda line: packed([STAMP, {"message": line}]), RAW) | st.builds(
    lambda line: packed([1, {"log": line}]), RAW
)
OTHERS = st.sampled_from([packed([1, {"message": "x", "stream": "y"}]), packed([1, event()]), packed(5), b"\x92\x01"])


@given(st.lists(ITEMS | OTHERS, max_size=12), st.integers(0, 130))
def test_together_they_are_judged_as_each_alone(items: list[bytes], more: int) -> None:
    """However many stand before something else: the fast way and the careful one say the same of the same events."""
    body = packed([STAMP, {"message": orjson.dumps(event())}]) * more + b"".join(items)
    expected = [
        JUDGE.damaged(entry.data, f"Forward protocol: {entry.why}", NOW)
        if isinstance(entry, Damage)
        else JUDGE.record(entry[1], "cp-1", nanoseconds(entry[0]) or NOW)
        for entry in unpacked(body)
    ]
    chunk = Chunk(Mode.PACKED, "kube.audit.cp-1", body)
    assert expected == [line for some in lines(chunk, OPEN, JUDGE, 2**20, NOW) for line in some]


def test_what_a_policy_leaves_out_is_no_line_whatever_it_came_in() -> None:
    """Raw lines, records that are more than a line, and events that an agent has parsed."""
    sieve = Sieve(lambda _reason, _events: None)
    sieve.use(Policy((Rule("None", users=("alice",)), Rule("Metadata"))))
    alice, bob = event(), event(user={"username": "bob"})
    raw = [{"message": orjson.dumps(one)} for one in (alice, bob)]
    body = packed(*([STAMP, record] for record in (*raw, {"message": "x", "a": 1}, alice, bob, raw[0])))
    chunk = Chunk(Mode.PACKED, "t", body)
    found = [orjson.loads(line) for some in lines(chunk, sieve, JUDGE, 2**20, NOW) for line in some]
    assert ["bob", None, "bob"] == [one["audit"].get("actor") for one in found]
