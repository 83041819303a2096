import json
import re
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.sandbox import control, page
from bridge.sandbox.exchange import Request
from bridge.sandbox.state import Sandbox


def account() -> Sandbox:
    sandbox = Sandbox(frozenset({"T"}), None, lambda: 1_769_862_896.0)
    sandbox.store.add([b'{"n":1,"audit":{"verdict":"allowed"}}', b'{"n":2}', b"plain"], ("t",), sandbox.now)
    return sandbox


def data(**parameters: str) -> tuple[int, Any]:
    answer = control.handle(account(), Request("GET", "/_sandbox/search?" + urlencode(parameters), {}))
    return answer.status, json.loads(answer.body)


def test_the_root_leads_to_the_page() -> None:
    answer = page.handle(Request("GET", "/", {}))
    assert (302, "/search") == (answer.status, answer.headers["Location"])


def test_the_page_may_load_and_run_only_its_own_files() -> None:
    policy = page.handle(Request("GET", "/search?q=x", {})).headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def test_every_file_that_the_page_names_is_served() -> None:
    names = {"/search"}
    for name in ("page.html", "page.js", "events.js", "chart.js", "terms.js", "dom.js"):
        text = (files("bridge.sandbox") / name).read_text()
        names |= set(re.findall(r'(?:href|src|from)[= ]"(/search[^"]*)"', text))
    assert len(names) == 8
    assert {200} == {page.handle(Request("GET", name, {})).status for name in names}


def test_nothing_of_the_page_names_another_host_or_parses_html() -> None:
    for path in files("bridge.sandbox").iterdir():
        if path.name.endswith((".html", ".js", ".css", ".svg")):
            text = path.read_text().replace("http://www.w3.org/2000/svg", "")
            assert re.search(r"https?:|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text) is None, (
                path
            )


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/search/x.js", 404), ("POST", "/search", 405)])
def test_nothing_else_is_served(method: str, path: str, status: int) -> None:
    assert status == page.handle(Request(method, path, {})).status


def test_the_data_of_a_search() -> None:
    status, answer = data(q="*", size="2")
    assert (200, 3, 3) == (status, answer["total"], answer["held"])
    assert [event["raw"] for event in answer["events"]] == ["plain", '{"n":2}']
    assert answer["histogram"]["bars"] == [{"allowed": 1, "other": 2}]
    assert [facet["field"] for facet in answer["facets"]] == ["json.audit.verdict", "tag"]


def test_an_error_says_where_in_the_query() -> None:
    assert data(q="tag:t x") == (
        400,
        {
            "error": "query, character 7: a word without quotes is unconfirmed - put it into quotes to search for it as a phrase",
            "at": 6,
        },
    )


def test_an_unknown_time_range_is_said() -> None:
    _, answer = data(q="*", **{"from": "then"})
    assert answer["error"].startswith("time range: expected now, ")


def test_the_count_is_of_searchable_events() -> None:
    answer = control.handle(account(), Request("GET", "/_sandbox/count", {}))
    assert json.loads(answer.body) == {"held": 3}
