"""One look at a bridge."""

import orjson
import pytest
import requests

from bridge.metrics import Metrics
from bridge.scrape import Scrape, fetch, read
from tests.support.processes import Bridge, Sandbox
from tests.support.status import snapshot

STATUS = orjson.dumps(snapshot().as_json())


def test_what_a_bridge_says() -> None:
    metrics = Metrics()
    metrics.requests.labels("503").inc(2)
    found = read("a", 5.0, STATUS, metrics.exposition().decode())
    assert Scrape("a", 5.0, orjson.loads(STATUS), {"200": 0, "error": 0, "503": 2}) == found


@pytest.mark.parametrize(
    ("status", "metrics"), [(b"<html>", ""), (b"[]", ""), (b'{"state": "accepting"}', ""), (STATUS, "not { metrics")]
)
def test_what_something_else_says(status: bytes, metrics: str) -> None:
    problem = "not what a bridge of this version answers: is it its admin port?"
    assert Scrape("a", 5.0, problem=problem) == read("a", 5.0, status, metrics)


def test_a_real_bridge_and_what_is_none(bridge: Bridge, sandbox: Sandbox) -> None:
    with requests.Session() as session:
        address = f"http://127.0.0.1:{bridge.admin_port}"
        found = fetch(session, address, lambda: 7.0)
        assert (address, 7.0, "", True) == (
            found.address,
            found.at,
            found.problem,
            {"200", "error"} <= set(found.answers),
        )
        assert found.status is not None
        assert "test" == found.status["cluster"]
        nobody = fetch(session, "http://127.0.0.1:1", lambda: 7.0)
        assert Scrape("http://127.0.0.1:1", 7.0, problem="connection refused") == nobody
        other = fetch(session, sandbox.url, lambda: 7.0)
        assert "status 404: is it the admin port of a bridge?" == other.problem
