"""One request to an API server on this machine, with any headers, and no library that improves on it."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire; `token` None sends no credentials."""

    method: str
    uri: str
    token: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def status(port: int, authority: Path, request: Request) -> int:
    """Send a request, read its answer to the end, and return its status."""
    context = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    headers = {"Content-Type": "application/json", **request.headers}
    if request.token is not None:
        headers["Authorization"] = f"Bearer {request.token}"
    try:
        connection.request(request.method, request.uri, request.body.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
