"""Values that are each right and do not go together."""

from pathlib import Path

import pytest

from audit.document import DocumentError
from generator.crosscheck import disagreements
from generator.load import load
from generator.values import Values

TOKEN = "11111111-2222-4333-8444-555555555555"


def refused(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        load([file])
    return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]


def test_the_defaults_go_together() -> None:
    assert disagreements(Values()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "namespaces: {agent: a, bridge: a}",
            "1: namespaces.bridge: expected another namespace than the agent's, whose Pod Security level is lower, got 'a' - name two namespaces",
        ),
        (
            "agent: {flavor: td-agent}",
            "1: agent.image: expected an image with td-agent, got nothing - there is no official one: build it, or set agent.onHost for the package on the machines",
        ),
        (
            "bridge: {eventsPerSecond: 30000}",
            "1: bridge.replicas: expected at least 3 for 30,000 events a second, one of them being replaced, got 2 - see docs/performance.md",
        ),
        (
            "bridge: {config: {cluster: a}}",
            "1: bridge.config.cluster: expected no value here, got one - set cluster.name",
        ),
        (
            "bridge: {config: {loggly: {token_file: a}}}",
            "1: bridge.config.loggly.token_file: expected no value here, got one - set loggly.tokenSecret",
        ),
        (
            "bridge: {config: {forward: {port: 0}}}",
            "1: bridge.config.forward.port: expected a port from 1024: a Service needs a fixed one, and the bridge is not root, got 0 - leave it out for the default",
        ),
        (
            "bridge: {config: {admin: {port: 24224}}}",
            "1: bridge.config.admin.port: expected another port than forward.port, got 24224",
        ),
        (
            "bridge: {config: {forward: {ack_deadline: 2m}}}",
            "1: bridge.config.forward.ack_deadline: expected less than 120s, after which Fluentd sends a chunk again, got 120s",
        ),
        (
            "bridge: {config: {limits: {chunk_bytes: 1MB}}}",
            "1: bridge.config.limits.chunk_bytes: expected at least 4194304, twice one of Fluentd's chunks, got 1000000",
        ),
        (
            "labels: {app.kubernetes.io/name: x}",
            '1: labels["app.kubernetes.io/name"]: expected a label of your own, got one that is set for you - choose another key',
        ),
    ],
)
def test_a_disagreement_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    assert refused(tmp_path, text) == [sentence]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"x-mine: [{TOKEN}]", "x-mine[0]"),
        (f"agent: {{image: 'a/{TOKEN}'}}", "agent.image"),
        (f"bridge: {{config: {{forward: {{hostname: {TOKEN}}}}}}}", "bridge.config.forward.hostname"),
    ],
)
def test_what_looks_like_a_token_is_refused_and_not_shown(tmp_path: Path, text: str, path: str) -> None:
    sentence = f"1: {path}: expected no secret in values, got what looks like a Loggly token - keep it in a Secret and name that in loggly.tokenSecret"
    assert refused(tmp_path, text) == [sentence]


def test_a_cluster_may_be_called_by_a_uuid(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(f"cluster: {{name: {TOKEN}}}")
    assert load([file]).values.cluster.name == TOKEN
