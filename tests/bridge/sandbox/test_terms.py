import json
from typing import Any

import pytest

from bridge.sandbox.events import Event, View
from bridge.sandbox.terms import Either, Every, Everything, Field, Phrase, Range, Tag, Term, Without, number


def view(document: dict[str, Any], tags: tuple[str, ...] = ()) -> View:
    return View(Event(1, 0, 0, tags, json.dumps(document, separators=(",", ":")).encode(), is_json=True))


SEEN = view(
    {
        "verb": "delete",
        "user": {"username": "system:node:Worker"},
        "responseStatus": {"code": 403, "final": True, "share": 0.5},
        "sourceIPs": ["10.0.0.1", "192.168.0.7"],
        "containers": [{"image": "nginx"}, {"image": "redis"}],
        "message": "connection refused by upstream",
        "count": "403",
    },
    ("prod", "a.b"),
)


@pytest.mark.parametrize(
    "term",
    [
        Everything(),
        Phrase("connection refused"),
        Phrase("CONNECTION refused"),
        Phrase('"verb":"delete"'),
        Without(Phrase("accepted")),
        Tag("prod"),
        Tag("PROD"),
        Tag("a.b"),
        Field(("verb",), "delete"),
        Field(("verb",), "DELETE"),
        Field(("user", "username"), "system:node:worker"),
        Field(("responseStatus", "code"), "403"),
        Field(("responseStatus", "code"), "403.0"),
        Field(("responseStatus", "share"), "0.5"),
        Field(("responseStatus", "final"), "true"),
        Field(("count",), "403"),
        Field(("sourceIPs",), "192.168.0.7"),
        Field(("containers", "image"), "redis"),
        Field(("message",), "connection refused"),
        Range(("responseStatus", "code"), 400, 403),
        Every((Tag("prod"), Field(("verb",), "delete"))),
        Either((Tag("dev"), Field(("verb",), "delete"))),
    ],
)
def test_terms_that_match(term: Term) -> None:
    assert term.matches(SEEN)


@pytest.mark.parametrize(
    "term",
    [
        Phrase("nection refused"),  # starts inside a word
        Phrase("connection ref"),
        Without(Phrase("refused")),
        Tag("pro"),
        Field(("verb",), "del"),
        Field(("user", "username"), "system:node"),  # one word is the whole value
        Field(("message",), "refused"),
        Field(("message",), "connection ref"),
        Field(("responseStatus",), "403"),
        Field(("responseStatus", "code"), "40"),
        Field(("responseStatus", "final"), "1"),
        Field(("responseStatus", "code"), "nan"),
        Field(("nothing", "here"), "x"),
        Range(("responseStatus", "code"), 404, 499),
        Range(("count",), 400, 499),  # text is no number
        Range(("responseStatus", "final"), 0, 2),
        Every((Tag("prod"), Field(("verb",), "get"))),
        Either((Tag("dev"), Field(("verb",), "get"))),
    ],
)
def test_terms_that_do_not_match(term: Term) -> None:
    assert not term.matches(SEEN)


@pytest.mark.parametrize(("text", "value"), [("5", 5.0), ("-1.5", -1.5), ("1e3", None), ("inf", None), ("", None)])
def test_only_plain_decimal_digits_are_numbers(text: str, value: float | None) -> None:
    assert value == number(text)
