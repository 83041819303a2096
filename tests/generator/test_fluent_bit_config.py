"""Fluent Bit's configuration as plugins with their lines."""

import pytest

from generator.fluent_bit_config import configurations, parsed, plugins, takes
from tests.support.rendered import files

TEXT = """\
service: {flush: 1}
pipeline:
  inputs:
    - name: tail
      read_from_head: true
  outputs:
    - {name: forward, match: 'a.*', port: 1}
"""


def test_plugins_know_their_part_their_options_and_their_lines() -> None:
    tail, forward = plugins(parsed(TEXT, "f.yaml"))
    assert ("inputs", "tail", "true", "") == (tail.kind, tail.name, tail.value("read_from_head"), tail.value("path"))
    assert ("f.yaml:5", "f.yaml:4") == (str(tail.place("read_from_head")), str(tail.place("path")))
    assert ("outputs", "1", "pipeline.outputs[0].port") == (forward.kind, forward.value("port"), forward.label("port"))


def test_configurations_are_known_by_their_pipeline() -> None:
    assert ["a.yaml"] == configurations(
        {"a.yaml": TEXT, "b.yaml": "x: 1\n", "c.conf": TEXT, "d.yaml": " pipeline: {}\n"}
    )
    assert ["fluent-bit.yaml"] == configurations(files("default", "agent.flavor=fluent-bit"))


@pytest.mark.parametrize(
    ("pattern", "tag", "does"),
    [
        ("match: a.*", "a.b.c", True),
        ("match: a.*", "b.a", False),
        ("match: '*'", "anything", True),
        ("match: a?", "ab", False),
        ("match: 'a[b]'", "ab", False),
        ("match_regex: '^a\\.'", "a.b", True),
        ("match: ''", "a", False),
    ],
)
def test_a_star_is_any_text_and_nothing_else_is_special(pattern: str, tag: str, does: bool) -> None:
    (output,) = plugins(parsed(f"pipeline:\n  outputs:\n    - {pattern}\n", "f"))
    assert does == takes(output, tag)
