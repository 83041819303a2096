import json
from typing import Any

import pytest

from bridge.sandbox import reading
from bridge.sandbox.exchange import Request
from bridge.sandbox.state import Sandbox

AUTHORIZED = {"authorization": "bearer api"}


class Clock:
    seconds = 1_769_862_896.0

    def __call__(self) -> float:
        return self.seconds


def account(events: int = 0) -> Sandbox:
    sandbox = Sandbox(frozenset({"T"}), "api", Clock())
    lines = [b'{"n":%d,"kind":"%s"}' % (number, (b"odd", b"even")[number % 2 == 0]) for number in range(events)]
    sandbox.store.add(lines, ("t",), sandbox.now)
    return sandbox


def get(sandbox: Sandbox, target: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, Any]:
    request = Request(method, target, AUTHORIZED if headers is None else headers, "http://here:1")
    answer = reading.handle(sandbox, request)
    return answer.status, json.loads(answer.body)


def numbers(answer: dict[str, Any]) -> list[int]:
    return [event["event"]["json"]["n"] for event in answer["events"]]


@pytest.mark.parametrize("headers", [{}, {"authorization": "bearer wrong"}, {"authorization": "Basic api"}])
def test_reading_needs_the_api_token(headers: dict[str, str]) -> None:
    assert get(account(), "/apiv2/events/iterate?q=*", headers) == (
        401,
        {"error": "expected the header Authorization: bearer TOKEN with the API token"},
    )


def test_without_an_api_token_nobody_reads() -> None:
    assert get(Sandbox(frozenset({"T"}), None, Clock()), "/apiv2/events/iterate?q=*") == (
        401,
        {"error": "nobody may read: the sandbox was started without LOGGLY_API_TOKEN"},
    )


def test_iterate_goes_through_all_pages_in_either_order() -> None:
    sandbox = account(120)
    for order, expected in (("asc", list(range(120))), ("desc", list(range(119, -1, -1)))):
        status, page = get(sandbox, f"/apiv2/events/iterate?q=*&from=-10m&until=now&order={order}&size=50")
        found = numbers(page)
        while "next" in page:
            status, page = get(sandbox, page["next"].removeprefix("http://here:1"))
            found += numbers(page)
        assert (200, expected) == (status, found)


def test_newest_come_first_and_fifty_a_page_unless_asked_otherwise() -> None:
    _, page = get(account(120), "/apiv2/events/iterate?q=*")
    assert numbers(page) == list(range(119, 69, -1))


def test_next_expires_after_ten_minutes() -> None:
    sandbox = account(120)
    _, page = get(sandbox, "/apiv2/events/iterate?q=*")
    assert isinstance(sandbox.clock, Clock)
    sandbox.clock.seconds += 600
    assert get(sandbox, page["next"].removeprefix("http://here:1")) == (
        400,
        {"error": "next: expired or unknown - it is good for 10 minutes; search again"},
    )


def test_the_older_search_is_read_by_its_rsid() -> None:
    sandbox = account(120)
    _, answer = get(sandbox, "/apiv2/search?q=json.kind:odd&from=-1h&until=now&order=asc&size=10")
    rsid = answer["rsid"]
    assert (rsid["status"], rsid["date_to"] - rsid["date_from"]) == ("SCHEDULED", 3_600_000)
    _, page = get(sandbox, f"/apiv2/events?rsid={rsid['id']}&page=1")
    assert (60, 1, list(range(21, 41, 2))) == (page["total_events"], page["page"], numbers(page))


def test_fields_and_their_values() -> None:
    sandbox = account(3)
    assert get(sandbox, "/apiv2/fields/") == (200, {"fields": ["json.kind", "json.n"]})
    assert get(sandbox, "/apiv2/fields/json.kind/?q=*&from=-10m&until=now") == (
        200,
        {
            "total_events": 3,
            "unique_field_count": 2,
            "json.kind": [{"term": "even", "count": 2}, {"term": "odd", "count": 1}],
        },
    )


@pytest.mark.parametrize(
    ("target", "status", "sentence"),
    [
        ("events/iterate", 400, "q: missing - q=* finds everything"),
        (
            "events/iterate?q=x",
            400,
            "query, character 1: a word without quotes is unconfirmed - put it into quotes to search for it as a phrase",
        ),
        ("events/iterate?q=*&size=49", 400, "size: expected 50 to 1000, got '49'"),
        ("events/iterate?q=*&size=1001", 400, "size: expected 50 to 1000, got '1001'"),
        ("events/iterate?q=*&order=up", 400, "order: expected asc or desc, got 'up'"),
        (
            "events/iterate?q=*&from=yesterday",
            400,
            "from: expected now, an age such as -20m or -7d, or ISO 8601 with a zone, got 'yesterday'",
        ),
        (
            "events/iterate?q=*&rows=5",
            400,
            "rows: undocumented parameter - known are from, order, q, size, until",
        ),
        ("events/iterate?q=*&q=*", 400, "q: given twice"),
        ("events/iterate?next=x&size=50", 400, "size: undocumented parameter - known are next"),
        ("events?rsid=x", 400, "rsid: expired or unknown - search again"),
        ("events?rsid=x&format=xml", 400, "format: expected json"),
        ("fields/syslog.host/", 400, "syslog.host: expected a field that starts with json. or is tag"),
        (
            "fields/json.n",
            404,
            "no such path: /apiv2/fields/json.n - field names end with a slash: /apiv2/fields/json.verb/",
        ),
    ],
)
def test_what_is_undocumented_is_refused(target: str, status: int, sentence: str) -> None:
    assert (status, {"error": sentence}) == get(account(), f"/apiv2/{target}")


def test_only_get_reads() -> None:
    assert get(account(), "/apiv2/search?q=*", method="POST") == (405, {"error": "POST: expected GET"})
