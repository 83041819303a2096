"""The form of a policy's rules in values, for editors and the reference; `audit.policy_reading` judges what they say."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Stage = Literal["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]


class Model(BaseModel):
    """Frozen, closed, camelCase."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True, use_attribute_docstrings=True
    )


class Resource(Model):
    """Resources of one API group."""

    group: str = ""
    """The group without a version; empty for the core group."""
    resources: tuple[str, ...] = ()
    """`pods`, `pods/exec`, `pods/*`, `*/status`, `*`; empty for all."""
    resource_names: tuple[str, ...] = ()
    """Names of objects; empty for all."""


class Rule(Model):
    """One rule; it matches where every list that is not empty matches."""

    level: Literal["None", "Metadata", "Request", "RequestResponse"]
    """How much is recorded."""
    users: tuple[str, ...] = ()
    """Exact user names; a failed login has none."""
    user_groups: tuple[str, ...] = ()
    """Exact group names."""
    verbs: tuple[str, ...] = ()
    """Exact Kubernetes verbs."""
    resources: tuple[Resource, ...] = ()
    """Resources by group."""
    namespaces: tuple[str, ...] = ()
    """Exact namespaces; "" stands for objects of the cluster."""
    non_resource_urls: Annotated[tuple[str, ...], Field(alias="nonResourceURLs")] = ()
    """Paths, a `*` only at the end."""
    omit_stages: tuple[Stage, ...] = ()
    """Stages not recorded."""
    omit_managed_fields: bool | None = None
    """Leave out `metadata.managedFields` of bodies; from Kubernetes 1.23."""
