"""Templates: strict, quoting, and errors with file and line."""

import sys
from pathlib import Path

import jinja2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import templates
from generator.errors import TemplateError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put templates of the test's own in the place of the project's."""
    monkeypatch.setattr(templates, "folder", lambda kind: tmp_path / kind)
    templates._environment.cache_clear()
    monkeypatch.context()
    for kind in templates.KINDS:
        (tmp_path / kind).mkdir()
    return tmp_path / "manifests"


@pytest.fixture(autouse=True)
def _fresh() -> object:
    yield
    templates._environment.cache_clear()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\nb: {{ nothing }}\n", "manifests/a.yaml.j2:2: 'nothing' is undefined"),
        (
            "a\n{% if x %}\n",
            "manifests/a.yaml.j2:2: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.",
        ),
        ("{% include 'manifests/none.j2' %}\n", "manifests/a.yaml.j2: no template 'manifests/none.j2'"),
        ("\n\n{{ 1 + 'a' }}\n", "manifests/a.yaml.j2:3: TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
    ],
)
def test_an_error_names_file_and_line(folder: Path, text: str, sentence: str) -> None:
    (folder / "a.yaml.j2").write_text(text)
    with pytest.raises(TemplateError) as caught:
        templates.render("manifests/a.yaml.j2", {})
    assert str(caught.value) == sentence


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(TemplateError) as caught:
        templates.render("manifests/99-none.yaml.j2", {})
    assert str(caught.value) == "manifests/99-none.yaml.j2: no template 'manifests/99-none.yaml.j2'"


def test_templates_are_listed_without_those_below(folder: Path) -> None:
    (folder / "host").mkdir()
    for name in ("20-b.yaml.j2", "10-a.yaml.j2", "_part.j2", "README", "host/x.j2"):
        (folder / name).write_text("")
    assert templates.names("manifests") == ["manifests/10-a.yaml.j2", "manifests/20-b.yaml.j2"]
    assert templates.names("manifests/host") == ["manifests/host/x.j2"]


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.lists(st.text())))
def test_no_text_can_become_structure(value: dict[str, object]) -> None:
    """Whatever stands in values comes out of the rendered YAML as it went in."""
    text = "key:" + templates.to_block(value, 2) + "\nother: " + templates.to_json(list(value)) + "\n"
    assert yaml.safe_load(text) == {"key": value, "other": list(value)}


def test_a_literal_block_holds_the_text_to_the_byte() -> None:
    text = "a\n\n  b: {x}\n# c\n"
    assert yaml.safe_load(f"key: |\n{templates.to_literal(text, 2)}\n") == {"key": text}


@pytest.mark.parametrize(
    ("size", "quantity"),
    [
        (1, "1Mi"),
        (2**20, "1Mi"),
        (2**20 + 1, "2Mi"),
        (200 * 2**20, "200Mi"),
        (2**30, "1Gi"),
        (3 * 2**29, "1536Mi"),
        (2**50, "1Pi"),
    ],
)
def test_a_quantity_is_in_the_form_that_kubernetes_keeps(size: int, quantity: str) -> None:
    assert quantity == templates.to_quantity(size)


def test_compiled_templates_are_written_only_where_python_writes_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for forbidden, kept in ((True, 0), (False, 1)):
        monkeypatch.setattr(sys, "dont_write_bytecode", forbidden)
        cache = templates._Compiled(str(tmp_path), "%s.template")
        environment = jinja2.Environment(loader=jinja2.DictLoader({"a": "x"}), bytecode_cache=cache, autoescape=True)
        assert ("x", kept) == (environment.get_template("a").render(), len(list(tmp_path.iterdir())))


def test_what_was_rendered_is_read_back_document_by_document() -> None:
    assert [{"a": [1, "x"]}, {"b": None}] == templates.from_yaml("---\na: [1, x]\n---\nb: null\n")
