import json
from typing import Any

import msgpack
import orjson
import pytest

from audit.errors import NotAnEvent
from audit.judge import Judge
from audit.policy import Policy
from bridge import event_lists, intake
from bridge.messages import Chunk, Mode
from bridge.sieve import Sieve
from tests.support.events import event, sample_lines
from tests.support.webhook import event_list

JUDGE = Judge("test", "", 1_000_000)
OPEN = Sieve(lambda _reason, _count: None)


def judged(body: bytes, sieve: Sieve = OPEN, judge: Judge = JUDGE, node: str = "") -> list[bytes]:
    return [line for some in event_lists.lines(body, sieve, judge, node, 0) for line in some]


def test_an_event_looks_as_the_same_event_from_the_log() -> None:
    """To the byte: an agent that sends the log's lines, and the webhook."""
    lines = sample_lines()[:500]
    start = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
    assert all(line.startswith(start) for line in lines)
    items = b",".join(b"{" + line.removeprefix(start) for line in lines)
    body = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[%b]}\n' % items
    chunk = Chunk(Mode.FORWARD, "kube.audit.cp-1", b"".join(msgpack.packb([0, {"message": line}]) for line in lines))
    by_agent = [line for some in intake.lines(chunk, OPEN, JUDGE, 2**20, 0) for line in some]
    assert by_agent == judged(body, node="cp-1")


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_each_version(version: str) -> None:
    line = json.loads(judged(event_list([orjson.dumps(event())], version))[0])
    assert ("Event", f"audit.k8s.io/{version}", "alice") == (line["kind"], line["apiVersion"], line["audit"]["actor"])


def test_an_item_that_is_no_event_is_shipped_with_the_reason() -> None:
    body = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[1,{"stage":2},%b]}' % orjson.dumps(event())
    first, second, third = map(json.loads, judged(body))
    assert ("1", "not the shape of an audit event: Expected `object`, got `int`") == (
        first["message"],
        first["audit"]["parseError"],
    )
    assert "not the shape of an audit event: Expected `str`, got `int` - at `$.stage`" == second["audit"]["parseError"]
    assert "alice" == third["audit"]["actor"]


def test_what_is_no_list_is_refused() -> None:
    for body in (b"", b"[]", b"{}", orjson.dumps(event()), b'{"kind":"EventList","apiVersion":"v1","items":[]}'):
        with pytest.raises(NotAnEvent):
            judged(body)


def test_an_empty_list_is_nothing() -> None:
    assert [] == judged(b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":null}')


def test_what_a_policy_would_not_have_written_is_left_out() -> None:
    counts: list[tuple[str, int]] = []
    sieve = Sieve(lambda reason, count: counts.append((reason, count)))
    sieve.use(Policy(rules=(), omit_stages=()))
    assert [] == judged(event_list([orjson.dumps(event())]), sieve)
    assert [("policy", 1)] == counts


def test_a_bug_that_one_event_meets_holds_up_no_other() -> None:
    class Judging(Judge):
        def line(self, *_arguments: Any) -> bytes:
            raise ZeroDivisionError

    body = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[1,%b]}' % orjson.dumps(event())
    first, second = map(json.loads, judged(body, judge=Judging("test", "", 1_000_000)))
    assert ("bug: ZeroDivisionError", "alice") == (first["audit"]["parseError"], second["audit"]["actor"])


@pytest.mark.parametrize(
    ("path", "node"),
    [
        ("/", ""),
        ("/nodes/cp-1", "cp-1"),
        ("/audit/nodes/cp-1.example.com", "cp-1.example.com"),
        ("/nodes/", ""),
        ("/nodes/cp-1/more", ""),
        ("/nodes/%22", ""),
        ("/nodes/CP", ""),
    ],
)
def test_the_node_is_the_last_part_of_the_path(path: str, node: str) -> None:
    assert node == event_lists.node_of(path)
