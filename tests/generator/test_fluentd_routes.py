"""Which match gets which events."""

import pytest

from generator.fluentd_config import Section, read
from generator.fluentd_routes import fits, routes


def source(tag: str, label: str = "") -> str:
    return f"<source>\n@type tail\ntag {tag}\n{f'@label {label}' if label else ''}\n</source>\n"


def match(pattern: str, kind: str = "null", inside: str = "") -> str:
    return f"<match {pattern}>\n@type {kind}\n{inside}\n</match>\n"


def found(text: str) -> tuple[list[str], list[str]]:
    result = routes(read(text, "f"))
    return [one.tag for one in result.lost], [named(one) for one in result.idle]


def named(section: Section) -> str:
    return f"{section.name} {section.argument}"


@pytest.mark.parametrize(
    ("pattern", "tag", "does"),
    [
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", False),
        ("a.**", "a", True),
        ("a.**", "a.b.c", True),
        ("**.c", "a.b.c", True),
        ("**", "anything", True),
        ("", "anything", True),
        ("{a,b}.c", "b.c", True),
        ("{a,b}.c", "d.c", False),
        ("x y.*", "y.z", True),
        ("a", "ab", False),
        ("a.b", "a.b", True),
    ],
)
def test_a_pattern_fits_as_in_fluentd(pattern: str, tag: str, does: bool) -> None:
    assert does == fits(pattern, tag)


def test_the_first_match_takes_the_event() -> None:
    assert ([], ["match a.b"]) == found(source("a.b") + match("a.**") + match("a.b"))


def test_an_event_without_a_match_is_lost() -> None:
    assert (["b.c"], ["match a.**"]) == found(source("b.c") + match("a.**"))


def test_a_nodes_name_may_have_dots() -> None:
    """One part is not enough for it."""
    assert (["a.node.example.com"], []) == found(source("\"a.#{ENV['NODE_NAME']}\"") + match("a.*"))
    assert ([], []) == found(source("\"a.#{ENV['NODE_NAME']}\"") + match("a.**"))


def test_a_filter_below_the_match_is_never_asked() -> None:
    below = "<filter a.**>\n@type grep\n</filter>\n"
    assert ([], ["filter a.**"]) == found(source("a.b") + match("a.**") + below)
    assert ([], []) == found(source("a.b") + below + match("a.**"))


def test_labels_have_routes_of_their_own() -> None:
    label = "<label @X>\n" + match("a.**") + "</label>\n"
    assert ([], ["match **"]) == found(source("a.b", "@X") + label + match("**"))
    assert ([], []) == found(source("a.b") + match("a.b", "relabel", "@label @X") + label)


def test_what_gets_its_tag_elsewhere_is_not_followed() -> None:
    assert ([], []) == found(source("a.b") + match("a.b", "rewrite_tag_filter") + match("later.**"))
    assert ([], []) == found("<source>\n@type forward\n</source>\n" + match("later.**"))


def test_fluentds_own_events_are_left_alone() -> None:
    assert ([], []) == found(source("a") + match("fluent.**") + match("a"))
