"""Audit policies as users write them in values: rules and files, read closed.

The API server only warns about an unknown key in a policy, and a rule whose `resources` is misspelt matches everything.
Here both are errors. The rules on combinations are those of Kubernetes' own validation (apiserver, pkg/apis/audit).
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from audit.document import refusal

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

    @model_validator(mode="after")
    def _as_the_server(self) -> Self:
        if "/" in self.group:
            group = self.group.partition("/")[0]
            raise refusal("a group without its version", f"write {group}", got=repr(self.group), at=("group",))
        if self.resource_names and not self.resources:
            raise refusal("resources beside resourceNames", "name the resources", got="none")
        return self


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

    @model_validator(mode="after")
    def _as_the_server(self) -> Self:
        if self.non_resource_urls and (self.resources or self.namespaces):
            raise refusal("nonResourceURLs alone", "make two rules of it", got="resources or namespaces beside it")
        for index, url in enumerate(self.non_resource_urls):
            if url != "*" and (not url.startswith("/") or "*" in url[:-1]):
                want = "* or a path from /, with * only at its end"
                raise refusal(want, got=repr(url), at=("nonResourceURLs", index))
        return self


class PolicyFile(Model):
    """A whole audit policy, as the API server reads it from a file."""

    api_version: Literal["audit.k8s.io/v1"]
    """The only version that a current API server reads."""
    kind: Literal["Policy"]
    """Always `Policy`."""
    metadata: dict[str, object] = {}
    """Of no effect."""
    omit_stages: tuple[Stage, ...] = ()
    """Stages that no rule records."""
    omit_managed_fields: bool = False
    """As in a rule, for all."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    """The first that matches decides; where none does nothing is recorded."""
