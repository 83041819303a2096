"""The values model: closed, documented, and values/default.yaml is its copy."""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from pydantic import BaseModel

from audit.document import DocumentError, check, read
from audit.presets import PRESETS
from generator.crosscheck import DECIDED_ELSEWHERE
from generator.load import load
from generator.render import render
from generator.values import Policy, Resources, Values
from tests.support.values_fuzz import TOKEN, values

SENTENCE = re.compile(r"[^\n]+: expected [^\n]+, got [^\n]+")
DEFAULT = Path(__file__).parent.parent.parent / "values" / "default.yaml"


def keys(model: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key with a default, as documents write it."""
    for name, field in type(model).model_fields.items():
        below = (*path, field.alias or name)
        value = getattr(model, name)
        if below[2:] in DECIDED_ELSEWHERE and below[:2] == ("bridge", "config"):
            continue
        if isinstance(value, BaseModel):
            yield from keys(value, below)
        else:
            yield below


def written(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if (isinstance(data, dict) and data and path[-1:] not in {("requests",), ("limits",)}) or path == ():
        for key, value in data.items():
            yield from written(value, (*path, key))
    elif isinstance(data, dict) and path == ("bridge", "config", "limits"):
        for key in data:
            yield (*path, key)
    else:
        yield path


def test_the_default_file_has_the_defaults() -> None:
    assert load([DEFAULT]).values == Values()


def test_the_default_file_has_every_key() -> None:
    data = read(DEFAULT.read_text(), "default.yaml").data
    assert sorted(keys(Values())) == sorted(written(dict(data)))


def test_the_bridges_image_is_of_this_version() -> None:
    assert Values().bridge.image == f"kube-audit-bridge:{version('kube-audit-bridge')}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cluser: {}", "values.yaml:1: cluser: expected a known key, got 'cluser' - did you mean 'cluster'?"),
        (
            "bridge:\n  replica: 3",
            "values.yaml:2: bridge.replica: expected a known key, got 'replica' - did you mean 'replicas'?",
        ),
        (
            "agent: {state_directory: /var/lib/x}",
            "values.yaml:1: agent.state_directory: expected a known key, got 'state_directory' - did you mean 'stateDirectory'?",
        ),
        (
            "bridge: {config: {forward: {ackDeadline: 1s}}}",
            "values.yaml:1: bridge.config.forward.ackDeadline: expected a known key, got 'ackDeadline' - did you mean 'ack_deadline'?",
        ),
        (
            "cluster: {version: 1.30}",
            "values.yaml:1: cluster.version: expected text, got the number 1.3 - put it in quotes",
        ),
        (
            "cluster: {version: '1.6'}",
            "values.yaml:1: cluster.version: expected a Kubernetes release from 1.7 to 1.37, got '1.6'",
        ),
        ("bridge: {replicas: two}", "values.yaml:1: bridge.replicas: expected a whole number, got the text 'two'"),
        (
            "loggly: {tags: ['']}",
            "values.yaml:1: loggly.tags[0]: expected 1-64 letters, digits, '.', '_' and '-', got '' - remove the entry or name it",
        ),
        (
            "loggly: {url: 'https://logs-01.loggly.com/bulk'}",
            "values.yaml:1: loggly.url: expected scheme and host, such as https://logs-01.loggly.com, got 'https://logs-01.loggly.com/bulk' - leave out the rest",
        ),
        (
            "audit: {log: {path: /var/log/audit/*.log}}",
            "values.yaml:1: audit.log.path: expected an absolute path of letters, digits, '.', '_' and '-', got '/var/log/audit/*.log' - name one exact path",
        ),
        (
            "agent: {resources: {limits: {memory: 1 GB}}}",
            "values.yaml:1: agent.resources.limits.memory: expected a Kubernetes quantity, such as 100m or 256Mi, got '1 GB'",
        ),
        (
            "agent: {buffer: {totalBytes: 1MB}}",
            "values.yaml:1: agent.buffer.totalBytes: expected at least 67108864, got '1MB'",
        ),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "values.yaml"), Values)
    assert str(caught.value) == sentence


def test_a_whole_number_is_a_quantity() -> None:
    values = check(read("bridge: {resources: {limits: {cpu: 2}}}", "f"), Values)
    assert values.bridge.resources == Resources(limits={"cpu": "2"})


def test_every_preset_may_be_named() -> None:
    literal, _none = get_args(Policy.model_fields["preset"].annotation)
    assert PRESETS == get_args(literal)


@given(base=values(Values), over=values(Values))
@settings(max_examples=int(os.environ.get("AUDIT_TEST_VALUES", "25")))
def test_any_values_render_or_are_refused_in_sentences(base: Any, over: Any) -> None:
    """And no sentence and no rendered file shows a token. AUDIT_TEST_VALUES makes more of them up."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("base.yaml", "over.yaml")]
        for file, data in zip(files, (base, over), strict=True):
            file.write_text(json.dumps(data, indent=1), "utf-8")
        try:
            said = list(render(load(files)).values())
        except DocumentError as error:
            said = [str(problem) for problem in error.problems]
            assert [] == [sentence for sentence in said if not SENTENCE.fullmatch(sentence)]
    assert [] == [text for text in said if TOKEN in text]
