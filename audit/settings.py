"""The bridge's configuration file as a closed model: the generator writes it, the bridge reads it.

It stands in the kernel because generator and bridge do not know each other and must agree on every key; `units` says how
durations and sizes are written. Secrets are never values here: a key that ends in `_file` names the file that holds one.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from audit.checking import Matching, refusal
from audit.listeners import Tls, Webhook
from audit.rule_exceptions import RuleException
from audit.senders import FarCluster, OtherLog, doubled
from audit.sinks import Notify
from audit.units import TAG, Bytes, Count, Model, Origin, Port, Seconds

NAME = Matching(
    r"[^\"\\\s]*[^\"\\\s*?][^\"\\\s]*",
    "a name, with `*` and `?` for what may differ",
    "quotes, blanks and `*` alone match too much",
)
NAMES = (
    *("*password*", "*passwd*", "*passphrase*", "*token*", "*secret*", "*credential*", "*apikey*", "*api?key*"),
    *("*accesskey*", "*access?key*", "*privatekey*", "*private?key*", "*encryptionkey*", "*encryption?key*"),
    *("*kubeconfig*", "*dockerconfig*", "*dockercfg*", "*htpasswd*", "*connectionstring*", "*connection?string*"),
    *("authorization", "proxy-authorization", "cookie", "set-cookie", "pass", "pwd", "client-key-data", "id_rsa*"),
    "*.key",
)
KEEP_NAMES = (
    *("*name", "*names", "*namespace", "*ref", "*refs", "*file", "*path", "*class", "*type", "*kind"),
    "*seconds",
)
LOG_PATH = Matching(r"/(?:[^/\0]+/)*[^/\0]+", "an absolute path of a file")


class Forward(Model):
    """The port that Fluentd, Fluent Bit and the fluent-loggers connect to."""

    host: str = "0.0.0.0"  # noqa: S104 - a server in a pod listens on all of the pod's addresses
    """The address to listen on."""
    port: Port = 24224
    """TCP, and UDP for heartbeats; 0 takes a free one."""
    tls: Tls | None = None
    """TLS 1.2 or newer instead of plain TCP."""
    shared_key_file: str | None = None
    """A file with the shared key; with it every client must prove that it knows the key."""
    users_file: str | None = None
    """A file with one `name:password` a line; with it clients must be one of these users. Needs `shared_key_file`."""
    clusters: tuple[FarCluster, ...] = ()
    """Other clusters that send here, each by a user of its own. Needs `users_file`; docs/agents.md."""
    hostname: str = "kube-audit-bridge"
    """The name the bridge gives itself in the handshake; clients of the same name refuse it."""
    ack_deadline: Seconds = 50.0
    """A chunk not delivered by then is not acked: the connection is closed, and the sender keeps the chunk."""
    handshake_timeout: Seconds = 10.0
    """A client that has not proved the key by then is closed."""
    request_timeout: Seconds = 300.0
    """A request must end within this time from its first byte, or its connection is closed."""
    idle_timeout: Seconds = 600.0
    """A connection that sends nothing and waits for nothing for this long is closed."""

    @model_validator(mode="after")
    def users_need_a_key(self) -> "Forward":
        """Without a shared key there is no handshake in which a password could be asked for."""
        if self.users_file and not self.shared_key_file:
            cure = "set it: passwords are only asked for in its handshake"
            raise refusal("shared_key_file beside it", cure, got="none", at=("users_file",))
        return self

    @model_validator(mode="after")
    def clusters_need_users(self) -> "Forward":
        """Who is not asked for a password may be anybody; and one user is of one cluster."""
        if self.clusters and not self.users_file:
            cure = "set it: a cluster is told by the user that signs in"
            raise refusal("users_file beside it", cure, got="none", at=("clusters",))
        if (at := doubled([far.user for far in self.clusters])) is not None:
            cure = "give each cluster a user of its own"
            raise refusal("each user once", cure, got=repr(self.clusters[at].user), at=("clusters", at, "user"))
        return self


class Admin(Model):
    """Health and metrics over HTTP."""

    host: str = "0.0.0.0"  # noqa: S104 - the kubelet and Prometheus come from outside the pod
    """The address to listen on."""
    port: Port = 9880
    """0 takes a free one."""


class Loggly(Model):
    """Where events go."""

    url: Origin = "https://logs-01.loggly.com"
    """Scheme and host, without a path. The environment variable LOGGLY_URL goes before it."""
    token_file: str | None = None
    """A file with the customer token. Without it the environment variable LOGGLY_TOKEN is read."""
    tags: tuple[Annotated[str, TAG], ...] = Field(default=("kubernetes", "audit"), max_length=10)
    """Loggly's tags on every event: letters, digits, `.`, `_` and `-`, at most 64 characters each."""
    gzip: bool = False
    """Compress request bodies. Loggly documents no `Content-Encoding`; for other receivers."""
    subdomain: Annotated[str, Matching(r"([a-z0-9][a-z0-9-]*)?", "the SUBDOMAIN of https://SUBDOMAIN.loggly.com")] = ""
    """The account's name in Loggly's addresses, for the links in notices."""
    timeout: Seconds = 60.0
    """How long one request may take before it is tried again; one given up too early may have been stored, and is stored twice."""
    connections: Count = 4
    """Requests in flight at once."""


