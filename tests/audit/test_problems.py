"""Sentences: place, path, what is echoed and what is hidden."""

from typing import Any

import pytest

from audit.problems import DocumentError, Path, Place, Problem, described, path_text, shown

TOKEN = "11111111-2222-4333-8444-555555555555"


def test_a_problem_is_one_sentence_with_place_path_want_got_and_cure() -> None:
    problem = Problem("values/prod.yaml", 12, "loggly.tags[2]", "1-64 letters", "''", "remove the entry or name it")
    expected = "values/prod.yaml:12: loggly.tags[2]: expected 1-64 letters, got '' - remove the entry or name it"
    assert str(problem) == expected


def test_what_is_not_known_is_left_out() -> None:
    assert str(Problem("f", None, "", "a map", "a list")) == "f: expected a map, got a list"


def test_an_error_has_one_sentence_a_line() -> None:
    problems = [Problem("f", 1, "a", "x", "y"), Problem("f", 2, "b", "x", "y")]
    assert str(DocumentError(problems)) == "f:1: a: expected x, got y\nf:2: b: expected x, got y"


@pytest.mark.parametrize(("place", "text"), [(Place("f", 3), "f:3"), (Place("--set"), "--set")])
def test_a_place_reads_as_compilers_write_it(place: Place, text: str) -> None:
    assert str(place) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a", "b", 0, "c"), "a.b[0].c"),
        (("labels", "a.b/c"), 'labels["a.b/c"]'),
        (("a", ""), 'a[""]'),
        ((TOKEN,), "(hidden)"),
    ],
)
def test_paths_read_as_people_write_them(path: Path, text: str) -> None:
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("value", "path", "text"),
    [
        ("x", (), "'x'"),
        (None, (), "nothing"),
        (True, (), "true"),
        ({}, (), "an empty map"),
        ([1], (), "a list"),
        ("x" * 100, (), "'" + "x" * 57 + "...'"),
        ("s3cret", ("users", "password"), "a value that is not shown"),
        ("s3cret", ("apiToken", 0), "a value that is not shown"),
        (f"a {TOKEN} b", (), "'a (hidden) b'"),
        ("https://me:pw@example.com", (), "'https://(hidden)@example.com'"),
    ],
)
def test_an_echo_is_short_and_never_a_secret(value: Any, path: Path, text: str) -> None:
    assert shown(value, path) == text


@pytest.mark.parametrize(
    ("value", "text"), [("x", "the text 'x'"), (1.5, "the number 1.5"), (False, "false"), ([], "an empty list")]
)
def test_a_value_of_the_wrong_type_is_told_with_its_type(value: Any, text: str) -> None:
    assert described(value) == text
