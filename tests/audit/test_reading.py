"""YAML text to data and lines: what is read, what stays text, and what is refused whatever the text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.document import Document, DocumentError, read
from audit.reading import parse

SNIPPETS = r"""a ~b:_ ~-_ ~__ ~&x_ ~*x ~<<:_ ~{ ~} ~[ ~] ~,_ ~?_ ~!!int_ ~!!bool_ ~!!python/tuple_ ~!!float_ ~!!binary_ ~!!set_
~"\uD800" ~"\UFFFFFFFF" ~>- ~' ~" ~0x_ ~1_0 ~0b_ ~.inf ~.nan ~1e999 ~1e+999 ~# ~2001-99-99 ~null ~= ~12:30 ~on ~no"""
YAML_PARTS = [part.strip().replace("_", " ") for part in SNIPPETS.split("~")]
YAML_PARTS += [
    "\n",
    "|\n",
    "---\n",
    "...\n",
    "%YAML 9999.1\n",
    "\t",
    "\0",
    "\ufeff",
    "0x_",
    "0b_",
    "9" * 30,
    "0x" + "f" * 5000,
]
YAML_TEXT = st.lists(st.sampled_from(YAML_PARTS), max_size=25).map("".join)


@settings(deadline=None)  # the machine may be busy
@given(st.one_of(st.text(), YAML_TEXT))
def test_any_text_gives_a_document_or_its_error_and_nothing_else(text: str) -> None:
    problems = []
    try:
        document = read(text, "f")
    except DocumentError as error:
        problems = error.problems
    else:
        assert isinstance(document, Document)
        assert json.loads(json.dumps(document.data)) == document.data
    assert all(problem.want and problem.got for problem in problems)


def test_data_and_the_line_of_every_path() -> None:
    data, lines = parse("- a\n- b: 1\n", "f")
    assert data == ["a", {"b": 1}]
    assert lines == {(): 1, (0,): 1, (1,): 2, (1, "b"): 2}


def test_dates_and_clock_times_stay_text() -> None:
    assert read("a: 2024-01-01\nb: 12:30\nc: 1:2.5\n", "f").data == {"a": "2024-01-01", "b": "12:30", "c": "1:2.5"}


def test_merge_keys_give_way_to_the_keys_beside_them() -> None:
    document = read("x-base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\n", "f")
    assert document.data["use"] == {"a": 1, "b": 3}
    assert [1, 4] == [document.line(("use", "a")), document.line(("use", "b"))]


def test_an_alias_bomb_is_refused_quickly() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(DocumentError, match="aliases that multiply without end"):
        read("l0: &l0 [x]\n" + levels, "f")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {<<: *a}", "a: " + "[" * 5000, "&a *a"])
def test_endless_nesting_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        read(text, "f")
