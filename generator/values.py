"""The values model: everything that may differ between clusters, closed at every level.

Keys are camelCase, as Kubernetes users know them from charts. A field's docstring is its documentation: unit, meaning,
why this default. Rules that look at several values together are in `crosscheck`.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from audit.document import Matching
from audit.senders import FarCluster
from audit.settings import Settings
from audit.units import Bytes, Origin, Seconds
from generator.cloud_values import Cloud
from generator.fields import (
    AbsolutePath,
    AnnotationKey,
    ClusterName,
    Image,
    LabelKey,
    LabelValue,
    Model,
    Name,
    Quantity,
    SecretKey,
    Tag,
)
from generator.pod_values import Autoscaling, PodValues, Spread, Storage
from generator.policy import Rule
from generator.sender_values import Address, Expose, SignIn, Sources, UsersSecret
from generator.shared_values import Images, Monitoring, NetworkPolicies, Notify, Tls
from generator.versions import FIRST, LAST
from generator.webhook_values import Webhook


class Cluster(Model):
    """The cluster that the files are for."""

    name: ClusterName = "kubernetes"
    """The cluster's name: `audit.cluster` in every event, and the label `app.kubernetes.io/instance`."""
    version: Annotated[
        str, Matching(r"1\.([7-9]|[12][0-9]|3[0-7])", f"a Kubernetes release from {FIRST} to {LAST}")
    ] = "1.36"
    """The Kubernetes minor release, in quotes. It decides API versions, fields, flags, and the formats of host files."""
    distribution: Literal[
        "kubeadm", "kind", "minikube", "k3s", "rke2", "kops", "kubespray", "talos", "eks", "gke", "aks"
    ] = "kubeadm"
    """How the control plane runs: where policy and log lie, which nodes have it, which host files are rendered.
    docs/distributions.md says what each allows. `eks`, `gke` and `aks` have neither policy nor file: there `cloud` says more."""
    kubeadm_api: Literal["v1beta4", "v1beta3", "v1beta2", "v1beta1", "v1alpha3", "v1alpha2"] | None = None
    """The format of kubeadm's configuration, where yours is kept in an older one than the newest that the release reads."""


class Namespaces(Model):
    """Two namespaces, because Pod Security allows or forbids host paths for a whole one."""

    agent: Name = "audit-agent"
    """Where Fluentd runs; its Pod Security level is `privileged`, for it mounts host directories."""
    bridge: Name = "audit-bridge"
    """Where the bridge runs; its Pod Security level is `restricted`."""


class Resources(Model):
    """What a container asks for and may use at most."""

    requests: dict[str, Quantity] = Field(default={})
    """Reserved on the node."""
    limits: dict[str, Quantity] = Field(default={})
    """Enforced. A memory limit is worth having; a CPU limit only slows deliveries down."""


class Buffer(Model):
    """The agent's file buffer on the node: the durable queue while Loggly or the bridge is away."""

    total_bytes: Annotated[Bytes, Field(ge=64 * 2**20)] = 2 * 2**30
    """How much may wait, in bytes or with a unit (`512MiB`). When it is full Fluentd stops reading the log, and the log's
    own rotation is what remains: 2 GiB hold about 1.7 million events. Fluent Bit then throws its oldest chunk away."""
    outage: Seconds = 600.0
    """How long Loggly or the bridge may be away when the cluster is busiest. `validate` compares it with what the buffer and
    the log's own files hold; nothing is rendered from it."""


class Agent(PodValues):
    """What reads the log on the control-plane nodes."""

    flavor: Literal["fluentd", "td-agent", "fluent-package", "fluent-bit", "direct"] = "fluentd"
    """`fluentd` or `fluent-bit`: the official image. `td-agent`, `fluent-package`: the packages of Fluentd. `direct`: the bridge itself, without an agent. docs/agents.md compares them."""
    on_host: bool | None = None
    """Whether the agent is a package on the machines instead of a pod; `host/agent/` then has its files. Only `td-agent` and `fluent-package` can be. Without it `fluent-package` is, and no other."""
    image: Image | None = None
    """The image. Without one `fluentd` and `fluent-bit` take the official one; `td-agent` and `fluent-package` have none to take, `direct` takes `bridge.image`."""
    state_directory: AbsolutePath = "/var/lib/kube-audit-agent"
    """The directory on the node for positions and buffer. It must outlive the pod, and nothing else may use it."""
    adopt_position_file: AbsolutePath | None = None
    """The position file, on the nodes, of a Fluentd that read the same log before, such as `/var/log/kube-apiserver-audit.log.pos`:
    the agent begins there, once. docs/from-stock.md has the steps."""
    buffer: Buffer = Buffer()
    """The file buffer."""
    resources: Resources | None = None
    """What is not given, requests or limits, follows from `bridge.eventsPerSecond`; docs/performance.md has the formula."""


class Bridge(PodValues):
    """The bridge from Fluentd's Forward protocol to Loggly."""

    enabled: bool = True
    """Whether this cluster has one. false where the agents send to another cluster's; `forward.address` says where."""
    replicas: Annotated[int, Field(ge=1, le=100)] = 2
    """How many. They keep no state; one more than `eventsPerSecond` needs lets one be replaced without a pause."""
    image: Image = "kube-audit-bridge:0.1.0"
    """The image, built from this project's Dockerfile; put the name of your registry before it."""
    events_per_second: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000
    """How many events the cluster writes a second when it is busiest; the bridges share them."""
    resources: Resources | None = None
    """What is not given, requests or limits, follows from `eventsPerSecond` and the limits of the configuration;
    docs/performance.md has the formula."""
    autoscaling: Autoscaling | None = None
    """With it, `{}` for the defaults, a HorizontalPodAutoscaler decides how many, and `replicas` is not looked at."""
    spread: Spread = Spread()
    """How bridges keep apart."""
    storage: Storage = Storage()
    """What a bridge keeps on disk."""
    config: Settings = Settings()
    """The bridge's own configuration, in its own snake_case keys; what other values decide cannot be set here."""


