"""An answer's body is a `Status` as Kubernetes has it, with the word that its clients know for each code."""

import json
import subprocess
import sys
from http import HTTPStatus

import pytest

from bridge.webhook_answers import REASONS, Answer


def test_what_was_taken_is_a_success() -> None:
    assert {"kind": "Status", "apiVersion": "v1", "metadata": {}, "code": 200, "status": "Success"} == json.loads(
        Answer(200).body()
    )


@pytest.mark.parametrize(("status", "reason"), [*REASONS.items(), (418, "")])
def test_what_was_refused_says_why(status: int, reason: str) -> None:
    assert {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "code": status,
        "status": "Failure",
        "reason": reason,
        "message": "expected tea, got coffee",
    } == json.loads(Answer(status, "expected tea, got coffee").body())


@pytest.mark.parametrize("status", REASONS)
def test_each_word_is_for_an_error_of_http(status: int) -> None:
    assert HTTPStatus(status) >= HTTPStatus.BAD_REQUEST


def test_a_bridge_without_a_webhook_does_not_load_its_http() -> None:
    code = "import sys, bridge.commands, bridge.service; print('h11' in sys.modules)"
    assert "False\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
