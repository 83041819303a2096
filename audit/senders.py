"""What senders send, as the configuration says it: whose events a user's are, and which logs are no audit logs."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from audit.checking import Matching, refusal
from audit.units import TAG, Model

AUDIT_TAG = "kube.audit."
"""How Fluentd's tag of the audit log begins; the node's name follows."""

PREFIX = Matching(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}", "the beginning of a Fluentd tag, such as kube.containers.")
USER = Matching(r"[^\s:#][^:\n]*", "a user of the users file")

LogglyTags = Annotated[tuple[Annotated[str, TAG], ...], Field(max_length=10)]


class OtherLog(Model):
    """Logs that are no audit log, told by their Fluentd tag: shipped as they are, under Loggly tags of their own."""

    prefix: Annotated[str, PREFIX]
    """How the tag begins. The longest that fits decides."""
    tags: LogglyTags = Field(default=(), min_length=1)
    """Loggly's tags on these events, in place of `loggly.tags`."""

    @model_validator(mode="after")
    def no_audit_log(self) -> "OtherLog":
        """Refuse a tag under which audit events come."""
        if AUDIT_TAG.startswith(self.prefix) or self.prefix.startswith(AUDIT_TAG):
            cure = f"audit events come under {AUDIT_TAG}NODE: give other logs another tag"
            raise refusal("a tag without audit events", cure, got=repr(self.prefix), at=("prefix",))
        return self


class FarCluster(Model):
    """Another cluster whose agents send here, told by the user that they sign in as."""

    user: Annotated[str, USER]
    """The user, of `users_file`; whoever signs in as another sends events of the bridge's own cluster."""
    cluster: str
    """`audit.cluster` of its events."""
    environment: str = ""
    """`audit.environment` of its events; absent where empty."""
    tags: LogglyTags = ()
    """Loggly's tags on its events; where there are none `loggly.tags`."""


def doubled(names: Sequence[str]) -> int | None:
    """Return the first place at which a name comes again."""
    return next((at for at, name in enumerate(names) if name in names[:at]), None)
