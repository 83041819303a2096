"""An audit policy as the API server holds it in memory, with the line of every rule.

Fields and meaning are those of `audit.k8s.io/v1` (kubernetes/apiserver `pkg/apis/audit/v1/types.go`). `policy_reading` makes
a policy of text, `deciding` asks it about a request.
"""

from dataclasses import dataclass

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
"""From nothing to everything: a level holds what those before it hold."""

STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")
"""In the order in which a request passes them."""

FIRST = "1.8"
"""The oldest release whose reading and deciding are known here: 1.7's alpha ignored subresources."""


@dataclass(frozen=True, slots=True)
class GroupResources:
    """Resources of one API group, one entry of a rule's `resources`."""

    group: str = ""
    """The group without a version, "" for core; from 1.36 `*` for all."""
    resources: tuple[str, ...] = ()
    """`pods`, `pods/exec`, `pods/*`, `*/status`, `*`; empty for all."""
    resource_names: tuple[str, ...] = ()
    """Names in the request's URL; empty for all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; it matches where every list that is not empty matches."""

    level: str
    """One of `LEVELS`."""
    users: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resources: tuple[GroupResources, ...] = ()
    namespaces: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()
    omit_stages: tuple[str, ...] = ()
    """What this rule omits, without what the policy omits for all."""
    omit_managed_fields: bool | None = None
    """None where the policy's own word holds."""
    line: int = 0
    """Where the rule begins in its file, from 1; 0 where there is no file."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy; the first rule that matches decides, and where none does nothing is recorded."""

    rules: tuple[Rule, ...]
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool = False
    version: str = ""
    """The release for which the policy was read, and as which it decides; "" for the newest."""
    name: str = ""
    """The name of the file, for messages."""
