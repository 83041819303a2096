"""The API server's own policy code as a program that answers one JSON line with another."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

VARIABLES: Mapping[str, str] = {"1.20": "KUBEBUILDER_ASSETS", "1.36": "KUBEBUILDER_ASSETS_MODERN"}
"""The variable that names the folder with `policy-oracle`, by the release that it was built from."""


class Oracle:
    """The program of a release while the context lasts."""

    def __init__(self, version: str) -> None:
        self._program = Path(os.environ[VARIABLES[version]]) / "policy-oracle"

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([self._program], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._questions = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._questions.close()
        self._answers.close()
        self._process.wait(10)

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Ask one question."""
        self._questions.write(json.dumps(question).encode() + b"\n")
        self._questions.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer
