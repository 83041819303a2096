"""The search page: a few files of ours, and the data that they show. It asks for no token and loads nothing from elsewhere.

Events are written by whoever talks to an API server. The page shows them as text only, and the headers forbid the
browser to run or load anything that is not one of these files.
"""

from functools import cache
from importlib.resources import files

from bridge.sandbox import exchange, reading, summary
from bridge.sandbox.exchange import Answer, Request
from bridge.sandbox.limits import Refused
from bridge.sandbox.query import QueryError, parse
from bridge.sandbox.state import Sandbox
from bridge.sandbox.times import TimeError, bound

ROWS, MOST_ROWS = 200, 1000
FACET_VALUES = 8
_SCRIPTS = ("page.js", "events.js", "chart.js", "terms.js", "dom.js")
_FILES = {
    "/search": ("page.html", "text/html; charset=utf-8"),
    **{f"/search/{name}": (name, "text/javascript; charset=utf-8") for name in _SCRIPTS},
    "/search/page.css": ("page.css", "text/css; charset=utf-8"),
    "/search/icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def handle(request: Request) -> Answer:
    """Answer with a file of the page; `/` leads to it."""
    if request.method != "GET":
        return exchange.text(405, "expected GET")
    if request.path == "/":
        return Answer(302, b"", headers={"Location": "/search"})
    if request.path not in _FILES:
        return exchange.text(404, "no such page - the search page is /search")
    name, content_type = _FILES[request.path]
    return Answer(200, _file(name), content_type, _HEADERS)


def data(sandbox: Sandbox, request: Request) -> Answer:
    """Answer with what the page shows of a search: newest events first, their number, histogram and facets."""
    given = reading.parameters(request.query, {"q", "from", "until", "size"})
    size = reading.whole_number(given, "size", ROWS, 0, MOST_ROWS)
    now = sandbox.now
    try:
        since, until = bound(given.get("from", "-10y"), now), bound(given.get("until", "now"), now)
        views = sandbox.store.find(parse(given.get("q", "*")), since, until, now)
    except QueryError as error:
        return exchange.json({"error": str(error), "at": error.at}, 400)
    except TimeError as error:
        raise Refused(400, f"time range: {error}") from error
    return exchange.json(
        {
            "total": len(views),
            "held": sandbox.store.visible(now),
            "events": [view.event.as_json() for view in views[::-1][:size]],
            "histogram": summary.histogram(views, since, until),
            "facets": summary.facets(views, FACET_VALUES),
        }
    )


def count(sandbox: Sandbox, _: Request) -> Answer:
    """Answer with the number of events that can be found by now; cheap enough to be asked every second."""
    return exchange.json({"held": sandbox.store.visible(sandbox.now)})


@cache
def _file(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()
