"""Values of the audit webhook: how API servers post events, and where they reach the bridge."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from audit.document import Matching, refusal
from audit.units import Seconds
from generator.fields import Cidr, Model, Name

Mode = Literal["batch", "blocking", "blocking-strict"]


def _address(value: str) -> str:
    """Refuse what is no address, for API servers cannot resolve the cluster's names."""
    try:
        ip_address(value)
    except ValueError as error:
        raise refusal("an address, such as 10.96.0.50", "API servers know no names of the cluster") from error
    return value


IpAddress = Annotated[str, Matching(r"[0-9a-fA-F.:]+", "an address, such as 10.96.0.50"), AfterValidator(_address)]
HostName = Annotated[
    str,
    Matching(
        r"[0-9a-fA-F.:]+|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        "an address, or a name that the machines themselves resolve",
    ),
]


class WebhookBatch(Model):
    """What an API server gathers, in the mode `batch`, and how fast it posts; releases before 1.9 take none of these."""

    max_size: Annotated[int, Field(ge=1)] | None = None
    """Events in one request. Without it as many of the largest as fit into `limits.chunk_bytes` of the bridge, at most 400: 67 with the defaults."""
    max_wait: Seconds = 1.0
    """How long the first event of a batch waits for others."""
    buffer_size: Annotated[int, Field(ge=1)] = 10_000
    """Events that wait in the API server's memory to be put into batches. What finds it full is dropped."""
    throttle_qps: Annotated[int, Field(ge=1)] | None = None
    """Requests a second at most. Without it twice what `bridge.eventsPerSecond` needs, 10 at least."""


class Webhook(Model):
    """API servers post their events themselves, and no agent reads their log: docs/webhook.md.

    With `agent.flavor: direct` the bridge beside each API server takes them, on 127.0.0.1; otherwise the bridges' Service does.
    """

    mode: Mode = "batch"
    """`batch` holds up no request, and drops events when its buffer is full. `blocking` answers each request after the bridge has its events. `blocking-strict` also fails requests whose stage `RequestReceived` the bridge does not take, where the policy records that; from Kubernetes 1.13."""
    batch: WebhookBatch = WebhookBatch()
    """Batches."""
    initial_backoff: Seconds | None = None
    """The first pause after a request that failed; the other three are longer by half each. Without it `10s` with `batch`, so that events outlast an absence of some minutes, and `100ms` when blocking, where requests to the API server wait meanwhile. From Kubernetes 1.10."""
    port: Annotated[int, Field(ge=1024, le=65535)] = 9443
    """The bridge's port."""
    cluster_ip: Annotated[IpAddress | None, Field(alias="clusterIP")] = None
    """The Service's own address, which API servers call: one of the cluster's range for Services that nothing has. Not with `agent.flavor: direct`."""
    node_port: Annotated[int, Field(ge=30_000, le=32_767)] | None = None
    """Instead of `clusterIP` a port of every node, where API servers do not reach the range for Services; needs `address`."""
    address: HostName | None = None
    """With `nodePort`, what API servers call: a node, or what balances over nodes."""
    sources: tuple[Cidr, ...] = ()
    """The addresses of API servers, for the NetworkPolicy. Without any everybody reaches the port, and is asked for a client certificate there."""
    secret: Name = "audit-webhook-tls"  # noqa: S105 - a Secret's name
    """The Secret in the namespace of the bridge that takes them, with `tls.crt` and `tls.key` for the address that API servers call, and with `ca.crt`, the authority of their client certificates. It is only referred to: `audit-generator certs` makes what is in it."""
    client_name: Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,63}", "a certificate's common name")] = (
        "kube-apiserver"
    )
    """The common name of the API servers' client certificate; no other is taken."""
