"""The nodes of a document's text."""

import pytest
import yaml

from audit.document import DocumentError
from audit.go_nodes import compose


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        compose(text, "p.yaml")
    return str(caught.value)


def plain(node: yaml.Node | None) -> object:
    """Return nodes as tags and texts."""
    match node:
        case yaml.MappingNode():
            return [(plain(key), plain(value)) for key, value in node.value]
        case yaml.SequenceNode():
            return [plain(one) for one in node.value]
        case yaml.ScalarNode():
            return (node.tag.rpartition(":")[2], node.value)
        case _:
            return None


def test_a_plain_scalar_has_no_tag_yet() -> None:
    expected = [(("", "a"), [("", "yes"), ("str", "yes"), ("int", "5"), ("!own", "x")])]
    assert expected == plain(compose("a: [yes, 'yes', !!int 5, !own x]\n", "p"))


def test_an_alias_is_the_node_it_names_and_an_anchor_may_be_set_again() -> None:
    assert [(("", "a"), ("", "1")), (("", "b"), ("", "2")), (("", "c"), ("", "2"))] == plain(
        compose("a: &x 1\nb: &x 2\nc: *x\n", "p")
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_text_has_no_value(text: str) -> None:
    assert plain(compose(text, "p")) in (None, ("", ""))


def test_only_the_first_document_is_read() -> None:
    assert ("", "a") == plain(compose("--- a\n---\n}}}\n", "p"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: *b\n", "p.yaml:1: expected well-formed YAML, got the alias *b without its anchor"),
        ("%YAML 1.2\n---\na\n", "p.yaml:1: expected well-formed YAML, got YAML 1.2, which go-yaml does not know"),
        ("a: [!!str, b]\n", "p.yaml:1: expected well-formed YAML, got a comma right after a tag"),
        ("a\x07b\n", "p.yaml:1: expected well-formed YAML, got a character that YAML does not allow"),
        ("[" * 70 + "]" * 70, "p.yaml:1: expected well-formed YAML, got more than 60 levels"),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    assert f"{sentence} - correct the syntax here or just above" == refused(text)


def test_a_mistake_has_its_line() -> None:
    assert refused("a: 1\nb: [\n").startswith("p.yaml:")
    assert refused("a: '\\ud800'\n\tb: 1\n").startswith("p.yaml:2: expected well-formed YAML, got ")


def test_a_surrogate_is_refused() -> None:
    assert "p.yaml: expected well-formed YAML, got a character or a number out of range" in refused("a: \ud800\n")
