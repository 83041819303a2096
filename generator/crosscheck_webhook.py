"""Values of the audit webhook that do not go together, or with the rest."""

from collections.abc import Iterator

from audit.document import Path
from audit.releases import at_least
from generator import agents, webhook
from generator.values import Values
from generator.webhook_values import Webhook

Told = tuple[Path, str, str, str]
"""Where, what was wanted, what stood there, how to cure it."""

STRICT = "1.13"
"""The first release with `blocking-strict`."""

_PATH: Path = ("audit", "webhook")


def webhook_disagreements(values: Values) -> Iterator[Told]:
    """Yield everything that does not go together here."""
    if values.audit.webhook is None:
        return
    for check in (_place, _mode, _address, _spool, _size, _ports):
        yield from check(values, values.audit.webhook)


def _place(values: Values, _webhook: Webhook) -> Iterator[Told]:
    if not webhook.directory(values):
        want = f"a distribution whose API server can be given its files: {', '.join(sorted(webhook.DIRECTORIES))}"
        yield _PATH, want, values.cluster.distribution, "leave it out, and let an agent read the log"
    if agents.on_host(values):
        want = "no agent on the machines with audit.webhook, or every event would come twice"
        yield ("agent", "flavor"), want, values.agent.flavor, "leave it out"
    if not values.bridge.enabled:
        yield ("bridge", "enabled"), "true with audit.webhook", "false", "leave it out, or leave audit.webhook out"


def _mode(values: Values, given: Webhook) -> Iterator[Told]:
    if given.mode == "blocking-strict" and not at_least(values.cluster.version, STRICT):
        want = f"batch or blocking: blocking-strict came with {STRICT}"
        yield (*_PATH, "mode"), want, "blocking-strict", f"set it, or cluster.version to {STRICT} or newer"
    elif given.mode == "blocking-strict" and values.audit.policy.file is None:
        want = "a policy of your own, audit.policy.file, that records RequestReceived: at no other stage it is stricter"
        yield (*_PATH, "mode"), want, "blocking-strict", "set it, or mode to blocking"


def _address(values: Values, given: Webhook) -> Iterator[Told]:
    """Refuse addresses that nobody calls, and none where one is called."""
    calls = {"clusterIP": given.cluster_ip, "nodePort": given.node_port, "address": given.address}
    if webhook.is_direct(values):
        for key, value in calls.items():
            if value is not None:
                want = "none with agent.flavor direct, where API servers call 127.0.0.1"
                yield (*_PATH, key), want, repr(value), "leave it out"
        return
    if (given.cluster_ip is None) == (given.node_port is None):
        got = "both" if given.cluster_ip else "neither"
        want = "clusterIP or nodePort: API servers cannot ask the cluster's DNS, so the address must be fixed"
        yield (*_PATH, "clusterIP"), want, got, "give one, or set agent.flavor to direct"
    if (given.node_port is None) != (given.address is None):
        key, other = ("nodePort", "address") if given.node_port is None else ("address", "nodePort")
        yield (*_PATH, key), f"one beside {other}", "none", f"set it, or leave {other} out"


def _spool(values: Values, given: Webhook) -> Iterator[Told]:
    """Ask for a spool: an API server keeps nothing for long, and what it was told 200 for must not go with a pod."""
    if webhook.by_service(values) and not values.bridge.storage.spool:
        reason = {
            "batch": "API servers drop a batch that finds no bridge, or no room, for some minutes",
            "blocking": "every request to the API server would wait for Loggly",
            "blocking-strict": "requests to the API server would fail while Loggly is away",
        }
        want = f"true with audit.webhook: {reason[given.mode]}"
        yield ("bridge", "storage", "spool"), want, "false", "set it, and bridge.storage.claim to {}"


def _size(values: Values, given: Webhook) -> Iterator[Told]:
    limits, size = values.bridge.config.limits, webhook.batch_size(values)
    if given.mode == "batch" and size * limits.event_bytes > limits.chunk_bytes:
        want = f"at most {limits.chunk_bytes // limits.event_bytes}, as many of the largest events as limits.chunk_bytes holds"
        yield (*_PATH, "batch", "maxSize"), want, str(size), "leave it out, or raise bridge.config.limits.chunk_bytes"


def _ports(values: Values, given: Webhook) -> Iterator[Told]:
    config = values.bridge.config
    if given.port in (config.forward.port, config.admin.port):
        want = "another port than forward.port and admin.port of the bridge"
        yield (*_PATH, "port"), want, str(given.port), "leave it out for the default"
