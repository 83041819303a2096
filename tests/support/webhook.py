"""A client of the bridge's audit webhook: EventLists as API servers write them, over plain HTTP or TLS."""

import http.client
import json
import ssl
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tests.support.processes import Bridge

JSON = {"Content-Type": "application/json"}


def event_list(lines: Iterable[bytes], version: str = "v1") -> bytes:
    """Return the EventList of a log's lines: kind and apiVersion once, on the list, and a newline at its end."""
    items = [json.loads(line) for line in lines]
    bare = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items]
    whole = {"kind": "EventList", "apiVersion": f"audit.k8s.io/{version}", "metadata": {}, "items": bare}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\n"


class Poster:
    """One connection to 127.0.0.1, kept as long as the server lets it; `name` is whom TLS expects there."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._connection = (
            http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
            if context
            else http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        )
        self.headers: Mapping[str, str] = {}
        """The headers of the last answer."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request begins another one."""
        self._connection.close()

    def post(
        self,
        body: bytes | Sequence[bytes],
        headers: Mapping[str, str] = JSON,
        *,
        path: str = "/?timeout=30s",
        method: str = "POST",
        token: str | None = None,
    ) -> tuple[int, str]:
        """Send a request, in chunks where the body comes in several; return the status, and the sentence of the answer."""
        proof = {"Authorization": f"Bearer {token}"} if token else {}
        chunked = not isinstance(body, bytes)
        self._connection.request(method, path, body, {**headers, **proof}, encode_chunked=chunked)
        answer = self._connection.getresponse()
        self.headers = dict(answer.headers)
        status: dict[str, Any] = json.loads(answer.read() or b"{}")
        return answer.status, status.get("message", "")


def webhook_port(bridge: Bridge) -> int:
    """Return where a bridge's webhook listens."""
    return int(bridge.announced(r"webhook listening on \S+:(\d+)"))
