"""The JSON Schema says what the generator says, as far as one value at a time goes."""

from typing import Any

import jsonschema
import pytest
import yaml

from generator.schema import schema
from tests.support.commands import VALUES

VALIDATOR = jsonschema.Draft202012Validator(schema())


def wrong(text: str) -> list[str]:
    """Return the paths that an editor would underline."""
    return [error.json_path for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", sorted(VALUES.glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_values_are_right(file: Any) -> None:
    assert [] == wrong(file.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "x-mine: {anything: [1, two]}",
        "bridge: {replicas: null}",
        "cluster: null",
        "labels: {team: null}",
        "agent: {buffer: {totalBytes: 512MiB}}",
        "agent: {resources: {limits: {cpu: 2}}}",
        "bridge: {config: {forward: {ack_deadline: 20s}}}",
    ],
)
def test_what_a_layer_may_say_is_right(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("logly: {}", "$"),
        ("cluster: {nam: x}", "$.cluster"),
        ("cluster: {distribution: kubedm}", "$.cluster.distribution"),
        ("bridge: {replicas: two}", "$.bridge.replicas"),
        ("bridge: {config: {cluster: x}}", "$.bridge.config"),
        ("bridge: {config: {loggly: {token_file: /t}}}", "$.bridge.config.loggly"),
        ("loggly: {tags: [null]}", "$.loggly.tags"),
    ],
)
def test_what_the_generator_refuses_is_underlined(text: str, path: str) -> None:
    [found] = wrong(text)
    assert found.startswith(path) or path.startswith(found)


def test_a_key_has_its_meaning_and_no_title_that_says_it_again() -> None:
    version = schema()["$defs"]["Cluster"]["properties"]["version"]
    assert version["description"].startswith("The Kubernetes minor release")
    assert {"description", "default", "anyOf"} == version.keys()
