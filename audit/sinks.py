"""Who is told of detections beside Loggly, as the configuration says it: where, of what, how often.

Which address a sink has may be a secret, as that of a Slack webhook is; then a file or an environment variable holds it.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from audit.checking import Matching, refusal
from audit.rule_exceptions import RULE
from audit.units import TAG, Count, Model, Seconds, is_url

VARIABLE = Matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable")

By = Literal["actor", "action", "target", "verdict", "sourceIP"]
"""What notices may be told apart by, as `audit` in the event calls it."""

_URL = re.compile(r"https?://[^\s?#@/][^\s#@]*")


def is_address(text: str) -> bool:
    """Tell whether a text is an address that notices can be sent to: HTTP or HTTPS, no password, no fragment."""
    return _URL.fullmatch(text) is not None and is_url(text)


def _address(text: str) -> str:
    """Refuse what is no address, without a word of it: there may be a password in it."""
    if not is_address(text):
        raise refusal("an address that begins with https:// or http://, without a password", got="something else")
    return text


class Sink(Model):
    """A receiver of notices: one for matches of a rule that belong together, with who, what, how often, and a link."""

    name: Annotated[str, TAG]
    """What logs and metrics call it."""
    type: Literal["alertmanager", "slack", "webhook"]
    """`alertmanager`: the API v2 of Prometheus's Alertmanager. `slack`: an incoming webhook of Slack, Mattermost or what speaks the same. `webhook`: JSON of our own, docs/notifications.md."""
    url: Annotated[str, AfterValidator(_address)] | None = None
    """The address: Alertmanager's own, without `/api/v2/alerts`; the whole one of a webhook. For one that is no secret."""
    url_file: str | None = None
    """A file that holds the address. Read again when it changes."""
    url_env: Annotated[str, VARIABLE] | None = None
    """An environment variable that holds the address."""
    token_file: str | None = None
    """A file with a token, sent as `Authorization: Bearer`. Read again when it changes."""
    ca_file: str | None = None
    """The authorities in PEM that its certificate is checked with, instead of those of the system."""
    severity: Literal["informational", "low", "medium", "high", "critical"] | None = None
    """The least level that is told. Where nothing is said it is `high`, or any where `rules` names the rules."""
    rules: tuple[Annotated[str, RULE], ...] = ()
    """Names of the rules that are told, with `*` and `?`; all where there is none."""
    group_by: tuple[By, ...] = ("actor",)
    """What matches of a rule must have in common to be one notice."""
    wait: Seconds = 10.0
    """How long the first match of a group waits for others."""
    interval: Seconds = 300.0
    """A group that goes on is told again this much later, with what came in between."""
    per_minute: Count = 10
    """Requests at most; what is past it waits, and more goes into one."""
    max_age: Seconds = 86_400.0
    """Events older than this are not told: those of a log that is read for the first time, say."""
    give_up: Seconds = 3_600.0
    """How long a notice that the receiver does not take is tried again."""

    @model_validator(mode="after")
    def one_address(self) -> "Sink":
        """Refuse what has no address, or two, and a secret one that stands in the file."""
        given = [name for name in ("url", "url_file", "url_env") if getattr(self, name) is not None]
        if len(given) != 1:
            cure = "name the one that holds the address"
            raise refusal("one of url, url_file and url_env", cure, got=" and ".join(given) or "none", at=("name",))
        if self.type == "slack" and self.url is not None:
            cure = "write it into a file: whoever knows it can post"
            raise refusal("url_file or url_env, for the address is a secret", cure, got="the address", at=("url",))
        return self


Notify = Annotated[tuple[Sink, ...], Field(max_length=16)]
"""All of them."""
