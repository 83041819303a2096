"""One encoded batch to Loggly, one attempt: no decision here, no retry.

The customer token is a part of the URL, and exceptions of HTTP libraries quote the URL. So a failure is told in words of our
own, made from the error's kind and the operating system's reason. Redirects are never followed: a redirected POST would
become a GET whose 200 passes for a delivery, and would carry the token away.
"""

import gzip
import threading
from dataclasses import dataclass, replace
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from bridge.retry import Outcome
from bridge.secret import MASK, Secret

MOST_WAYS = 64  # sets of tags: those of logs and clusters, each with those of severities
ANSWER_LENGTH = 200  # characters of an answer that are kept, for logs and dead letters


@dataclass(frozen=True, slots=True)
class Target:
    """Where batches go. `url` is scheme and host; `timeout` seconds bound connecting, and waiting for an answer."""

    url: str
    token: Secret
    timeout: float
    gzip: bool = False


class Loggly:
    """Posts batches; safe to call from several threads, each of which keeps its own connection."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._local = threading.local()

    def post(self, tags: tuple[str, ...], body: bytes) -> Outcome:
        """Send one bulk request and return how it ended; raises nothing that the network can cause."""
        target = self._target
        try:
            answer = self._way(target, tags).send(gzip.compress(body, compresslevel=1) if target.gzip else body)
        except (requests.RequestException, HTTPError) as error:  # the second for a host name with an empty label, say
            return Outcome(None, reason(error))
        words = answer.content.decode("utf-8", "replace").replace(target.token.reveal(), MASK)[:ANSWER_LENGTH]
        return Outcome(answer.status_code, body=words, retry_after=answer.headers.get("Retry-After", ""))

    def use_token(self, token: Secret) -> None:
        """Send with another token from now on."""
        self._target = replace(self._target, token=token)

    def _way(self, target: Target, tags: tuple[str, ...]) -> "_Way":
        """Return this thread's way for these tags: to make a request anew costs as much as to judge a hundred events."""
        ways: dict[tuple[str, ...], _Way] = self._local.__dict__.setdefault("ways", {})
        way = ways.get(tags)
        if way is None or way.target is not target:
            adapter = next((one.adapter for one in ways.values()), None) or HTTPAdapter(
                pool_connections=1, pool_maxsize=1
            )
            if way is None and len(ways) >= MOST_WAYS:
                ways.clear()
            way = ways[tags] = _Way.made(target, tags, adapter)
        return way


@dataclass(frozen=True, slots=True)
class _Way:
    """A request that only lacks its body, and what the environment says of proxies and certificates.

    It goes straight to the adapter: a session would look for cookies, hooks and redirects in each answer, of which none is wanted.
    """

    target: Target
    tags: tuple[str, ...]
    adapter: HTTPAdapter
    request: requests.PreparedRequest
    options: dict[str, Any]

    @classmethod
    def made(cls, target: Target, tags: tuple[str, ...], adapter: HTTPAdapter) -> "_Way":
        headers = {"Content-Type": "text/plain"} | ({"Content-Encoding": "gzip"} if target.gzip else {})
        path = f"tag/{','.join(tags)}/" if tags else ""
        url = f"{target.url}/bulk/{target.token.reveal()}/{path}"
        with requests.Session() as session:
            request = session.prepare_request(requests.Request("POST", url, headers=headers))
            options = session.merge_environment_settings(str(request.url), {}, None, None, None)
        return cls(target, tags, adapter, request, dict(options))

    def send(self, body: bytes) -> requests.Response:
        """Send the request with a body, which is not kept, and read the answer whole."""
        self.request.prepare_body(body, None)
        try:
            answer = self.adapter.send(self.request, timeout=self.target.timeout, **self.options)
        finally:
            self.request.body = None
        _ = answer.content  # read now, so that what goes wrong with it is met here
        return answer


def reason(error: BaseException) -> str:
    """Say why a request failed, without anything that the library put into its message."""
    kinds = {
        requests.exceptions.ConnectTimeout: "no connection in time",
        requests.exceptions.ReadTimeout: "no answer in time",
        requests.exceptions.SSLError: "TLS failed; is the certificate trusted here?",
        requests.exceptions.ProxyError: "the proxy refused",
    }
    for kind, words in kinds.items():
        if isinstance(error, kind):
            return words
    system = _system_error(error)
    return system.strerror.lower() if system and system.strerror else f"the connection broke ({type(error).__name__})"


def _system_error(error: BaseException | None) -> OSError | None:
    """Find the operating system's error in a chain of causes, whose levels also wrap errors as arguments."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, requests.RequestException):
            return error
        inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
        error = next((item for item in inner if isinstance(item, BaseException)), None)
        seen += 1
    return None
