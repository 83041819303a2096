import gzip
from typing import Any

import pytest

from bridge.sandbox import exchange, uploads
from bridge.sandbox.exchange import Body, Request
from bridge.sandbox.limits import BODY_BYTES, EVENT_BYTES
from bridge.sandbox.state import Behavior, Sandbox
from bridge.sandbox.uploads import OK, Handled


def account(**behavior: Any) -> Sandbox:
    return Sandbox(frozenset({"T"}), None, lambda: 1000.0, Behavior(**behavior))


def upload(target: str, body: bytes = b"event", method: str = "POST", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, target, named, body=Body(body[: BODY_BYTES + 1], len(body)))


def test_lines_are_stored_with_the_tags_of_path_and_header() -> None:
    sandbox = account()
    assert uploads.handle(sandbox, upload("/bulk/T/tag/a,b/", b"x\ny\n", x_loggly_tag="b,c")) == Handled(OK, 2)
    assert [(event.raw, event.tags) for event in sandbox.store.all()] == [
        (b"x", ("a", "b", "c")),
        (b"y", ("a", "b", "c")),
    ]


def test_inputs_takes_the_body_as_one_event() -> None:
    sandbox = account()
    assert uploads.handle(sandbox, upload("/inputs/T/tag/a/", b"x\ny")) == Handled(OK, 1)
    assert [event.raw for event in sandbox.store.all()] == [b"x\ny"]


def test_the_answer_is_to_the_byte_what_loggly_answers() -> None:
    assert uploads.handle(account(), upload("/bulk/T/")).answer.body == b'{"response" : "ok"}'


def test_counted_bytes_are_the_body_and_what_follows_the_token() -> None:
    sandbox = account()
    uploads.handle(sandbox, upload("/bulk/T/tag/a,b/", b"12345"))
    assert (5, 14) == (sandbox.statistics.body_bytes, sandbox.statistics.counted_bytes)


LARGE = b"x" * (EVENT_BYTES + 1)
HUGE = b"x\n" * (BODY_BYTES // 2 + 1)
IN_ORDER: list[tuple[int, str, dict[str, Any]]] = [
    (404, "no such path", {"target": "/bulks/X/tag/-/", "body": HUGE, "content_encoding": "gzip"}),
    (403, "Invalid API key", {"target": "/bulk/X/tag/-/", "body": HUGE, "content_encoding": "gzip"}),
    (400, "Content-Encoding gzip", {"target": "/bulk/T/tag/-/", "body": HUGE, "content_encoding": "gzip"}),
    (400, "tag '-'", {"target": "/bulk/T/tag/-/", "body": HUGE}),
    (400, "tag ''", {"target": "/bulk/T/tag//", "body": HUGE}),
    (400, "tag ''", {"target": "/bulk/T/", "body": HUGE, "x_loggly_tag": ""}),
    (413, "a body of 5242002 bytes", {"target": "/bulk/T/tag/a/", "body": HUGE}),
    (413, "an event of 1000001 bytes", {"target": "/bulk/T/tag/a/", "body": LARGE}),
    (405, "PUT: expected POST", {"target": "/bulk/T/tag/a/", "method": "PUT"}),
]


@pytest.mark.parametrize(("status", "begins", "request_"), IN_ORDER)
def test_checks_come_in_the_documented_order(status: int, begins: str, request_: dict[str, Any]) -> None:
    sandbox = account()
    handled = uploads.handle(sandbox, upload(**request_))
    assert status == handled.answer.status
    assert handled.answer.body.decode().startswith(begins)
    assert (0, []) == (handled.events, sandbox.store.all())


def test_a_dropped_event_is_answered_ok_and_not_stored() -> None:
    sandbox = account(oversize="drop")
    assert uploads.handle(sandbox, upload("/bulk/T/", b"a\n" + LARGE)) == Handled(OK, 1)
    assert sandbox.statistics.dropped == 1


def test_gzip_is_accepted_as_an_option_and_its_content_limited() -> None:
    sandbox = account(accept_gzip=True)
    packed = upload("/bulk/T/", gzip.compress(b"a\nb"), content_encoding="gzip")
    assert uploads.handle(sandbox, packed) == Handled(OK, 2)
    bomb = upload("/bulk/T/", gzip.compress(HUGE), content_encoding="gzip")
    assert uploads.handle(sandbox, bomb).answer == exchange.text(
        413, "a body of 5242001 bytes: above the limit of 5242000"
    )


def test_a_new_set_of_tokens_is_valid_at_once() -> None:
    sandbox = account()
    sandbox.tokens = frozenset({"U"})
    assert uploads.handle(sandbox, upload("/bulk/T/")).answer == exchange.text(403, "Invalid API key")
    assert uploads.handle(sandbox, upload("/bulk/U/")) == Handled(OK, 1)


def test_tags_of_what_is_no_upload_are_none() -> None:
    assert uploads.tags(upload("/apiv2/search", x_loggly_tag="a")) == ()