class Batch(Model):
    """When a batch is closed; whatever comes first."""

    max_bytes: Annotated[Bytes, Field(le=5_242_000)] = 5_000_000
    """Loggly refuses bodies above 5 MiB less a little."""
    max_events: Count = 20_000
    """Lines in one request."""
    max_age: Seconds = 1.0
    """How long the first line may wait for others, where no sender waits for an ack."""


class Retry(Model):
    """How failed uploads are tried again: exponential, with full jitter, without end."""

    initial: Seconds = 1.0
    """The ceiling of the first pause; each further one doubles it."""
    maximum: Seconds = 30.0
    """The ceiling that doubling stops at."""
    probe: Seconds = 60.0
    """How often one event asks whether Loggly accepts again, while everything is held."""


class Spool(Model):
    """A file for what senders that ask for no ack have sent: on the disk first, then to Loggly, in order of arrival."""

    path: str | None = None
    """The file, in a directory that outlives the container; one bridge at a time can have it. Without it there is no spool."""
    max_bytes: Bytes = 2**30
    """How much may wait in it; past it senders without acks wait. The file is somewhat larger."""


class DeadLetter(Model):
    """A file for events that Loggly refuses one by one, for a person to look at: `audit-bridge dead-letters`."""

    path: str | None = None
    """The file, in a directory that outlives the container. Without it everything is held where Loggly refuses an event."""
    max_bytes: Bytes = 100 * 2**20
    """How much may lie in it; past it everything is held as without it, and nothing is thrown away."""


class Limits(Model):
    """Bounds that keep memory finite whatever is sent."""

    unacked_bytes: Bytes = 16 * 2**20
    """Bytes taken in and not delivered; past it sockets are not read."""
    event_bytes: Annotated[Bytes, Field(ge=10_000, le=1_000_000)] = 1_000_000
    """One event with its newline; a larger one loses its bodies, then is cut, and says so."""
    chunk_bytes: Bytes = 64 * 2**20
    """One request on the wire."""
    decompressed_bytes: Bytes = 256 * 2**20
    """One chunk after decompression."""
    connections: Count = 1_000
    """Connections at once; one more is refused."""


