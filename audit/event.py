"""A typed view of the fields of an audit event that anything here looks at; all others are skipped, and survive.

Field by field after `audit.k8s.io` v1, v1beta1 and v1alpha1 (kubernetes/apiserver `pkg/apis/audit`). Logs that mix the
three shapes exist, so each field is read by what it is, not by the event's apiVersion. Parts are frozen: they are keys of what
is remembered about events.
"""

from typing import Annotated, Any, Literal

import msgspec

from audit import times
from audit.errors import NotAnEvent

API_GROUP = "audit.k8s.io/"
API_VERSIONS = frozenset(API_GROUP + version for version in ("v1", "v1beta1", "v1alpha1"))
MALFORMED = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What decoding raises for bytes that are no event."""


class Extra(msgspec.Struct, gc=False, frozen=True):
    """What the authenticator adds: of a service account's token that is bound to a pod, the pod's name."""

    pod_name: tuple[str, ...] | None = msgspec.field(default=None, name="authentication.kubernetes.io/pod-name")


class User(msgspec.Struct, gc=False, frozen=True):
    """`user` or `impersonatedUser`; empty on a request that could not be authenticated."""

    username: str = ""
    extra: Extra | None = None


class ObjectRef(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    """What a resource request is about. In v1alpha1 there is no `apiGroup`: `apiVersion` holds `group/version`."""

    resource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""
    api_version: str = ""
    subresource: str = ""


class Status(msgspec.Struct, gc=False, frozen=True):
    """`responseStatus`; absent until there is an answer."""

    code: int = 0


class Annotations(msgspec.Struct, gc=False, frozen=True):
    """The authorizer's word."""

    decision: str = msgspec.field(default="", name="authorization.k8s.io/decision")
    reason: str = msgspec.field(default="", name="authorization.k8s.io/reason")


class Metadata(msgspec.Struct, gc=False, rename="camel"):
    """Holds the stage's time in v1alpha1 and v1beta1."""

    creation_timestamp: str | None = None


class Event(msgspec.Struct, gc=False, rename="camel"):
    """One audit event, as far as we look. A map, list or time that is null is the same as none."""

    kind: str = ""
    api_version: str = ""
    stage: str = ""
    verb: str = ""
    request_uri: str = msgspec.field(default="", name="requestURI")
    user: User | None = None
    impersonated_user: User | None = None
    source_ips: tuple[str, ...] | None = msgspec.field(default=None, name="sourceIPs")
    user_agent: str = ""
    object_ref: ObjectRef | None = None
    response_status: Status | None = None
    annotations: Annotations | None = None
    stage_timestamp: str | None = None
    metadata: Metadata | None = None
    # What we write ourselves: whether the keys are there matters, whatever stands in them.
    timestamp: str | msgspec.UnsetType | None = msgspec.UNSET
    audit: Any = msgspec.UNSET


Never = Annotated[int, msgspec.Meta(gt=0, lt=0)]
"""What no JSON is: a key of this type must not be there."""


class Ordinary(Event, gc=False, rename="camel", kw_only=True):
    """Nearly every event there is: one of the known kinds, with its stage's time, and without the keys that we add."""

    kind: Literal["Event"]
    api_version: Literal["audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1"]
    stage_timestamp: str
    request_object: msgspec.Raw = msgspec.Raw()  # bodies are bytes of the line, not decoded; none is empty
    response_object: msgspec.Raw = msgspec.Raw()
    timestamp: Never | msgspec.UnsetType = msgspec.UNSET  # type: ignore[assignment]  # narrower
    audit: Never | msgspec.UnsetType = msgspec.UNSET


decode = msgspec.json.Decoder(Event).decode
"""One line of a JSON log to its view, whatever kind it is of; raises `MALFORMED`."""
decode_ordinary = msgspec.json.Decoder(Ordinary).decode
"""The same for an ordinary event; raises `MALFORMED` for all others."""
decode_packed = msgspec.msgpack.Decoder(Ordinary).decode
"""An ordinary event that an agent has parsed, as MessagePack; raises `MALFORMED` for all others."""


def from_line(line: bytes) -> Event:
    """Read one line of a JSON audit log; raises NotAnEvent."""
    try:
        event = decode(line)
    except MALFORMED as error:
        raise NotAnEvent(why(error)) from None
    return _known(event)


def from_record(record: dict[str, Any]) -> Event:
    """Read an event that an agent has already parsed; raises NotAnEvent."""
    try:
        event = msgspec.convert(record, Event)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise NotAnEvent(why(error)) from None
    return _known(event)


def _known(event: Event) -> Event:
    if event.kind != "Event" or not event.api_version.startswith(API_GROUP):
        raise NotAnEvent("no kind Event of audit.k8s.io")
    return event


def stage_time(event: Event) -> str | None:
    """Return when the stage was reached in the one form of time, by whichever field says so; None where none does."""
    stage = event.stage_timestamp or (event.metadata.creation_timestamp if event.metadata else None)
    return times.normal(stage) or times.normal(event.timestamp or None)


def why(error: Exception) -> str:
    """Say why bytes are no event, for one of `MALFORMED`."""
    if isinstance(error, msgspec.ValidationError):
        return f"not the shape of an audit event: {error}"
    if isinstance(error, msgspec.DecodeError):
        return f"not JSON: {error}"
    return "JSON nested too deeply" if isinstance(error, RecursionError) else "not UTF-8"
