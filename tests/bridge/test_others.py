"""Logs that are no audit logs leave as they are: no parse error, tags of their own, credentials removed."""

from typing import Any

import msgpack
import orjson

from audit.judge import Judge
from audit.senders import OtherLog
from bridge.client import Client
from bridge.messages import Chunk, Mode
from bridge.others import Others, lines
from tests.bridge.conftest import StartBridge
from tests.support.processes import Sandbox

JUDGE = Judge("prod-eu", "production", 1_000_000)
NOW = 1_769_862_896_123_456_789
STAMP = msgpack.ExtType(0, (1_700_000_000).to_bytes(4) + bytes(4))
SAID = {"timestamp": "2023-11-14T22:13:20.000000Z", "audit": {"cluster": "prod-eu", "environment": "production"}}


def shipped(*records: Any, more: bytes = b"") -> list[dict[str, Any]]:
    body = b"".join(msgpack.packb([STAMP, record]) for record in records) + more
    found = lines(Chunk(Mode.PACKED, "kube.containers.x", body), JUDGE, 2**20, NOW)
    return [orjson.loads(line) for some in found for line in some]


def test_a_record_leaves_as_it_is_with_its_time_and_cluster() -> None:
    record = {"message": "GET /healthz 200", "stream": "stdout", "kubernetes": {"pod": "web-1", "labels": ["app=web"]}}
    assert [{**record, **SAID}] == shipped(record)


def test_what_is_no_map_is_a_message() -> None:
    assert [{"message": "a line", **SAID}] == shipped("a line")


def test_an_event_among_them_is_not_judged_as_one() -> None:
    """Who tells that a log holds no audit events is believed; a body in it does not leave all the same."""
    line = '{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","responseObject":{"data":{"a":"c2VjcmV0"}}}'
    (found,) = shipped({"log": line})
    assert "c2VjcmV0" not in str(found)
    assert {"cluster": "prod-eu", "environment": "production", "redacted": "log.unreadable"} == found["audit"]


def test_credentials_are_removed() -> None:
    (found,) = shipped({"message": "login with password=hunter2-hunter2 failed"})
    assert "hunter2" not in str(found)


def test_damage_is_told() -> None:
    whole, damage = shipped({"message": "a"}, more=b"\x92\x00")
    assert ("a", "Forward protocol: an event that is cut short") == (whole["message"], damage["audit"]["parseError"])


def test_the_longest_prefix_decides() -> None:
    others = Others([OtherLog(prefix="kube.c", tags=("short",)), OtherLog(prefix="kube.containers.", tags=("long",))])
    tags = ("kube.containers.a", "kube.cron", "kube.audit.cp-1", "docker")
    assert [("long",), ("short",), None, None] == [others.tags(tag) for tag in tags]


def test_they_go_under_their_own_tags(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    bridge = start_bridge("others=[{prefix: kube.containers., tags: [containers]}]")
    body = msgpack.packb([STAMP, {"message": "hello"}])
    with Client("127.0.0.1", bridge.port) as client:
        for tag in ("kube.containers.web", "kube.audit.cp-1"):
            chunk = Chunk(Mode.PACKED, tag, body, chunk_id=tag)
            client.send(chunk)
            client.acked(chunk)
    other, audit = sandbox.events()
    assert (["containers"], ["kubernetes", "audit"]) == (other["tags"], audit["tags"])
    assert "parseError" not in json_of(other)["audit"]
    assert "parseError" in json_of(audit)["audit"]


def json_of(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(event["raw"])
    return found
