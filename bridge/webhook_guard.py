"""Who may send to the webhook: a client certificate, whose common name may be asked for, a bearer token, or both.

Each that is configured is asked for. Tokens are compared in a time that tells nothing of them.
"""

import hashlib
import hmac
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from audit.listeners import Webhook
from bridge.errors import ConfigError
from bridge.secret import Secret
from bridge.server_context import server_context
from bridge.webhook_answers import Answer

SCHEME = "bearer "
SHORTEST = 16  # characters of a token; shorter ones can be guessed
_TOKEN = re.compile(rf"[!-~]{{{SHORTEST},}}")


@dataclass(frozen=True, slots=True)
class Guard:
    """What is asked of a client; without a context the port speaks plain HTTP, without tokens none is asked for."""

    tls: ssl.SSLContext | None = None
    tokens: tuple[Secret, ...] = ()
    client_names: frozenset[str] = field(default_factory=frozenset)

    @property
    def words(self) -> str:
        """What a log says of the port: ` with TLS, client certificates and a token`."""
        asked = ["TLS"] if self.tls else []
        if self.tls and self.tls.verify_mode is ssl.CERT_REQUIRED:
            asked.append("client certificates")
        if self.tokens:
            asked.append("a token")
        return f" with {', '.join(asked)}" if asked else ""

    def refusal(self, authorization: str | None, client_name: str) -> Answer | None:
        """Return why a request is refused; `client_name` is the common name of the client's certificate."""
        if self.client_names and client_name not in self.client_names:
            want = "a client certificate whose common name is one of webhook.client_names"
            return Answer(403, f"expected {want}, got {client_name[:100]!r} - add it, or give the client another one")
        if self.tokens and not self._knows(authorization or ""):
            got = "none" if authorization is None else "another one"
            cure = "set tokenFile in the webhook's kubeconfig to one that webhook.token_file holds"
            message = f"expected a bearer token, got {got} - {cure}"
            return Answer(401, message, {"WWW-Authenticate": "Bearer"})
        return None

    def _knows(self, authorization: str) -> bool:
        """Compare with every token, whichever it is; digests, for those are of one length."""
        is_bearer = authorization[: len(SCHEME)].lower() == SCHEME
        given = _digest(authorization[len(SCHEME) :].strip())
        known = [hmac.compare_digest(given, _digest(token.reveal())) for token in self.tokens]
        return is_bearer and any(known)


def load(webhook: Webhook | None, read: Callable[[str], str]) -> Guard:
    """Return the guard of the configuration; `read` returns a file's text. Raises ConfigError."""
    if webhook is None:
        return Guard()
    tokens = _tokens(webhook.token_file, read(webhook.token_file)) if webhook.token_file else ()
    return Guard(server_context(webhook.tls), tokens, frozenset(webhook.client_names))


def _tokens(file: str, text: str) -> tuple[Secret, ...]:
    """Read tokens, one a line; no sentence holds one."""
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if line and not _TOKEN.fullmatch(line):
            want = f"a token of {SHORTEST} or more letters, digits and signs without blanks"
            raise ConfigError(
                f"{file}:{number} (webhook.token_file): expected {want}, got another text - `openssl rand -hex 32` makes one"
            )
    tokens = tuple(Secret(line) for line in lines if line)
    if not tokens:
        raise ConfigError(f"{file} (webhook.token_file): expected a token, got nothing - write one a line")
    return tokens


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
