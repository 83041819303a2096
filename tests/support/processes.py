"""Real processes for tests: the bridge and the sandbox, started as a user starts them.

Each announces the addresses that it listens on in its first lines; nothing here sleeps for luck.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

BIN = Path(sys.executable).parent
TOKEN = "11111111-2222-4333-8444-555555555555"
API_TOKEN = "sandbox-api-token"
T = TypeVar("T")


def wait_for(what: Callable[[], T | None], within: float = 20.0, naming: str = "the condition") -> T:
    """Poll until `what` returns something true; fail, naming what was awaited, after `within` seconds."""
    until = time.monotonic() + within
    while True:
        if found := what():
            return found
        if time.monotonic() > until:
            raise AssertionError(f"{naming}: not within {within} s")
        time.sleep(0.02)


class Process:
    """A child whose standard output and error are kept line by line; stopped on leaving the context."""

    def __init__(self, arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self.lines: list[str] = []
        self._child = subprocess.Popen(
            self.arguments,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for_line(self, pattern: str, within: float = 20.0) -> re.Match[str]:
        """Return the first match of `pattern` in the output, now or later."""

        def find() -> re.Match[str] | None:
            for line in list(self.lines):
                if match := re.search(pattern, line):
                    return match
            if self._child.poll() is not None and not self._reader.is_alive():
                raise AssertionError(f"{self.arguments[:3]} ended with {self._child.returncode}:\n{self.output}")
            return None

        return wait_for(find, within, f"a line like {pattern!r} from {self.arguments[:3]}")

    def announced(self, pattern: str) -> str:
        """Return what a process that starts says of itself; one that does not say it is stopped, for no context is open yet."""
        try:
            return self.wait_for_line(pattern).group(1)
        except AssertionError:
            self.stop()
            raise

    def signal(self, number: signal.Signals) -> None:
        self._child.send_signal(number)

    def wait(self, within: float = 30.0) -> int:
        """Wait for the end and return the exit code."""
        code = self._child.wait(within)
        self._reader.join(5)
        return code

    def stop(self) -> int:
        if self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(15)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait(5)
        self._reader.join(5)
        if self._child.stdout is not None:
            self._child.stdout.close()
        return self._child.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Loggly:
    """What a running sandbox tells and obeys, asked at its address with `API_TOKEN`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _json(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Authorization": f"bearer {API_TOKEN}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def script(self, *steps: dict[str, Any]) -> None:
        """Replace the scripted faults; each step as in `POST /_sandbox/script`."""
        self._json("/_sandbox/script", {"steps": list(steps)})

    def tokens(self, *tokens: str) -> None:
        """Take these customer tokens from now on, and no other."""
        self._json("/_sandbox/tokens", {"tokens": tokens})

    def requests(self) -> list[dict[str, Any]]:
        """Every upload, in order: {"status": 200, "fault": "reset", "events": 3, "path": "/bulk/***/", ...}."""
        requests: list[dict[str, Any]] = self._json("/_sandbox/requests")["requests"]
        return requests

    def reset(self) -> None:
        """Forget every event, statistic and script."""
        self._json("/_sandbox/reset", {})

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self._json("/_sandbox/stats")
        return stats

    def events(self) -> list[dict[str, Any]]:
        """Every stored event, in order of arrival: {"tags": [...], "raw": "...", "event": {"json": {...}}, ...}."""
        events: list[dict[str, Any]] = self._json("/_sandbox/events")["events"]
        return events

    def search(self, query: str) -> list[dict[str, Any]]:
        """All events that the query selects, through the documented event retrieval API, page by page."""
        parameters = {"q": query, "from": "-10y", "until": "now", "order": "asc", "size": "1000"}
        page = self._json("/apiv2/events/iterate?" + urllib.parse.urlencode(parameters))
        found: list[dict[str, Any]] = list(page["events"])
        while following := page.get("next"):
            page = self._json(following.removeprefix(self.url))
            found += page["events"]
        return found


class Sandbox(Process, Loggly):
    """`audit-bridge sandbox` on a free port, accepting `TOKEN` to send and `API_TOKEN` to read.

    `prefix` is a command that starts it, `ip netns exec NAME` say.
    """

    def __init__(self, *arguments: str, host: str = "127.0.0.1", prefix: Sequence[str] = ()) -> None:
        command: list[str | Path] = [
            *prefix,
            BIN / "audit-bridge",
            "sandbox",
            "--host",
            host,
            "--port",
            "0",
            *arguments,
        ]
        Process.__init__(self, command, {"LOGGLY_TOKEN": TOKEN, "LOGGLY_API_TOKEN": API_TOKEN})
        Loggly.__init__(self, self.announced(r"sandbox listening on (http://\S+)").rstrip("/"))


class Bridge(Process):
    """`audit-bridge run` on free ports, sending to the given Loggly stand-in; `prefix` as the sandbox's."""

    def __init__(
        self,
        config: Path,
        loggly_url: str,
        *settings: str,
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        command: list[str | Path] = [*prefix, BIN / "audit-bridge", "run", "--config", config, *arguments]
        for setting in ("forward.host=127.0.0.1", "forward.port=0", "admin.host=127.0.0.1", "admin.port=0", *settings):
            command += ["--set", setting]
        super().__init__(command, {"LOGGLY_TOKEN": TOKEN, "LOGGLY_URL": loggly_url, **(environment or {})})
        self.port = int(self.announced(r"forward listening on \S+:(\d+)"))
        self.admin_port = int(self.announced(r"admin listening on \S+:(\d+)"))

    def wait_for_events(self, count: int) -> None:
        """Wait until so many events have been taken in."""
        self.wait_for_metric('audit_bridge_events_received_total{source="forward"}', count)

    def wait_for_metric(self, name: str, value: float) -> None:
        """Wait until a series has reached a value."""

        def reached() -> bool:
            for line in self.get("/metrics")[1].splitlines():
                series, _, number = line.rpartition(" ")
                if series == name:
                    return float(number) >= value
            return False

        wait_for(reached, naming=f"{name} at {value:g}")

    def get(self, path: str) -> tuple[int, str]:
        """GET from the admin port: status and body."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


def ran(*arguments: str | Path) -> tuple[int, str]:
    """Run a command of the bridge's, without a token, to its end; return its exit code and what it says."""
    with Process([BIN / "audit-bridge", *arguments], {"LOGGLY_TOKEN": "", "COLUMNS": "100"}) as process:
        return process.wait(), process.output