Stage = Literal["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]


class Filter(Model):
    """What is left out before anything else, for a control plane whose own audit policy cannot be set."""

    omit_stages: tuple[Stage, ...] = ()
    """Stages that are left out. `RequestReceived` halves the events; without `ResponseStarted` no failed login is seen."""
    policy_file: str | None = None
    """An audit policy: a file, or the name of a preset. An event leaves as that policy would have written it, or not at all; an event that does not leave is acked as one that has."""


class Redact(Model):
    """What is removed from events before they leave. Secrets, tokens and managedFields always are."""

    bodies: Literal["text", "flatten", "keep", "drop"] = "text"
    """How requestObject and responseObject are shipped: `text`, each as JSON in one text; `flatten`, each as a list of `path=value` texts; `keep`, as the JSON that they are, each key a field of Loggly's; `drop`, not at all."""
    commands: Literal["credentials", "program", "drop", "keep"] = "credentials"
    """The commands of exec, and of containers: `credentials` removes what follows flags and variables that tell of one, `program` all arguments, `drop` all, `keep` nothing."""
    env: Literal["all", "credentials", "keep"] = "all"
    """The values of containers' environment variables: `all` removes them, `credentials` those with telling names."""
    config_maps: Literal["credentials", "all", "keep"] = "credentials"
    """The data of ConfigMaps: `credentials` removes what stands under telling names or looks like one, and what is binary; `all` everything."""
    names: tuple[Annotated[str, NAME], ...] = NAMES
    """Names of credentials, in any case, with `*` and `?`: keys of bodies, environment variables, parameters of URIs, and what is assigned in texts."""
    keep_names: tuple[Annotated[str, NAME], ...] = KEEP_NAMES
    """Names that are kept although they match: they tell where a credential is, not what it is."""


class Identity(Model):
    """Somebody whom searches call by one name, `audit.actorLabel`, whichever way the sign-in went."""

    label: Annotated[str, TAG]
    """The name. Whoever is none of the identities is `other`."""
    users: tuple[str, ...] = ()
    """User names, with `*` and `?`: `system:serviceaccount:ci:jenkins`, a certificate's common name."""
    pods: tuple[str, ...] = ()
    """`NAMESPACE/POD` of service accounts' tokens that are bound to a pod, with `*` and `?`."""

    @model_validator(mode="after")
    def somebody(self) -> "Identity":
        """Refuse an identity that nobody can be."""
        if not self.users and not self.pods:
            raise refusal("users or pods beside it", "say who it is, or remove the entry", got="none", at=("label",))
        return self


class File(Model):
    """A log that the bridge reads itself, without an agent."""

    path: Annotated[str, LOG_PATH]
    """The exact path; rotated files beside it are found by their names. With `format: cri` the last part may have `*`: every file that matches is a log of its own."""
    from_: Literal["beginning", "end"] = Field(default="beginning", alias="from")
    """Where to begin in a log that has no position yet; files that were rotated before are not read then."""
    format: Literal["raw", "cri"] = "raw"
    """`raw`: an event a line. `cri`: a container's log, of an API server that audits to its standard output."""
    others: Literal["skip", "ship"] = "skip"
    """With `cri`, what becomes of lines that are no audit events: the API server's own log."""
    node: str = ""
    """`audit.node` of its events; where empty the environment variable NODE_NAME, without that the machine's name."""

    @property
    def is_pattern(self) -> bool:
        """Whether the path stands for every file that matches."""
        return "*" in self.path

    @model_validator(mode="after")
    def one_log(self) -> "File":
        """Refuse a pattern where rotated files would match it as well."""
        folder, _, _ = self.path.rpartition("/")
        if "*" in folder or (self.is_pattern and self.format != "cri"):
            cure = "name the exact file: rotated ones are found by themselves"
            raise refusal("a path without `*`", cure, got=repr(self.path), at=("path",))
        return self


class State(Model):
    """What must outlive the process when the bridge reads logs itself."""

    path: str | None = None
    """The file that says how far each log is delivered, on the node's disk; one bridge at a time can have it. Needed by `files`."""


class Rules(Model):
    """Detection rules: which of them an event is told for stands in `audit.rules`, the highest level in `audit.severity`."""

    builtin: bool = True
    """Ask the rules that are shipped: docs/rules.md."""
    files: tuple[str, ...] = ()
    """Files of Sigma rules of your own, and of filters, which take events out of rules. Read again when they change."""
    disable: tuple[str, ...] = ()
    """Names of rules that are not told."""
    except_: tuple[RuleException, ...] = Field(default=(), alias="except")
    """What is taken out of rules: a service account that may read secrets, say."""
    tagged: tuple[Literal["informational", "low", "medium", "high", "critical"], ...] = ("high", "critical")
    """Severities whose events get a tag of their own in Loggly, `severity-LEVEL`. Each needs requests of its own, so name few."""


class Settings(Model):
    """The whole file."""

    cluster: str = "kubernetes"
    """The cluster's name, `audit.cluster` in each event."""
    environment: str = ""
    """`audit.environment` in each event; absent where empty."""
    forward: Forward = Forward()
    """Where events come in."""
    webhook: Webhook | None = None
    """Where API servers post them, without an agent."""
    files: tuple[File, ...] = ()
    """Logs that the bridge reads itself."""
    state: State = State()
    """How far they are delivered."""
    others: tuple[OtherLog, ...] = ()
    """Logs that are no audit logs, told by their Fluentd tag."""
    admin: Admin = Admin()
    """Health and metrics."""
    loggly: Loggly = Loggly()
    """Where events go."""
    batch: Batch = Batch()
    """When a batch is closed."""
    retry: Retry = Retry()
    """How failed uploads are tried again."""
    spool: Spool = Spool()
    """What senders without acks have sent, on disk."""
    dead_letter: DeadLetter = DeadLetter()
    """What Loggly refuses, on disk."""
    limits: Limits = Limits()
    """Bounds."""
    filter: Filter = Filter()
    """What is left out."""
    rules: Rules = Rules()
    """What is told."""
    notify: Notify = ()
    """Who is told of it at once, beside Loggly: docs/notifications.md."""
    redact: Redact = Redact()
    """What does not leave."""
    identities: tuple[Identity, ...] = ()
    """Whom `audit.actorLabel` names; the first that matches. Somebody who impersonates an identity is not it. Absent where there are none."""

    @model_validator(mode="after")
    def files_need_positions(self) -> "Settings":
        """Without a file of positions a restart would send all again; a log named twice would be sent twice."""
        if self.files and self.state.path is None:
            cure = "name a file in a directory that outlives the process"
            raise refusal("state.path beside it", cure, got="none", at=("files",))
        paths = [file.path for file in self.files]
        for index, path in enumerate(paths):
            if path in paths[:index]:
                raise refusal("each log once", "remove one of the two", got=repr(path), at=("files", index, "path"))
        return self

    @model_validator(mode="after")
    def sinks_differ(self) -> "Settings":
        """Metrics and logs tell sinks apart by their names."""
        names = [sink.name for sink in self.notify]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise refusal("a name of its own", "choose another", got=repr(name), at=("notify", index, "name"))
        return self
