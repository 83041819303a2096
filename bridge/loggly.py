"""One encoded batch to Loggly, one attempt: no decision here, no retry.

The customer token is a part of the URL, and exceptions of HTTP libraries quote the URL. So a failure is told in words of our
own, made from the error's kind and the operating system's reason. Redirects are never followed: a redirected POST would
become a GET whose 200 passes for a delivery, and would carry the token away.
"""

import gzip
import threading
from dataclasses import dataclass, replace

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from bridge.retry import Outcome
from bridge.secret import MASK, Secret

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
        headers = {"Content-Type": "text/plain"}
        if self._target.gzip:
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        try:
            answer = self._session().post(
                self._address(tags), data=body, headers=headers, timeout=self._target.timeout, allow_redirects=False
            )
        except (requests.RequestException, HTTPError) as error:  # the second for a host name with an empty label, say
            return Outcome(None, reason(error))
        words = answer.text.replace(self._target.token.reveal(), MASK)[:ANSWER_LENGTH]
        return Outcome(answer.status_code, body=words, retry_after=answer.headers.get("Retry-After", ""))

    def use_token(self, token: Secret) -> None:
        """Send with another token from now on."""
        self._target = replace(self._target, token=token)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
            session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
        return session

    def _address(self, tags: tuple[str, ...]) -> str:
        path = f"tag/{','.join(tags)}/" if tags else ""
        return f"{self._target.url}/bulk/{self._target.token.reveal()}/{path}"


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
