"""The search language: text in, a term or a QueryError out, nothing else.

Only the forms that are seen to work with Loggly are known:

    *    "exact phrase"    -"phrase"    tag:prod    tag:"a.b"    json.a.b:value    json.a.b:"value"
    json.a.b:[500 TO 599]    X AND Y    X OR Y    (X OR Y)

Everything else that Loggly may or may not understand is unconfirmed, and the error says which form it is, where it
stands, and what to write instead.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bridge.sandbox.terms import Either, Every, Everything, Field, Phrase, Range, Tag, Term, Without, number

MAX_LENGTH = 4096  # characters: a generated query has hundreds, and a deep link has to fit into a URL
MAX_DEPTH = 32  # parentheses within parentheses: far below what the interpreter's stack allows

# One entry a form. The order matters: what stands above is tried first.
_TOKENS = re.compile(
    r"""
      (?P<open>\()
    | (?P<close>\))
    | (?P<without>-"(?P<unwanted>[^"\\]+)")
    | (?P<phrase>"(?P<wanted>[^"\\]+)")
    | (?P<range>json\.(?P<range_path>[\w.@-]+):\[(?P<low>[^\s\]]+)[ ]TO[ ](?P<high>[^\s\]]+)\])
    | (?P<field>(?:json\.(?P<path>[\w.@-]+)|tag):(?:"(?P<quoted>[^"\\]+)"|(?P<bare>\w[\w-]*)(?=[\s()]|\Z)))
    | (?P<everything>\*)(?=[\s()]|\Z)
    | (?P<and>AND|OR)(?=[\s()]|\Z)
    """,
    re.VERBOSE | re.ASCII,
)

# What people try, and what to tell them. The first that fits the place of the error is said.
_MISTAKES: tuple[tuple[str, str], ...] = (
    (r"NOT\b|!", 'NOT is unconfirmed - exclude a phrase with -"phrase"'),
    (r"&&|\|\|", "&& and || are unconfirmed - write AND or OR"),
    (r"(and|or)\b", "operators are written in capitals - write AND or OR"),
    (r"-", 'only a phrase can be excluded - write -"phrase", or ask for the values that you want, joined by OR'),
    (r"/", "regular expressions are unconfirmed - ask for whole values, joined by OR"),
    (r'"[^"]*\\', "a backslash in a phrase is unconfirmed - search for the parts on either side of it, joined by AND"),
    (r'""', "an empty phrase - write what to look for between the quotes"),
    (r'"', "a phrase that does not end - add the closing quote"),
    (r"[\w.@-]+:\s", "a space after the colon - write the value right behind it"),
    (r'[\w.@-]+:"[^"]*\\', "a backslash in a value is unconfirmed - search for a part of it as a phrase"),
    (r'[\w.@-]+:""', "an empty value is unconfirmed - write the value between the quotes"),
    (r'[\w.@-]+:"[^"]*\Z', "a value whose quotes do not end - add the closing quote"),
    (r"[\w.@-]+:(>|<|=)", "comparisons are unconfirmed - write a range such as json.responseStatus.code:[500 TO 599]"),
    (r"[\w.@-]+:\{", "ranges in braces are unconfirmed - write [a TO b]"),
    (r"[\w.@-]+:\[", "expected a range of two numbers such as [500 TO 599]"),
    (r"[\w.@-]+:\(", "a group of values is unconfirmed - write (json.a:x OR json.a:y)"),
    (r"[\w.@-]+:/", "an unquoted / would start a regular expression, which is unconfirmed - put the value into quotes"),
    (
        r"(json\.[\w.@-]+|tag):[^\s()]*[*?~]",
        "wildcards inside a value are unconfirmed - ask for whole values, joined by OR",
    ),
    (
        r"(json\.[\w.@-]+|tag):[^\s()]",
        "an unquoted value has letters, digits, _ and - only - put the value into quotes",
    ),
    (r"(json\.[\w.@-]+|tag):", "no value behind the colon - write the value right behind it"),
    (r"[\w.@-]+:", "expected a field that starts with json. or is tag"),
    (r"[^\s()]*[*?]", "wildcards inside words are unconfirmed - write * alone, or whole words"),
    (r"[^\s()]+", "a word without quotes is unconfirmed - put it into quotes to search for it as a phrase"),
)


class QueryError(ValueError):
    """A query that is not one of the seen forms: `sentence`, and `at`, the character where it goes wrong (from 0)."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(f"query, character {at + 1}: {sentence}")
        self.sentence = sentence
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    at: int
    text: str
    term: Term | None = None


