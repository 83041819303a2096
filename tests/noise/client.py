"""One client of the API server: plain HTTPS requests, a list with its watch, and requests that upgrade."""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from tests.noise.identities import Identity

Object = dict[str, Any]
MERGE = "application/strategic-merge-patch+json"
GONE = (requests.RequestException, http.client.HTTPException, OSError, ValueError)
"""What a request raises once the server has stopped."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the API server is, and whom to trust for it."""

    port: int
    authority: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"


class Client:
    """Requests in one identity's name; each thread needs one of its own."""

    def __init__(self, server: Server, identity: Identity) -> None:
        self.server = server
        self.identity = identity
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, and no other authorities
        self._session.verify = str(server.authority)
        self._session.cert = str(identity.certificate) if identity.certificate else None
        self._session.headers.update(_headers(identity))

    def get(self, path: str, **query: str | int) -> tuple[int, Object]:
        """GET a path: status and body."""
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        kind: str = "application/json",
        query: dict[str, str | int] | None = None,
    ) -> tuple[int, Object]:
        """Send a request: status and body, which is empty where it is no JSON."""
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": kind} if body is not None else {}
        answer = self._session.request(
            method, self.server.url + path, params=query, data=data, headers=headers, timeout=30
        )
        text = answer.text.lstrip()
        return answer.status_code, json.loads(text) if text.startswith("{") else {}

    def patch(self, path: str, body: Object) -> tuple[int, Object]:
        """PATCH as kubectl does."""
        return self.send("PATCH", path, body, MERGE)

    def objects(self, path: str, seconds: int, **query: str | int) -> Iterator[tuple[str, Object]]:
        """List, then watch for some seconds, as informers do: the kind of change (ADDED, ...) and the object."""
        _, listed = self.get(path, limit=500, resourceVersion=0, **query)
        for item in listed.get("items") or ():
            yield "ADDED", item
        at = listed.get("metadata", {}).get("resourceVersion", "0")
        watch = {
            **query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": at,
            "timeoutSeconds": seconds,
        }
        with self._session.get(self.server.url + path, params=watch, stream=True, timeout=(30, seconds + 30)) as answer:
            for line in answer.iter_lines(chunk_size=None):
                change = json.loads(line) if line else {}
                if change.get("type") in ("ADDED", "MODIFIED", "DELETED"):
                    yield change["type"], change["object"]

    def upgrade(self, method: str, path: str, protocol: str, **query: str) -> int:
        """Ask for a stream, SPDY or WebSocket, as exec and attach do; return the status, 101 if it was given."""
        context = ssl.create_default_context(cafile=str(self.server.authority))
        if self.identity.certificate:
            context.load_cert_chain(self.identity.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30, context=context)
        headers = {**_headers(self.identity), "Connection": "Upgrade", "Upgrade": protocol}
        if protocol == "websocket":
            headers |= {
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Protocol": "v4.channel.k8s.io",
            }
        else:
            headers["X-Stream-Protocol-Version"] = "v4.channel.k8s.io"
        try:
            connection.request(method, f"{path}?{urlencode(query)}", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


def _headers(identity: Identity) -> dict[str, str]:
    authorization = {"Authorization": f"Bearer {identity.token}"} if identity.token else {}
    return {"User-Agent": identity.agent, "Accept": "application/json", **authorization}


def follow(
    client: Client, path: str, seconds: Callable[[], int], seen: Callable[[str, Object], None], **query: str | int
) -> None:
    """List and watch until the server stops, a new watch when one ends."""
    try:
        while True:
            for change, found in client.objects(path, seconds(), **query):
                seen(change, found)
    except GONE:
        return
