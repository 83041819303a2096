"""`/apiv2/`: Loggly's event retrieval API, with the parameters that it documents."""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from bridge.sandbox import exchange, query, summary
from bridge.sandbox.events import View
from bridge.sandbox.exchange import Answer, Request
from bridge.sandbox.limits import Refused
from bridge.sandbox.paging import Page
from bridge.sandbox.query import QueryError
from bridge.sandbox.state import Sandbox
from bridge.sandbox.times import TimeError, bound

DEFAULT_SIZE, SMALLEST_PAGE, LARGEST_PAGE = 50, 50, 1000
DEFAULT_FACETS, MOST_FACETS = 300, 2000
RETRIEVABLE = 5000  # what the older /apiv2/search gives at most
_SEARCH = {"q", "from", "until", "order", "size"}
_FACET = re.compile(r"/apiv2/fields/([^/]+)/")


def handle(sandbox: Sandbox, request: Request) -> Answer:
    """Answer one request for events or fields."""
    try:
        _authorize(sandbox, request)
        return _route(sandbox, request)
    except Refused as refused:
        return exchange.json({"error": refused.sentence}, refused.status)


def parameters(text: str, known: set[str]) -> dict[str, str]:
    """Read a query string; 400 for a name that is not known, or that comes twice."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name not in known:
            raise Refused(400, f"{name[:40]}: undocumented parameter - known are {', '.join(sorted(known))}")
        if name in found:
            raise Refused(400, f"{name}: given twice")
        found[name] = value
    return found


def search(sandbox: Sandbox, given: Mapping[str, str]) -> list[View]:
    """Find what `q`, `from` and `until` ask for, oldest first."""
    now = sandbox.now
    if "q" not in given:
        raise Refused(400, "q: missing - q=* finds everything")
    since, until = _bound("from", given.get("from", "-24h"), now), _bound("until", given.get("until", "now"), now)
    try:
        return sandbox.store.find(query.parse(given["q"]), since, until, now)
    except QueryError as error:
        raise Refused(400, str(error)) from error


def whole_number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Read a parameter that is a number within documented limits; 400 otherwise."""
    value = given.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not low <= int(value) <= high:
        raise Refused(400, f"{name}: expected {low} to {high}, got {value[:40]!r}")
    return int(value)


def _authorize(sandbox: Sandbox, request: Request) -> None:
    if request.method != "GET":
        raise Refused(405, f"{request.method[:20]}: expected GET")
    if sandbox.api_token is None:
        raise Refused(401, "nobody may read: the sandbox was started without LOGGLY_API_TOKEN")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), sandbox.api_token.encode()):
        raise Refused(401, "expected the header Authorization: bearer TOKEN with the API token")


def _route(sandbox: Sandbox, request: Request) -> Answer:
    path = request.path
    if path == "/apiv2/events/iterate":
        return _iterate(sandbox, request)
    if path == "/apiv2/search":
        return _search(sandbox, request)
    if path == "/apiv2/events":
        return _events(sandbox, request)
    if path == "/apiv2/fields/":
        return _fields(sandbox, request)
    if match := _FACET.fullmatch(path):
        return _facet(sandbox, request, match[1])
    raise Refused(404, f"no such path: {path[:80]} - field names end with a slash: /apiv2/fields/json.verb/")


def _iterate(sandbox: Sandbox, request: Request) -> Answer:
    if "next=" in request.query:
        identifier = parameters(request.query, {"next"})["next"]
        page = sandbox.pages.next(identifier, sandbox.clock())
        if page is None:
            raise Refused(400, "next: expired or unknown - it is good for 10 minutes; search again")
        return _page(request, page)
    given = parameters(request.query, _SEARCH)
    size = whole_number(given, "size", DEFAULT_SIZE, SMALLEST_PAGE, LARGEST_PAGE)
    return _page(request, sandbox.pages.first([view.event for view in _ordered(sandbox, given)], size, sandbox.clock()))


def _page(request: Request, page: Page) -> Answer:
    answer: dict[str, object] = {"events": [event.as_json() for event in page.events]}
    if page.following is not None:
        answer["next"] = f"{request.base}/apiv2/events/iterate?next={page.following}"
    return exchange.json(answer)


def _search(sandbox: Sandbox, request: Request) -> Answer:
    given = parameters(request.query, _SEARCH)
    size = whole_number(given, "size", DEFAULT_SIZE, 1, RETRIEVABLE)
    now = sandbox.now
    since, until = _bound("from", given.get("from", "-24h"), now), _bound("until", given.get("until", "now"), now)
    identifier = sandbox.pages.keep([view.event for view in _ordered(sandbox, given)], size, sandbox.clock())
    rsid = {
        "id": identifier,
        "status": "SCHEDULED",
        "date_from": since // 1000,
        "date_to": until // 1000,
        "elapsed_time": 0.0,
    }
    return exchange.json({"rsid": rsid})


def _events(sandbox: Sandbox, request: Request) -> Answer:
    given = parameters(request.query, {"rsid", "page", "format"})
    if given.get("format", "json") != "json":
        raise Refused(400, "format: expected json")
    number = whole_number(given, "page", 0, 0, RETRIEVABLE)
    found = sandbox.pages.numbered(given.get("rsid", ""), number, sandbox.clock())
    if found is None:
        raise Refused(400, "rsid: expired or unknown - search again")
    total, events = found
    return exchange.json({"total_events": total, "page": number, "events": [event.as_json() for event in events]})


def _fields(sandbox: Sandbox, request: Request) -> Answer:
    parameters(request.query, set())
    return exchange.json({"fields": sorted("json." + ".".join(path) for path in sandbox.store.fields())})


def _facet(sandbox: Sandbox, request: Request, name: str) -> Answer:
    given = parameters(request.query, {"q", "from", "until", "facet_size"})
    size = whole_number(given, "facet_size", DEFAULT_FACETS, 1, MOST_FACETS)
    views = search(sandbox, {"q": "*", **given})
    counts = summary.facet(views, name)
    if counts is None:
        raise Refused(400, f"{name[:80]}: expected a field that starts with json. or is tag")
    terms = [{"term": term, "count": count} for term, count in counts.most_common(size)]
    return exchange.json({"total_events": len(views), "unique_field_count": len(counts), name: terms})


def _ordered(sandbox: Sandbox, given: Mapping[str, str]) -> list[View]:
    order = given.get("order", "desc")
    if order not in {"asc", "desc"}:
        raise Refused(400, f"order: expected asc or desc, got {order[:40]!r}")
    views = search(sandbox, given)
    return views if order == "asc" else views[::-1]


def _bound(name: str, text: str, now: int) -> int:
    try:
        return bound(text, now)
    except TimeError as error:
        raise Refused(400, f"{name}: {error}") from error
