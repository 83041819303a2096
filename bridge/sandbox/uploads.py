"""`/bulk/` and `/inputs/`: what a sender meets."""

from dataclasses import dataclass

from bridge.sandbox import exchange, limits
from bridge.sandbox.exchange import Answer, Request
from bridge.sandbox.limits import Refused, Target
from bridge.sandbox.state import Sandbox

# To the byte what Loggly answers; clients have been seen to compare it.
OK = Answer(200, b'{"response" : "ok"}', "application/json")


@dataclass(frozen=True, slots=True)
class Handled:
    """What an upload was answered, and how many events of it are stored."""

    answer: Answer
    events: int = 0


def handle(sandbox: Sandbox, request: Request) -> Handled:
    """Check one upload in the documented order, and store its events."""
    try:
        target = limits.target(request.target)
        _check_method(request.method)
        _check_token(sandbox, target.token)
        tags, lines, dropped = _content(sandbox, request, target)
    except Refused as refused:
        return Handled(exchange.text(refused.status, refused.sentence))
    sandbox.store.add(lines, tags, sandbox.now)
    with sandbox.lock:
        sandbox.statistics.count_stored(request.body.size, request.body.size + target.counted_bytes, dropped)
    return Handled(OK, len(lines))


def tags(request: Request) -> tuple[str, ...]:
    """Return the tags that a request names, legal or not; none if it is no upload."""
    try:
        in_path = limits.target(request.target).tags
    except Refused:
        return ()
    return limits.raw_tags(in_path, request.headers.get("x-loggly-tag"))


def _check_method(method: str) -> None:
    if method != "POST":
        raise Refused(405, f"{method[:20]}: expected POST")


def _check_token(sandbox: Sandbox, token: str) -> None:
    if token not in sandbox.tokens:
        raise Refused(403, "Invalid API key")


def _content(sandbox: Sandbox, request: Request, target: Target) -> tuple[tuple[str, ...], list[bytes], int]:
    encoding = request.headers.get("content-encoding")
    limits.check_encoding(encoding, accept_gzip=sandbox.behavior.accept_gzip)
    checked = limits.check_tags(tags(request))
    limits.check_body(request.body.size)
    body = request.body.data
    if encoding is not None:
        body = limits.decompressed(body)
        limits.check_body(len(body))
    accepted = limits.events(body, single=target.single, oversize=sandbox.behavior.oversize)
    return checked, accepted.lines, accepted.dropped
