"""Values of managed clouds: where the cloud keeps the audit log, and what reads it there."""

from typing import Annotated

from pydantic import Field

from audit.document import Matching
from generator.fields import AnnotationKey, Image, Model, Name, SecretKey

Region = Annotated[str, Matching(r"[a-z]{2,4}(-[a-z]+){1,2}-\d", "a region, such as eu-central-1")]
LogGroup = Annotated[str, Matching(r"[A-Za-z0-9._/#-]{1,512}", "a log group, such as /aws/eks/prod/cluster")]
Project = Annotated[str, Matching(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", "a project's id, such as example-prod")]
Subscription = Annotated[str, Matching(r"[A-Za-z][A-Za-z0-9._~+%-]{2,254}", "a subscription's id, without its project")]
HubName = Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", "the name of an event hub")]


class Eks(Model):
    """Amazon EKS: control-plane logs in CloudWatch."""

    region: Region
    """The cluster's region."""
    log_group: LogGroup | None = None
    """The log group; null takes `/aws/eks/NAME/cluster` of `cluster.name`."""


class Gke(Model):
    """Google GKE: Cloud Audit Logs, by a sink to Pub/Sub."""

    project: Project
    """The project of the subscription."""
    subscription: Subscription
    """The subscription of the sink's topic."""


class ConnectionSecret(Model):
    """A key of a Secret in the bridge's namespace."""

    name: Name = "event-hubs"
    """The Secret. It is only referred to: create it yourself."""
    key: SecretKey = "connection-string"
    """The key whose value is the connection string, with the right to listen."""


class Aks(Model):
    """Azure AKS: diagnostic settings to Event Hubs."""

    namespace: Name
    """The Event Hubs namespace, the NAME of NAME.servicebus.windows.net; from the tier Standard up, which speaks Kafka."""
    hub: HubName
    """The event hub in it."""
    connection_secret: ConnectionSecret = ConnectionSecret()
    """Where the connection string is."""


class Cloud(Model):
    """What fetches the audit log of a managed cloud: one Fluentd beside the bridge. Only with `eks`, `gke` and `aks`."""

    eks: Eks | None = None
    """With the distribution `eks`."""
    gke: Gke | None = None
    """With the distribution `gke`."""
    aks: Aks | None = None
    """With the distribution `aks`."""
    image: Image | None = None
    """An image of Fluentd with the plugin for the cloud: no official one has it; `host/Dockerfile` builds it."""
    service_account_annotations: dict[AnnotationKey, str] = Field(default={})
    """On its ServiceAccount, such as `eks.amazonaws.com/role-arn`, so that it may read the log without a key."""
    storage_class: Name | None = None
    """Of the volume for its buffer and how far it has read; null takes the cluster's default."""
