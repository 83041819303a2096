"""Stand-ins for what notices are sent to: real HTTP servers that keep what came and answer as they are told.

`Alertmanager` refuses what Alertmanager's API v2 would refuse: its schema (`api/v2/openapi.yaml`) and its model's rules for
labels and times.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.processes import wait_for

KEYS = {"labels", "annotations", "startsAt", "endsAt", "generatorURL"}
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Posted:
    """One request: where to, with which headers (names in lower case), what, and how it was answered."""

    path: str
    headers: dict[str, str]
    body: Any
    status: int


@dataclass
class Receiver:
    """Listens on a free port while the context lasts; `statuses` are answers to give first, after them 200."""

    statuses: list[int] = field(default_factory=list)
    words: str = "ok"
    posted: list[Posted] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, words = receiver.answer(self.path, body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, body, status))
                self.send_response(status)
                self.send_header("Content-Length", str(len(words.encode())))
                self.end_headers()
                self.wfile.write(words.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, body: Any) -> tuple[int, str]:  # noqa: ARG002 - for others to look at
        return (self.statuses.pop(0) if self.statuses else 200), self.words

    @property
    def taken(self) -> list[Any]:
        """The bodies that were answered with 200."""
        return [one.body for one in self.posted if one.status == 200]

    def wait(self, enough: Callable[[], object], naming: str) -> None:
        wait_for(enough, naming=naming)


class Alertmanager(Receiver):
    """As `Receiver`, at `/api/v2/alerts` alone and only for what fits."""

    def answer(self, path: str, body: Any) -> tuple[int, str]:
        if self.statuses:
            return self.statuses.pop(0), self.words
        wrong = ["no such path"] if path != "/api/v2/alerts" else list(complaints(body))
        return (400, "; ".join(wrong)) if wrong else (200, "")


def complaints(body: Any) -> list[str]:
    """Return what Alertmanager would refuse in `postableAlerts`."""
    if not isinstance(body, list):
        return ["expected an array"]
    return [f"alert {at}: {wrong}" for at, alert in enumerate(body) for wrong in _of_alert(alert)]


def _of_alert(alert: Any) -> list[str]:
    found = [f"unknown key {key}" for key in alert.keys() - KEYS]
    if not alert.get("labels", {}).get("alertname"):
        found.append("no alertname")
    for kind in ("labels", "annotations"):
        for name, value in alert.get(kind, {}).items():
            if not LABEL.fullmatch(name) or not isinstance(value, str) or not value:
                found.append(f"{kind}: {name}={value!r}")
    times = [alert.get(name, "") for name in ("startsAt", "endsAt")]
    if not all(map(DATE_TIME.fullmatch, times)):
        return [*found, f"times {times}"]
    start, end = map(datetime.fromisoformat, times)
    if start > end:
        found.append("it starts after its end")
    if "generatorURL" in alert and not urlsplit(alert["generatorURL"]).netloc:
        found.append("generatorURL is no URI")
    return found
