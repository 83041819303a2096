"""Loggly's event retrieval API: pages, rate limits, refusals; the sandbox answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from bridge.retrieval import ATTEMPTS, ExpiredPageError, Retrieval, RetrievalError, Waiting
from bridge.secret import Secret
from tests.support.events import event
from tests.support.processes import API_TOKEN, TOKEN, Sandbox

SINCE, UNTIL = 1_769_862_896_000_000, 1_769_862_899_000_000


@dataclass
class Time:
    """A clock that only waiting moves."""

    now: float = 1_769_900_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def waiting(self) -> Waiting:
        return Waiting(lambda: self.now, self.sleep, lambda: 1.0)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def retrieval(sandbox: Sandbox, time: Time) -> Iterator[Retrieval]:
    found = Retrieval(sandbox.url, Secret(API_TOKEN), time.waiting())
    yield found
    found.close()


def send(sandbox: Sandbox, count: int) -> None:
    lines = [json.dumps({**event(auditID=str(at)), "timestamp": "2026-01-31T12:34:57.123456Z"}) for at in range(count)]
    requests.post(f"{sandbox.url}/bulk/{TOKEN}/tag/audit/", data="\n".join(lines), timeout=20).raise_for_status()


def ids(events: Iterator[dict[str, Any]]) -> list[str]:
    return [json.loads(one["raw"])["auditID"] for one in events]


def fault(path: str = "/apiv2/", **step: Any) -> dict[str, Any]:
    return {"match": {"path": path}, **step}


def test_all_pages_are_read(sandbox: Sandbox, retrieval: Retrieval) -> None:
    send(sandbox, 2_100)
    assert list(map(str, range(2_100))) == ids(retrieval.events("tag:audit", SINCE, UNTIL))
    assert 3 == retrieval.requests


def test_bounds_are_those_of_milliseconds(sandbox: Sandbox, retrieval: Retrieval) -> None:
    send(sandbox, 1)
    exact = 1_769_862_897_123_456
    assert ["0"] == ids(retrieval.events("*", exact, exact))
    assert [] == ids(retrieval.events("*", exact + 1_000, UNTIL))


def test_a_rate_limit_is_waited_for(sandbox: Sandbox, retrieval: Retrieval, time: Time) -> None:
    send(sandbox, 1)
    sandbox.script(
        fault(times=1, status=429, headers={"Retry-After": "30"}),
        fault(times=1, status=503),
        fault(action="reset", times=1),
    )
    assert ["0"] == ids(retrieval.events("*", SINCE, UNTIL))
    assert [30.0, 2.0, 4.0] == time.waits


def test_it_is_not_waited_for_without_end(sandbox: Sandbox, retrieval: Retrieval, time: Time) -> None:
    sandbox.script(fault(status=429, body="slow down"))
    with pytest.raises(RetrievalError) as refused:
        next(retrieval.events("*", SINCE, UNTIL))
    got = "status 429 (slow down) - check the query, or try again later"
    assert f"{sandbox.url}: expected events, got {got}" == str(refused.value)
    assert (ATTEMPTS, 60.0) == (retrieval.requests, max(time.waits))


def test_another_token_is_refused_without_showing_it(sandbox: Sandbox, time: Time) -> None:
    retrieval = Retrieval(sandbox.url, Secret("the-wrong-token"), time.waiting())
    with pytest.raises(RetrievalError) as refused:
        next(retrieval.events("*", SINCE, UNTIL))
    retrieval.close()
    assert "got status 401" in str(refused.value)
    assert "give an API token of this account, not the customer token" in str(refused.value)
    assert "the-wrong-token" not in str(refused.value)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"status": 404}, "expected /apiv2/events/iterate, got status 404 - name https://SUBDOMAIN.loggly.com"),
        ({"status": 302, "headers": {"Location": "http://elsewhere/"}}, "expected events, got status 302 - "),
        ({"status": 200, "body": "<html>"}, "expected events as JSON, got something else - is it a Loggly account?"),
        (
            {"status": 200, "body": '{"events": [], "next": "http://elsewhere/steal?a"}'},
            "expected the next page at /apiv2/events/iterate, got another address - report it",
        ),
    ],
)
def test_other_answers_are_a_sentence(
    sandbox: Sandbox, retrieval: Retrieval, step: dict[str, Any], expected: str
) -> None:
    sandbox.script(fault(**step))
    with pytest.raises(RetrievalError) as refused:
        list(retrieval.events("*", SINCE, UNTIL))
    assert str(refused.value).startswith(f"{sandbox.url}: {expected}")


def test_a_next_page_of_another_host_is_asked_of_the_account(sandbox: Sandbox, retrieval: Retrieval) -> None:
    """The token goes nowhere else."""
    page = '{"events": [], "next": "http://192.0.2.1/apiv2/events/iterate?next=unknown"}'
    sandbox.script(fault(times=1, status=200, body=page))
    with pytest.raises(ExpiredPageError) as refused:
        list(retrieval.events("*", SINCE, UNTIL))
    assert "it was asked for too late" in str(refused.value)


def test_nobody_there_is_a_sentence(time: Time) -> None:
    retrieval = Retrieval("http://127.0.0.1:1", Secret("x"), time.waiting())
    with pytest.raises(RetrievalError) as refused:
        next(retrieval.events("*", SINCE, UNTIL))
    retrieval.close()
    why = "connection refused - check the address and the network"
    assert f"http://127.0.0.1:1: expected an answer, got: {why}" == str(refused.value)
