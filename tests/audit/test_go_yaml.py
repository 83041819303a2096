"""Documents as Kubernetes' programs read them."""

from typing import Any

import pytest

from audit.document import DocumentError
from audit.go_yaml import parse


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(text, "p.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("a: yes\nb: ~\nc: 2001-01-01\n", {"a": True, "b": None, "c": "2001-01-01"}),
        ("a: 1\na: 2\n", {"a": 2}),
        ("a: .inf\na: 2\n", {"a": 2}),
        ("1: a\nyes: b\n1.5: c\n", {"1": "a", "true": "b", "1.5": "c"}),
        ("k: &x {a: 1, b: 1}\nl: {a: 2, <<: *x}\n", {"k": {"a": 1, "b": 1}, "l": {"a": 1, "b": 1}}),
        ("k: &x {a: 1, b: 1}\nl: {<<: *x, a: 2}\n", {"k": {"a": 1, "b": 1}, "l": {"a": 2, "b": 1}}),
        ("k: {<<: [{a: 1}, {a: 2, b: 2}]}\n", {"k": {"a": 1, "b": 2}}),
        ('{"a": 1e2, "b": "\\u00e9"}', {"a": 100.0, "b": "é"}),
        ("a: b\n---\nc: [\n", {"a": "b"}),
    ],
)
def test_a_document_is_data(text: str, data: Any) -> None:
    assert data == parse(text, "p").data


def test_every_value_has_its_line() -> None:
    read = parse("a:\n- b: 1\n  c:\n    d: 1\n-\n  - x\n", "p")
    assert {
        (): 1,
        ("a",): 1,
        ("a", 0): 2,
        ("a", 0, "b"): 2,
        ("a", 0, "c"): 3,
        ("a", 0, "c", "d"): 4,
        ("a", 1): 6,
        ("a", 1, 0): 6,
    } == read.lines
    assert (4, 1) == (read.line(("a", 0, "c", "d", "e")), read.line(("z",)))


def test_a_key_that_stands_twice_is_told_and_the_last_counts() -> None:
    read = parse("a: {b: [1, 2]}\nc: 1\na: {d: 1}\n", "p")
    assert ([(("a",), 1)], 3) == (read.twice, read.line(("a", "d")))
    assert ("a", "b") not in read.lines


def test_json_has_lines_too() -> None:
    read = parse('{\n"a": 1,\n"a": 2}', "p")
    assert ({"a": 2}, 3, [(("a",), 2)]) == (read.data, read.line(("a",)), read.twice)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nnull: 2\n", "p.yaml:2: expected a key that is text, got another kind of value - put the key in quotes"),
        ("[a]: 1\n", "p.yaml:1: expected a key that is text, got another kind of value - put the key in quotes"),
        (
            "a: [1, -.inf]\n",
            "p.yaml:1: a[1]: expected text or a number that JSON has, got '-.inf' - put it in quotes",
        ),
        ("a: !!int x\n", "p.yaml:1: a: expected text or a number that JSON has, got 'x' - put it in quotes"),
        (
            "a:\n  <<: 1\n",
            "p.yaml:2: a.<<: expected a map or a list of maps, got another kind of value - name an anchor",
        ),
        (
            "{a: b}\n",
            "p.yaml:1: expected JSON, as the text begins with {, got expecting property name enclosed in double quotes - write it as key: value",
        ),
        ('{"a": NaN}', "p.yaml: expected well-formed JSON, got a number that is none, or nesting without end"),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    assert sentence == refused(text)


def test_aliases_that_multiply_are_refused() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "got aliases or levels without end" in refused(bomb)
    assert "got aliases or levels without end" in refused("a: &a [*a]\n")
