"""Sightings, notices and sinks for tests."""

import time
from typing import Any

from audit.rules import Told
from audit.settings import Settings
from audit.sinks import Sink
from bridge.notices import Gathered, Notice, Place, Said, Sighting
from tests.support.log import line
from tests.support.rules import reading

TIME = "2026-11-24T12:00:00.000000Z"
SECONDS = 1_795_521_600.0
"""`TIME` since 1970."""


def seen(actor: str = "jane", at: str = TIME, **said: str) -> Sighting:
    """Return an event as it is told of."""
    return Sighting(Said(cluster="prod", actor=actor, **said), at)


def told(name: str = "rule-0") -> Told:
    """Return a rule with an author."""
    head = (
        "title: A <test>\ndescription: What is tested.\nauthor: somebody, for us\nlicense: DRL-1.1\n"
        "tags: [attack.execution]\nlogsource: {product: kubernetes, service: audit}\nlevel: high\n"
    )
    [rule] = reading("{s: {verb: get}, condition: s}", head=head).pack.told()
    assert rule.name == name
    return rule


def notice(*sightings: Sighting, by: dict[str, str] | None = None) -> Notice:
    """Return what is told of some sightings, of one where there are none."""
    gathered = Gathered()
    for one in sightings or (seen(),):
        gathered.add(one)
    return gathered.notice(told(), Place("prod", "eu"), {"actor": "jane"} if by is None else by)


def sink(**keys: Any) -> Sink:
    """Return a sink, a webhook unless it is said otherwise, as the configuration has it."""
    whole = {"name": "test", "type": "webhook", "url": "http://127.0.0.1:1", **keys}
    return Settings.model_validate({"notify": [whole]}).notify[0]


def now_in_a_container(user: str, times: int = 1) -> list[bytes]:
    """Return events of now in which somebody reads a token in a container, each a request of its own."""
    uri = "/api/v1/namespaces/shop/pods/web/exec?command=cat&command=/run/secrets/kubernetes.io/token"
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    times_of: dict[str, Any] = {"requestReceivedTimestamp": now, "stageTimestamp": now}
    return [
        line(user, "get", "pods/exec", code=101, level="Metadata", requestURI=uri, auditID=f"{user}-{n}", **times_of)
        for n in range(times)
    ]
