"""Values of what sends to the bridge: which logs, by whom, from where."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from audit.document import Matching, refusal
from generator.fields import AbsolutePath, AnnotationKey, Cidr, Image, Model, Name, SecretKey, Tag

Address = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9]\d{0,4})?",
        "a host, or HOST:PORT, such as audit.example.com:24224",
    ),
]

Host = Annotated[str, Matching(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", "a host, such as audit.example.com")]
User = Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", "1-64 letters, digits, '.', '_', '@' and '-'")]


class Sources(Model):
    """Which logs are shipped beside the audit log."""

    adopt_position_file: AbsolutePath | None = None
    """The position file, on the nodes, of a Fluentd that read the containers' logs before, such as `/var/log/fluentd-containers.log.pos`."""
    containers: bool = False
    """Also the logs of all containers on all nodes, the API server's own among them, each line with its pod. Read by a second DaemonSet, which may ask the API server about pods and namespaces; the audit log's agent may not. With the flavors `fluentd` and `fluent-bit`."""
    image: Image | None = None
    """The image that reads them. Without one, for `fluentd`, the official image that has fluent-plugin-kubernetes_metadata_filter, and for `fluent-bit` the audit log's."""
    tags: Annotated[tuple[Tag, ...], Field(min_length=1, max_length=10)] = ("kubernetes", "containers")
    """Loggly's tags on these events, in place of `loggly.tags`."""
    exclude_namespaces: tuple[Name, ...] = ()
    """Namespaces whose containers are left out. The agent's and the bridge's always are, for they would ship their own logs."""


class PasswordSecret(Model):
    """A key of a Secret in the agent's namespace."""

    name: Name = "forward-password"
    """The Secret. It is only referred to: create it yourself."""
    key: SecretKey = "password"
    """The key whose value is the password, without a newline."""


class SignIn(Model):
    """As whom this cluster's agents sign in."""

    name: User
    """The user, one of the bridge's."""
    password_secret: PasswordSecret = PasswordSecret()
    """Where its password is."""


class UsersSecret(Model):
    """A key of a Secret in the bridge's namespace."""

    name: Name = "forward-users"
    """The Secret. It is only referred to: create it yourself."""
    key: SecretKey = "users"
    """The key whose value is a line `NAME:PASSWORD` for each user."""


class Expose(Model):
    """A Service for senders that are no pods of this cluster: other clusters' agents, agents on machines."""

    type: Literal["LoadBalancer", "NodePort"] = "LoadBalancer"
    """`LoadBalancer` where the cloud or MetalLB gives it an address, `NodePort` on every node's own."""
    node_port: Annotated[int, Field(ge=30_000, le=32_767)] | None = None
    """With `NodePort`, the port; without one the API server chooses."""
    host: Host | None = None
    """The name by which they reach it; the bridge's certificate then has it too."""
    sources: Annotated[tuple[Cidr, ...], Field(min_length=1)]
    """The addresses that may send. Nobody else reaches the port."""
    annotations: dict[AnnotationKey, str] = Field(default={})
    """Annotations by which the cloud knows which load balancer is meant, such as an internal one."""

    @model_validator(mode="after")
    def a_port_of_nodes(self) -> "Expose":
        """Refuse a node's port where none is asked for."""
        if self.node_port is not None and self.type != "NodePort":
            raise refusal("type: NodePort beside it", "set it, or remove nodePort", got=self.type, at=("node_port",))
        return self
