"""`/_sandbox/`: for tests and demonstrations; Loggly has nothing like it. No token is asked for, and none is shown."""

from collections.abc import Callable

from bridge.sandbox import exchange, page, script
from bridge.sandbox.exchange import Answer, Request
from bridge.sandbox.limits import Refused
from bridge.sandbox.state import Sandbox

Route = Callable[[Sandbox, Request], Answer]


def handle(sandbox: Sandbox, request: Request) -> Answer:
    """Answer one control request."""
    try:
        return _ROUTES.get((request.method, request.path), _unknown)(sandbox, request)
    except Refused as refused:
        return exchange.json({"error": refused.sentence}, refused.status)
    except script.ScriptError as error:
        return exchange.json({"error": str(error)}, 400)


def _unknown(_: Sandbox, __: Request) -> Answer:
    known = ", ".join(f"{method} {path}" for method, path in _ROUTES)
    raise Refused(404, f"no such control route - known are {known}")


def _script(sandbox: Sandbox, request: Request) -> Answer:
    sandbox.script = script.parse(request.body.data)
    return exchange.json({"steps": len(sandbox.script)})


def _tokens(sandbox: Sandbox, request: Request) -> Answer:
    sandbox.tokens = script.parse_tokens(request.body.data)
    return exchange.json({"tokens": len(sandbox.tokens)})


def _reset(sandbox: Sandbox, _: Request) -> Answer:
    sandbox.reset()
    return exchange.json({})


def _requests(sandbox: Sandbox, _: Request) -> Answer:
    return exchange.json({"requests": sandbox.statistics.requests_as_json()})


def _events(sandbox: Sandbox, _: Request) -> Answer:
    events = (event.as_json() | {"received_us": event.received} for event in sandbox.store.all())
    return exchange.json({"events": list(events)})


def _stats(sandbox: Sandbox, _: Request) -> Answer:
    return exchange.json(sandbox.statistics.as_json() | sandbox.store.as_json())


_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/_sandbox/script"): _script,
    ("POST", "/_sandbox/tokens"): _tokens,
    ("POST", "/_sandbox/reset"): _reset,
    ("GET", "/_sandbox/requests"): _requests,
    ("GET", "/_sandbox/events"): _events,
    ("GET", "/_sandbox/stats"): _stats,
    ("GET", "/_sandbox/search"): page.data,
    ("GET", "/_sandbox/count"): page.count,
}
