"""`audit-bridge notify`: one notice to each sink, to see whether it arrives."""

from pathlib import Path

import pytest
import yaml

from tests.support.processes import ran
from tests.support.receivers import Alertmanager, Receiver


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "bridge.yaml"


def test_each_sink_is_tried(config: Path, tmp_path: Path) -> None:
    with Alertmanager() as am, Receiver([403]) as hook:
        hook.words = "invalid_token"
        (tmp_path / "hook").write_text(f"{hook.url}/secret")
        sinks = [
            {"name": "am", "type": "alertmanager", "url": am.url},
            {"name": "team", "type": "slack", "url_file": str(tmp_path / "hook")},
        ]
        config.write_text(yaml.safe_dump({"notify": sinks}))
        code, output = ran("notify", "--config", config)
        one = ran("notify", "am", "--config", config)
    assert (1, ["am: taken, status 200", "team: not taken, status 403 (invalid_token)"]) == (code, output.splitlines())
    assert (0, "am: taken, status 200") == one
    assert ["A test of notifications"] * 2 == [body[0]["annotations"]["summary"] for body in am.taken]


def test_what_would_be_sent_is_printed_without_secrets(config: Path) -> None:
    config.write_text("notify: [{name: team, type: slack, url_file: /not/there}]\n")
    code, output = ran("notify", "--print", "--config", config)
    assert (0, True) == (code, output.startswith('team: {"text":"kubernetes: 1 detection","attachments":[{'))


@pytest.mark.parametrize(
    ("text", "arguments", "sentence"),
    [
        ("{}", [], "expected sinks below notify, got none - docs/notifications.md has examples"),
        (
            "notify: [{name: a, type: webhook, url: 'http://a'}]",
            ["b"],
            "expected names of sinks, got b - the configuration has a",
        ),
    ],
)
def test_wrong_calls(config: Path, text: str, arguments: list[str], sentence: str) -> None:
    config.write_text(text)
    code, output = ran("notify", *arguments, "--config", config)
    assert (2, True) == (code, sentence in " ".join(output.split()))
