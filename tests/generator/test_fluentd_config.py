"""Fluentd's configuration as sections and parameters. tests/peers/test_fluentd_config.py asks a real Fluentd about the same."""

import pytest

from audit.problems import DocumentError
from generator.fluentd_config import read
from tests.support.rendered import FLUENTD, files

TEXT = """\
# comment
<source>
  @type tail
  tag "a.#{ENV['NODE']}"   # of the node
  flag
  <parse>
    @type none
  </parse>
</source>
<match "a.**"> # quoted
  @type null
</match>
"""


def test_sections_parameters_and_their_lines() -> None:
    root = read(TEXT, "f")
    source, match = root.sections
    assert ("tail", "a.#{ENV['NODE']}", "", "") == (
        source.type,
        source.value("tag"),
        source.value("flag"),
        source.value("no"),
    )
    assert ("f:4", True, '"') == (
        str(source.parameters["tag"].place),
        source.parameters["tag"].ruby,
        source.parameters["tag"].quote,
    )
    assert [("parse", "none", 6)] == [(one.name, one.type, one.place.line) for one in source.sections]
    assert ("match", "a.**", "f:10") == (match.name, match.argument, str(match.place))


def test_every_rendered_configuration_is_read() -> None:
    root = read(files()[FLUENTD], FLUENTD)
    assert ["tail"] == [one.type for one in root.called("source") if one.type == "tail"]
    assert {"buffer", "parse", "server"} <= {section.name for section in root.walk()}


def test_the_later_of_two_parameters_counts() -> None:
    assert "2" == read("<system>\na 1\na 2\n</system>\n", "f").sections[0].value("a")


def test_an_include_is_read_where_it_stands() -> None:
    parts = {"one.conf": "<source>\n@type a\n</source>\n", "two.conf": "x 1\n"}
    text = "@include one.conf\n<match **>\n  @include two.conf\n</match>\n"
    root = read(text, "f", lambda path: [(path, parts[path])])
    assert [("source", "one.conf:1"), ("match", "f:2")] == [(one.name, str(one.place)) for one in root.sections]
    assert "1" == root.sections[1].value("x")
    assert "one.conf" == read(text, "f").value("@include")


def test_a_file_that_includes_itself_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        read("@include f", "f", lambda path: [(path, "@include f")])
    assert "f:1: expected files that do not include each other, got 'f' within itself - take one @include out" == str(
        caught.value
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<match **>\n@type null\n", "f:3: expected </match>, got the end of the file - close the section"),
        (
            "<match **>\n</source>\n",
            "f:2: expected </match>, for <match> on line 1, got '</source>' - close sections in the order in which they were opened",
        ),
        (
            "</match>\n",
            "f:1: expected no end tag, got '</match>' - close sections in the order in which they were opened",
        ),
        ("<match **\n", "f:1: expected > after <match, got the end of the line - close the tag on its line"),
        ("< x>\n", "f:1: expected the name of a section after <, got ' x>' - write it as <match tag.**>"),
        ("<match **> x\n</match>\n", "f:1: expected the end of the line after <match>, got ' x' - begin another line"),
        (
            "<source>\n@typ tail\n</source>\n",
            "f:2: expected one of @id, @label, @log_level, @type, got '@typ' - only Fluentd's own parameters begin with @",
        ),
        ('a "b" c\n', "f:1: expected the end of the line after the value of a, got ' c' - begin another line"),
        ("<a>\n" * 60, "f:52: expected at most 50 sections in each other, got one more - take some out"),
    ],
)
def test_what_fluentd_would_not_read(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(text, "f")
    assert sentence == str(caught.value)
