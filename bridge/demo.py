"""The demo: a sandbox, a bridge and a replay, each a real process or a real socket, and a count of what arrived.

What is compared is what went in with what the sandbox holds, by `auditID` and stage: an event that is missing is lost, one
that is there more often than it was sent is duplicated.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import orjson
import requests

from bridge.errors import BridgeError

SAMPLE = "kube-apiserver-1.20.log.gz"
START_SECONDS = 20.0

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo found out."""

    sent: int
    acked: int
    held: int
    lost: int
    duplicated: int
    denied: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether everything was acked, and arrived once."""
        return self.acked == self.sent and not self.lost and not self.duplicated


def sample() -> str:
    """Return the path of the bundled audit log of a real API server."""
    return str(files("bridge") / "sample" / SAMPLE)


def compare(sent: Iterable[Key], held: Iterable[Key]) -> tuple[int, int]:
    """Return how many events are lost, and how many duplicated."""
    before, after = Counter(sent), Counter(held)
    return (before - after).total(), (after - before).total()


def key(event: Mapping[str, Any]) -> Key:
    """Return what tells one event of an audit log from all others."""
    return str(event.get("auditID")), str(event.get("stage"))


def summary(lines: list[bytes], acked: int, held: list[dict[str, Any]], seconds: float) -> Summary:
    """Count what was sent and what the sandbox holds."""
    lost, duplicated = compare((key(orjson.loads(line)) for line in lines), map(key, held))
    denied = sum(str(event.get("audit", {}).get("verdict", "")).startswith("denied") for event in held)
    return Summary(len(lines), acked, len(held), lost, duplicated, denied, seconds)


class Stage:
    """A sandbox and a bridge on free ports, for as long as the context lasts."""

    def __init__(self, config: str | None) -> None:
        self._stack = ExitStack()
        self._secrets = {"LOGGLY_TOKEN": str(uuid.uuid4()), "LOGGLY_API_TOKEN": str(uuid.uuid4())}
        self._config = ["--config", config] if config else []

    def __enter__(self) -> Self:
        try:
            self.url = self._start(["sandbox", "--port", "0"], r"listening on (http://\S+?)/?$", self._secrets)
            local = ["forward.host=127.0.0.1", "forward.port=0", "admin.host=127.0.0.1", "admin.port=0"]
            # What the rendered file says of certificates, keys and tokens is mounted in the cluster, not here.
            local += [
                "forward.tls=null",
                "forward.shared_key_file=null",
                "forward.users_file=null",
                "loggly.token_file=null",
            ]
            sets = [part for item in local for part in ("--set", item)]
            environment = {**self._secrets, "LOGGLY_URL": self.url}
            port = self._start(["run", *self._config, *sets], r"forward listening on \S+:(\d+)", environment)
            self.port = int(port)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def held(self) -> list[dict[str, Any]]:
        """Return the events that the sandbox holds, as they were sent to it."""
        answer = requests.get(f"{self.url}/_sandbox/events", timeout=60)
        answer.raise_for_status()
        return [orjson.loads(event["raw"]) for event in orjson.loads(answer.content)["events"]]

    def _start(self, arguments: list[str], announced: str, environment: Mapping[str, str]) -> str:
        """Start a command of ours and return what it announces."""
        log = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="audit-bridge-"))) / "log"
        command = [sys.executable, "-m", "bridge", *arguments]
        with log.open("wb") as output:
            child = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment},
            )
        self._stack.callback(_stop, child)
        until = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < until:
            if match := re.search(announced, log.read_text(), re.MULTILINE):
                return match[1]
            time.sleep(0.02)
        raise BridgeError(f"audit-bridge {arguments[0]} did not start:\n{log.read_text().strip()}")


def _stop(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
