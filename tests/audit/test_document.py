"""Documents: reading with lines, layering, settings of the command line, and every sentence a user may meet."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from audit.document import DocumentError, Place, check, layered, read, setting


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Loggly(Model):
    tags: tuple[str, ...] = ()
    token_file: str = ""


class Root(Model):
    loggly: Loggly = Loggly()
    replicas: int = Field(default=2, ge=1)
    flavor: Literal["fluentd", "td-agent"] = "fluentd"


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "values/prod.yaml"), Root)
    return str(caught.value)


def test_every_path_knows_its_line() -> None:
    document = read("a:\n  b: 1\n  c:\n  - x\n  - y: z\n", "f.yaml")
    assert {"a": {"b": 1, "c": ["x", {"y": "z"}]}} == document.data
    assert [1, 2, 3, 4, 5, 5] == [
        document.line(path)
        for path in [("a",), ("a", "b"), ("a", "c"), ("a", "c", 0), ("a", "c", 1), ("a", "c", 1, "y")]
    ]


def test_a_path_that_was_not_written_has_the_line_around_it() -> None:
    assert read("a:\n  b: {}\n", "f.yaml").line(("a", "b", "c")) == 2


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n"])
def test_an_empty_text_is_an_empty_map(text: str) -> None:
    assert read(text, "f.yaml").data == {}


def test_layers_merge_maps_replace_lists_and_remove_by_null() -> None:
    below = read("a: {x: 1, y: [1, 2]}\nb: 1\n", "below.yaml")
    above = read("a:\n  y: [3]\n  z: 4\nb: null\n", "above.yaml")
    document = layered(below, above)
    assert {"a": {"x": 1, "y": [3], "z": 4}} == document.data
    assert Place("above.yaml", 2) == document.place(("a", "y"))
    assert Place("below.yaml", 1) == document.place(("a", "x"))


def test_a_setting_is_a_layer_whose_value_is_yaml() -> None:
    document = layered(read("a: {b: 1, c: 2}", "f.yaml"), setting("a.b=[x, 'y']"))
    assert {"a": {"b": ["x", "y"], "c": 2}} == document.data
    assert Place("--set") == document.place(("a", "b", 0))


def test_a_merged_map_keeps_its_place() -> None:
    document = layered(
        read("a:\n  b: 1\n", "f.yaml"), read("\na:\n  c: 1\n", "g.yaml"), setting("a.d=1"), setting("e.f=1")
    )
    places = [str(document.place(path)) for path in [("a",), ("a", "b"), ("a", "c"), ("a", "d"), ("e",), ("e", "f")]]
    assert places == ["f.yaml:1", "f.yaml:2", "g.yaml:3", "--set", "--set", "--set"]


def test_what_is_replaced_has_the_place_of_what_replaced_it() -> None:
    """Also the maps in a list, a map over a text, and a map over what was removed."""
    below = read("a:\n- b: 1\nc: text\nd: {e: 1}\n", "below.yaml")
    removed = read("d: null\n", "removed.yaml")
    above = read("\na: [{b: 2}]\nc: {x: 1}\nd: {f: 1}\n", "above.yaml")
    document = layered(below, removed, above)
    assert {"a": [{"b": 2}], "c": {"x": 1}, "d": {"f": 1}} == document.data
    places = [str(document.place(path)) for path in [("a",), ("a", 0), ("a", 0, "b"), ("c",), ("d",)]]
    assert ["above.yaml:2", "above.yaml:2", "above.yaml:2", "above.yaml:3", "above.yaml:4"] == places


def test_what_was_removed_and_set_again_has_the_place_of_the_latter_whatever_comes_after() -> None:
    document = layered(
        read("a: null\nb: {c: null}\n", "below.yaml"), read("a: 1\nb: {c: 2}\n", "above.yaml"), setting("d=1")
    )
    assert ["above.yaml:1", "above.yaml:2"] == [str(document.place(path)) for path in [("a",), ("b", "c")]]
    assert {} == document.removed


def test_an_error_about_a_missing_key_names_the_layer_whose_list_it_is() -> None:
    class Item(BaseModel):
        name: str

    class Items(BaseModel):
        items: tuple[Item, ...] = ()

    document = layered(read("items:\n- name: x\n", "below.yaml"), read("\nitems:\n\n- {}\n", "above.yaml"))
    with pytest.raises(DocumentError) as caught:
        check(document, Items)
    assert "above.yaml:4: items[0].name: expected a value, got nothing - add it" == str(caught.value)


def test_null_over_a_key_that_nobody_knows_is_a_mistake() -> None:
    document = layered(read("loggly:\n  tokenFil: null\n", "f.yaml"), setting("logly=null"), setting("replicas="))
    with pytest.raises(DocumentError) as caught:
        check(document, Root)
    assert [
        "f.yaml:2: loggly.tokenFil: expected a known key, got 'tokenFil' - did you mean 'tokenFile'?",
        "--set: logly: expected a known key, got 'logly' - did you mean 'loggly'?",
    ] == str(caught.value).splitlines()


def test_a_dot_inside_a_key_of_a_setting_is_escaped() -> None:
    assert setting(r"labels.app\.example/name=x").data == {"labels": {"app.example/name": "x"}}


def test_an_empty_setting_removes() -> None:
    assert layered(read("a: {b: 1}", "f.yaml"), setting("a.b=")).data == {"a": {}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "cluster.name",
            "--set: expected KEY.PATH=VALUE, got 'cluster.name' without '=' - write --set cluster.name=prod",
        ),
        ("=x", "--set: expected KEY.PATH=VALUE, got '' - write --set cluster.name=prod"),
        ("a.b=[", "--set: a.b: expected well-formed YAML, got expected the node content, but found '<stream end>' - "),
        ("a={b: 1, b: 2}", "--set: a.b: expected the key once (first on line 1), got it again - remove one of the two"),
        (
            "a.b[0]=x",
            "--set: a.b[0]: expected a key, got a place in a list - a list is replaced as a whole: write --set 'a.b=[ONE, TWO]'",
        ),
    ],
)
def test_a_bad_setting_says_so(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        setting(text)
    assert str(caught.value).startswith(sentence)


def test_an_unknown_path_of_a_setting_names_the_setting() -> None:
    with pytest.raises(DocumentError) as caught:
        check(layered(read("", "f.yaml"), setting("logly.tags=[a]")), Root)
    assert str(caught.value) == "--set: logly: expected a known key, got 'logly' - did you mean 'loggly'?"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "# a comment\nlogly: {}\n",
            "values/prod.yaml:2: logly: expected a known key, got 'logly' - did you mean 'loggly'?",
        ),
        (
            "loggly:\n  tokenfile: x\n",
            "values/prod.yaml:2: loggly.tokenfile: expected a known key, got 'tokenfile' - did you mean 'tokenFile'?",
        ),
        (
            "zzz: 1",
            "values/prod.yaml:1: zzz: expected one of flavor, loggly, replicas, got 'zzz' - remove it",
        ),
        ("replicas: abc", "values/prod.yaml:1: replicas: expected a whole number, got the text 'abc'"),
        (
            "replicas: '3'",
            "values/prod.yaml:1: replicas: expected a whole number, got the text '3' - remove the quotes",
        ),
        ("replicas: true", "values/prod.yaml:1: replicas: expected a whole number, got true"),
        ("replicas: 0", "values/prod.yaml:1: replicas: expected at least 1, got 0"),
        (
            "loggly: {tags: [1.5]}",
            "values/prod.yaml:1: loggly.tags[0]: expected text, got the number 1.5 - put it in quotes",
        ),
        ("loggly:\n  tags: x", "values/prod.yaml:2: loggly.tags: expected a list, got the text 'x'"),
        ("loggly: []", "values/prod.yaml:1: loggly: expected a map, got an empty list"),
        (
            "flavor: fluent",
            "values/prod.yaml:1: flavor: expected one of fluentd, td-agent, got 'fluent' - did you mean 'fluentd'?",
        ),
        ("- a", "values/prod.yaml:1: expected a map of keys, got a list - write it as key: value"),
        (
            "a: 1\nb: 2\na: 3",
            "values/prod.yaml:3: a: expected the key once (first on line 1), got it again - remove one of the two",
        ),
        ("on: 1", "values/prod.yaml:1: expected a key that is text, got another kind of value - put the key in quotes"),
        (
            "a:\n\tb: 1",
            "values/prod.yaml:2: expected well-formed YAML, got found character '\\t' that cannot start any token - indent with spaces",
        ),
        (
            "a: 1\n--- \nb: 1",
            "values/prod.yaml:2: expected well-formed YAML, got but found another document - correct the syntax here or just above",
        ),
    ],
)
def test_a_mistake_names_place_want_got_and_cure(text: str, sentence: str) -> None:
    assert refused(text) == sentence


def test_every_mistake_is_reported_at_once() -> None:
    assert [
        "values/prod.yaml:1: replicas: expected at least 1, got 0",
        "values/prod.yaml:2: flavour: expected a known key, got 'flavour' - did you mean 'flavor'?",
    ] == refused("replicas: 0\nflavour: x\n").splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "loggly: {tokenFile: 11111111-2222-4333-8444-555555555555, x: 1}",
        "loggly: {tokenFile: [11111111-2222-4333-8444-555555555555]}",
        "loggly: {tags: 11111111-2222-4333-8444-555555555555}",
        "loggly: {11111111-2222-4333-8444-555555555555: 1}",
        "replicas: https://me:11111111-2222-4333-8444-555555555555@example.com/",
    ],
)
def test_no_sentence_shows_a_secret(text: str) -> None:
    assert "4333" not in refused(text)


def test_a_long_value_is_cut() -> None:
    assert len(refused("replicas: " + "x" * 5000)) < 200
