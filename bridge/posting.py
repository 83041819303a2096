"""One request to a sink, one attempt: no decision here, no retry.

The address may be a secret, and exceptions of HTTP libraries quote it, so failures are told in words of our own, as in `loggly`. Redirects
are never followed: they would carry a token elsewhere.
"""

from dataclasses import dataclass
from functools import partial

import requests
from urllib3.exceptions import HTTPError

from bridge.loggly import ANSWER_LENGTH, reason
from bridge.retry import Outcome
from bridge.secret import MASK, Secret

TIMEOUT = 10.0
"""Seconds for connecting, and for waiting for an answer."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sink is, with what it may ask for. `ca_file` is a file of authorities in PEM."""

    url: Secret
    token: Secret | None = None
    ca_file: str | None = None

    @property
    def parts(self) -> tuple[str, str, str | None]:
        """All of it in the clear, to compare: secrets have no equality of their own."""
        return self.url.reveal(), self.token.reveal() if self.token else "", self.ca_file


def post(address: Address, path: str, body: bytes) -> Outcome:
    """Send one request and return how it ended; raises nothing that the network can cause."""
    url = address.url.reveal()
    try:
        answer = requests.post(
            f"{url.rstrip('/')}{path}" if path else url,
            data=body,
            headers={"Content-Type": "application/json"},
            auth=partial(_signed, address.token),
            timeout=TIMEOUT,
            allow_redirects=False,
            verify=address.ca_file or True,
        )
    except (requests.RequestException, HTTPError, OSError) as error:  # the last for authorities that cannot be read
        return Outcome(None, reason(error))
    words = answer.content[: 4 * ANSWER_LENGTH].decode("utf-8", "replace")
    for secret in filter(None, (address.url, address.token)):
        words = words.replace(secret.reveal(), MASK)
    return Outcome(
        answer.status_code,
        body=" ".join(words.split())[:ANSWER_LENGTH],
        retry_after=answer.headers.get("Retry-After", ""),
    )


def _signed(token: Secret | None, request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Put the token into a request, so that what ~/.netrc says of the host does not take its place."""
    if token:
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
    return request