class SecretReference(Model):
    """A key of a Secret in the bridge's namespace."""

    name: Name = "loggly-token"
    """The Secret. It is only referred to: create it yourself, so that the token stands in no file."""
    key: SecretKey = "token"
    """The key whose value is the token."""


class SharedKey(Model):
    """A key of a Secret that exists in both namespaces."""

    name: Name = "forward-shared-key"
    """The Secret. It is only referred to: create it in either namespace with the same content."""
    key: SecretKey = "key"
    """The key whose value is the shared key."""


class Forward(Model):
    """What stands between Fluentd and the bridge."""

    shared_key_secret: SharedKey | None = None
    """With it, `{}` for the defaults, either side proves to the other that it knows the key, and Fluentd keeps its
    connections. Without it and without `tls.clientCertificates` the NetworkPolicy alone says who may send."""
    address: Address | None = None
    """Where agents find the bridge, where that is not the Service of this cluster: another cluster's bridge, or this one as machines outside the network of pods see it."""
    user: SignIn | None = None
    """As whom this cluster's agents sign in, where the bridge has users."""
    users_secret: UsersSecret | None = None
    """With it, `{}` for the defaults, senders must sign in as one of its users, beside knowing the key."""
    clusters: tuple[FarCluster, ...] = ()
    """Other clusters that send to this one's bridge, each by a user of its own: its events carry its name."""
    expose: Expose | None = None
    """How senders that are no pods of this cluster reach the bridge. Without it they cannot."""


class Loggly(Model):
    """The account that events go to."""

    url: Origin = "https://logs-01.loggly.com"
    """Where to send, without a path."""
    subdomain: Annotated[str, Matching(r"([a-z0-9][a-z0-9-]*)?", "the SUBDOMAIN of https://SUBDOMAIN.loggly.com")] = ""
    """Your account's name in Loggly's addresses; the README then has a link to the events."""
    token_secret: SecretReference = SecretReference()
    """Where the customer token is."""
    tags: Annotated[tuple[Tag, ...], Field(min_length=1, max_length=10)] = ("kubernetes", "audit")
    """Loggly's tags on every event."""


class Log(Model):
    """The audit log on the control-plane machines. Where a distribution has none, these must keep their defaults."""

    path: AbsolutePath | None = None
    """The file; null takes the distribution's, `/var/log/kubernetes/audit/audit.log` with kubeadm. Its directory is mounted,
    read-only, and should hold nothing else."""
    max_age: Annotated[int, Field(ge=0)] = 30
    """Days to keep rotated files; CIS wants 30 or more."""
    max_backups: Annotated[int, Field(ge=1)] = 10
    """Rotated files to keep; CIS wants 10 or more."""
    max_size: Annotated[int, Field(ge=1)] = 100
    """Megabytes at which the file is rotated; CIS wants 100 or more."""


class Policy(Model):
    """What the API server records: one of the three."""

    preset: Literal["recommended", "metadata", "cis", "gce"] | None = None
    """`recommended` (the default where no other is given): least volume, every detection can fire. `metadata`: every
    request, no content; before Kubernetes 1.9 the only one, and the default. `cis`: what CIS 3.2.2 asks. `gce`: reads as
    asked, writes with the result, little noise."""
    file: str | None = None
    """A policy file of your own, relative to the values file that names it; taken over as it is."""
    rules: tuple[Rule, ...] | None = None
    """The rules of a policy, first match wins; a stage RequestReceived is never recorded."""


class Audit(Model):
    """What is recorded on the control plane, and where."""

    log: Log = Log()
    """The log file and its rotation."""
    policy: Policy = Policy()
    """The audit policy."""
    webhook: Webhook | None = None
    """With it, and an address, API servers post their events themselves, and no agent reads the log."""


def _free_keys(schema: dict[str, Any]) -> None:
    schema["patternProperties"] = {"^x-": {}}


class Values(Model):
    """A values file. Top-level keys that begin with `x-` are yours, for anchors."""

    model_config = ConfigDict(json_schema_extra=_free_keys, title="Values of kube-audit-bridge")

    cluster: Cluster = Cluster()
    """The cluster."""
    environment: LabelValue = ""
    """Such as `production`: `audit.environment` in every event; absent where empty."""
    namespaces: Namespaces = Namespaces()
    """Where things run."""
    agent: Agent = Agent()
    """Fluentd."""
    bridge: Bridge = Bridge()
    """The bridge."""
    forward: Forward = Forward()
    """Between the two."""
    loggly: Loggly = Loggly()
    """The account."""
    audit: Audit = Audit()
    """The API server's side."""
    cloud: Cloud = Cloud()
    """Where a managed cloud keeps the audit log."""
    sources: Sources = Sources()
    """What is shipped beside the audit log."""
    tls: Tls = Tls()
    """TLS between Fluentd and the bridge."""
    notify: Notify = Notify()
    """Notices of detections."""
    network_policy: NetworkPolicies = NetworkPolicies()
    """Who may reach what."""
    monitoring: Monitoring = Monitoring()
    """How the bridge is watched."""
    images: Images = Images()
    """How images are pulled."""
    image_pull_secrets: tuple[Name, ...] = ()
    """Secrets for a private registry; one of the name must exist in either namespace."""
    labels: dict[LabelKey, LabelValue] = Field(default={})
    """Labels of your own on every object."""
    annotations: dict[AnnotationKey, str] = Field(default={})
    """Annotations of your own on every object."""