def parse(text: str) -> Term:
    """Parse a query."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"expected at most {MAX_LENGTH} characters, got {len(text)} - search in parts", MAX_LENGTH)
    if not text.strip():
        raise QueryError("nothing to search for - write * to see everything", 0)
    return _Parser(_tokens(text), len(text)).parse()


class _Parser:
    """Recursive descent over the tokens: a group is terms joined by one operator; a term may be a group in parentheses."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = [*tokens, _Token("end", end, "the end")]
        self._next = 0

    def parse(self) -> Term:
        term = self._group(0)
        token = self._peek()
        if token.kind != "end":
            raise QueryError("a closing parenthesis without an opening one - remove it or open one before", token.at)
        return term

    def _group(self, depth: int) -> Term:
        terms = [self._term(depth)]
        operator = self._peek().text
        while self._peek().kind == "and":
            token = self._take()
            if token.text != operator:
                raise QueryError(
                    "AND and OR side by side: which binds first is unconfirmed - add parentheses", token.at
                )
            terms.append(self._term(depth))
        self._expect_end_of_group()
        if len(terms) == 1:
            return terms[0]
        return Every(tuple(terms)) if operator == "AND" else Either(tuple(terms))

    def _term(self, depth: int) -> Term:
        token = self._take()
        if token.term is not None:
            return token.term
        if token.kind != "open":
            raise QueryError(f"expected a term, got {token.text}", token.at)
        if depth == MAX_DEPTH:
            raise QueryError(f"more than {MAX_DEPTH} parentheses within each other - search in parts", token.at)
        term = self._group(depth + 1)
        if self._take().kind != "close":
            raise QueryError("a parenthesis that does not close - add )", token.at)
        return term

    def _expect_end_of_group(self) -> None:
        token = self._peek()
        if token.kind not in {"close", "end"}:
            raise QueryError("two terms side by side are unconfirmed - put AND or OR between them", token.at)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = _after_space(text, 0)
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise QueryError(_mistake(text, at), at)
        kind = match.lastgroup or ""
        make = _TERMS.get(kind)
        tokens.append(_Token(kind, at, match.group(), make(match) if make else None))
        at = _after_space(text, match.end())
    return tokens


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _mistake(text: str, at: int) -> str:
    for pattern, sentence in _MISTAKES:
        if re.compile(pattern, re.ASCII).match(text, at):
            return sentence
    return f"{text[at]!r} is in no form that is known to work - put text into quotes"


def _field(match: re.Match[str]) -> Term:
    value = match["quoted"] or match["bare"]
    return Tag(value) if match["path"] is None else Field(_path(match, "path"), value)


def _range(match: re.Match[str]) -> Term:
    low, high = number(match["low"]), number(match["high"])
    if low is None or high is None:
        raise QueryError("expected a range of two numbers such as [500 TO 599]", match.start("low"))
    if low > high:
        raise QueryError("a range whose first number is above its second - swap them", match.start("low"))
    return Range(_path(match, "range_path"), low, high)


def _path(match: re.Match[str], group: str) -> tuple[str, ...]:
    path = tuple(match[group].split("."))
    if "" in path:
        raise QueryError("a field name with an empty part - remove the extra full stop", match.start(group))
    return path


_TERMS: dict[str, Callable[[re.Match[str]], Term]] = {
    "everything": lambda _: Everything(),
    "phrase": lambda match: Phrase(match["wanted"]),
    "without": lambda match: Without(Phrase(match["unwanted"])),
    "field": _field,
    "range": _range,
}
