"""Loggly's event retrieval API: the events that a search finds between two times, page by page.

Reading has a rate limit, sending has none. What says "later" is asked again; a page's address is good for ten minutes only, so an
answer that refuses it means to search anew. The token goes to the account's own address and nowhere else: redirects are not
followed, and of the next page's address only what comes after the host is used.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import requests
from urllib3.exceptions import HTTPError

from audit.times import from_nanoseconds
from bridge.errors import BridgeError
from bridge.loggly import reason
from bridge.retry import Outcome, Verdict, asked_pause, pauses, verdict
from bridge.secret import MASK, Secret

PATH: Final = "/apiv2/events/iterate"
PAGE: Final = 1_000
"""Events of a page; the most that is documented."""
ATTEMPTS: Final = 12
LONGEST_PAUSE: Final = 60.0
TIMEOUT: Final = 120.0  # seconds; a search over hours of events takes some
KEPT_OF_ANSWER = 120


class RetrievalError(BridgeError):
    """An account that does not let itself be read, in a sentence."""


class ExpiredPageError(RetrievalError):
    """The next page's address is not good any more: search anew."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How time passes: seconds since 1970, a way to wait, and randomness between 0 and 1."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]


class Retrieval:
    """Reads one account; `url` is scheme and host. For one thread."""

    def __init__(self, url: str, token: Secret, waiting: Waiting) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._waiting = waiting
        self._session = requests.Session()
        self.requests = 0
        """How many were sent."""

    def events(self, query: str, since: int, until: int) -> Iterator[dict[str, Any]]:
        """Yield what a search finds, bounds included, which are microseconds since 1970; raises RetrievalError."""
        bounds = {"from": _moment(since), "until": _moment(until + 999)}
        parameters = {"q": query, **bounds, "order": "asc", "size": str(PAGE)}
        page = self._page(f"{self._url}{PATH}", parameters)
        yield from page["events"]
        while following := page.get("next"):
            page = self._page(self._own(str(following)), {}, further=True)
            yield from page["events"]

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _own(self, address: str) -> str:
        """Return the address of the next page at the account's own host, whatever host it names."""
        parts = urlsplit(address)
        if parts.path != PATH or not parts.query:
            raise RetrievalError(f"{self._url}: expected the next page at {PATH}, got another address - report it")
        return f"{self._url}{PATH}?{parts.query}"

    def _page(self, address: str, parameters: dict[str, str], *, further: bool = False) -> dict[str, Any]:
        waits = pauses(1.0, LONGEST_PAUSE, self._waiting.random)
        for attempt in range(1, ATTEMPTS + 1):
            outcome, body = self._get(address, parameters)
            if outcome.status == 200:
                return self._read(body)
            if verdict(outcome) is not Verdict.RETRY or attempt == ATTEMPTS:
                raise self._refused(outcome, further=further)
            asked = asked_pause(outcome.retry_after, self._waiting.clock())
            self._waiting.sleep(max(asked, next(waits)))
        raise AssertionError  # the last attempt returns or raises

    def _get(self, address: str, parameters: dict[str, str]) -> tuple[Outcome, bytes]:
        self.requests += 1
        try:
            answer = self._session.get(
                address, params=parameters, auth=self._signed, timeout=TIMEOUT, allow_redirects=False
            )
        except (requests.RequestException, HTTPError) as error:
            return Outcome(None, reason(error)), b""
        words = answer.content[:KEPT_OF_ANSWER].decode("utf-8", "replace").replace(self._token.reveal(), MASK)
        retry_after = answer.headers.get("Retry-After", "")
        return Outcome(answer.status_code, body=" ".join(words.split()), retry_after=retry_after), answer.content

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request, so that what ~/.netrc says of the host does not take its place."""
        request.headers["Authorization"] = f"bearer {self._token.reveal()}"
        return request

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            page = orjson.loads(body)
        except orjson.JSONDecodeError:
            page = None
        if not isinstance(page, dict) or not isinstance(page.get("events"), list):
            raise RetrievalError(f"{self._url}: expected events as JSON, got something else - is it a Loggly account?")
        return page

    def _refused(self, outcome: Outcome, *, further: bool) -> RetrievalError:
        got = str(outcome)
        match outcome.status:
            case 401 | 403:
                return RetrievalError(
                    f"{self._url}: expected to read events, got {got} - give an API token of this account, not the customer token"
                )
            case 400 | 410 if further:
                return ExpiredPageError(f"{self._url}: expected the next page, got {got} - it was asked for too late")
            case 404:
                return RetrievalError(f"{self._url}: expected {PATH}, got {got} - name https://SUBDOMAIN.loggly.com")
            case None:
                return RetrievalError(
                    f"{self._url}: expected an answer, got: {got} - check the address and the network"
                )
        return RetrievalError(f"{self._url}: expected events, got {got} - check the query, or try again later")


def _moment(microseconds: int) -> str:
    """Return a time with milliseconds, which is what Loggly tells of its events, rounded down."""
    text = from_nanoseconds(microseconds * 1000) or ""
    return f"{text[:23]}Z"
