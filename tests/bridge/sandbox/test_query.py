import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.sandbox.events import Event, View
from bridge.sandbox.query import MAX_DEPTH, MAX_LENGTH, QueryError, parse
from bridge.sandbox.terms import Either, Every, Everything, Field, Phrase, Range, Tag, Term, Without

VERB = Field(("verb",), "get")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("*", Everything()),
        ("  * ", Everything()),
        ('"exact phrase"', Phrase("exact phrase")),
        ('-"phrase"', Without(Phrase("phrase"))),
        ("json.level:ERROR", Field(("level",), "ERROR")),
        ("json.a.b-c.d_e:x-1", Field(("a", "b-c", "d_e"), "x-1")),
        ('json.user.username:"system:serviceaccount:a:b"', Field(("user", "username"), "system:serviceaccount:a:b")),
        ("json.responseStatus.code:[500 TO 599]", Range(("responseStatus", "code"), 500, 599)),
        ("json.a:[-1.5 TO 2]", Range(("a",), -1.5, 2)),
        ("tag:prod", Tag("prod")),
        ('tag:"abc.xyz"', Tag("abc.xyz")),
        ("tag:prod AND json.verb:get", Every((Tag("prod"), VERB))),
        ("(json.verb:get OR tag:b)", Either((VERB, Tag("b")))),
        ("tag:a AND (json.verb:get OR tag:b) AND *", Every((Tag("a"), Either((VERB, Tag("b"))), Everything()))),
        ('((tag:a)) AND -"x"', Every((Tag("a"), Without(Phrase("x"))))),
    ],
)
def test_the_seen_forms(text: str, term: Term) -> None:
    assert term == parse(text)


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("", 1, "nothing to search for - write * to see everything"),
        ("error", 1, "a word without quotes is unconfirmed - put it into quotes to search for it as a phrase"),
        ('tag:a AND NOT "x"', 11, 'NOT is unconfirmed - exclude a phrase with -"phrase"'),
        ("tag:a && tag:b", 7, "&& and || are unconfirmed - write AND or OR"),
        ("tag:a and tag:b", 7, "operators are written in capitals - write AND or OR"),
        (
            "-tag:a",
            1,
            'only a phrase can be excluded - write -"phrase", or ask for the values that you want, joined by OR',
        ),
        ("/ab+/", 1, "regular expressions are unconfirmed - ask for whole values, joined by OR"),
        (
            "json.a:/b/",
            1,
            "an unquoted / would start a regular expression, which is unconfirmed - put the value into quotes",
        ),
        ('"a', 1, "a phrase that does not end - add the closing quote"),
        ('""', 1, "an empty phrase - write what to look for between the quotes"),
        (
            '"a\\"b"',
            1,
            "a backslash in a phrase is unconfirmed - search for the parts on either side of it, joined by AND",
        ),
        ("json.a:b*", 1, "wildcards inside a value are unconfirmed - ask for whole values, joined by OR"),
        ("json.a:*", 1, "wildcards inside a value are unconfirmed - ask for whole values, joined by OR"),
        ("po*d", 1, "wildcards inside words are unconfirmed - write * alone, or whole words"),
        ("tag:a.b", 1, "an unquoted value has letters, digits, _ and - only - put the value into quotes"),
        (
            "json.a:>5",
            1,
            "comparisons are unconfirmed - write a range such as json.responseStatus.code:[500 TO 599]",
        ),
        ("json.a:{1 TO 2}", 1, "ranges in braces are unconfirmed - write [a TO b]"),
        ("json.a:[1 TO *]", 9, "expected a range of two numbers such as [500 TO 599]"),
        ("json.a:[1 2]", 1, "expected a range of two numbers such as [500 TO 599]"),
        ("json.a:[9 TO 1]", 9, "a range whose first number is above its second - swap them"),
        ("json.a:(b OR c)", 1, "a group of values is unconfirmed - write (json.a:x OR json.a:y)"),
        ("json.a: b", 1, "a space after the colon - write the value right behind it"),
        ("json.a:", 1, "no value behind the colon - write the value right behind it"),
        ('json.a:""', 1, "an empty value is unconfirmed - write the value between the quotes"),
        ('json.a:"b', 1, "a value whose quotes do not end - add the closing quote"),
        ('json.a:"b\\c"', 1, "a backslash in a value is unconfirmed - search for a part of it as a phrase"),
        ("json.a..b:c", 6, "a field name with an empty part - remove the extra full stop"),
        ("syslog.host:a", 1, "expected a field that starts with json. or is tag"),
        ("tag:a tag:b", 7, "two terms side by side are unconfirmed - put AND or OR between them"),
        ("tag:a OR tag:b AND tag:c", 16, "AND and OR side by side: which binds first is unconfirmed - add parentheses"),
        ("tag:a AND", 10, "expected a term, got the end"),
        ("AND tag:a", 1, "expected a term, got AND"),
        ("(tag:a", 1, "a parenthesis that does not close - add )"),
        ("tag:a)", 6, "a closing parenthesis without an opening one - remove it or open one before"),
        ("tag:a , tag:b", 7, "a word without quotes is unconfirmed - put it into quotes to search for it as a phrase"),
    ],
)
def test_everything_else_is_refused_with_the_place_and_the_cure(text: str, at: int, sentence: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert f"query, character {at}: {sentence}" == str(error.value)
    assert at - 1 == error.value.at


def test_length_and_depth_are_limited() -> None:
    with pytest.raises(QueryError, match="expected at most 4096 characters, got 4097 - search in parts"):
        parse('"' + "a" * (MAX_LENGTH - 1) + '"')
    assert parse("(" * MAX_DEPTH + "*" + ")" * MAX_DEPTH) == Everything()
    with pytest.raises(QueryError, match="more than 32 parentheses within each other - search in parts"):
        parse("(" * (MAX_DEPTH + 1) + "*" + ")" * (MAX_DEPTH + 1))


PIECES = st.sampled_from(
    [
        "*",
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        " ",
        '"',
        "\\",
        "-",
        ":",
        "[",
        "]",
        " TO ",
        "1",
        "9",
        ".",
        "json.a",
        "tag",
        "x",
        "\0",
    ]
)
SEEN = View(Event(1, 0, 0, ("x",), b'{"a":1,"x":"x"}', is_json=True))


@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
@example("(" * 5000)
@example("json.a:[" + "9" * 400 + " TO 1]")
@example("\u0661:\u0662")
def test_any_text_gives_a_predicate_or_a_query_error(text: str) -> None:
    assert 0 <= outcome(text) <= max(1, len(text))


def outcome(text: str) -> int:
    """Return whether the parsed query matches an event, or where it goes wrong."""
    try:
        return int(parse(text).matches(SEEN))
    except QueryError as error:
        return error.at
