"""Values of agents, sources and senders that do not go together."""

from collections.abc import Iterator

from audit.document import Path
from generator import agents, host
from generator.adoption import CONTAINERS, refusals
from generator.values import Values

Told = tuple[Path, str, str, str]
"""Where, what was wanted, what stood there, how to cure it."""


def agent_disagreements(values: Values) -> Iterator[Told]:
    """Yield everything that does not go together here."""
    for check in (_on_host, _image, _direct, _containers, _adopted, _address, _expose, _users, _far):
        yield from check(values)


def _on_host(values: Values) -> Iterator[Told]:
    if values.agent.on_host and agents.flavor(values).package is None:
        want = "td-agent or fluent-package on machines: the other flavors are no packages here"
        yield ("agent", "onHost"), want, values.agent.flavor, "set agent.flavor, or leave it out"


def _image(values: Values) -> Iterator[Told]:
    flavor, image = values.agent.flavor, values.agent.image
    if flavor == "direct" and image is not None:
        yield ("agent", "image"), "none with direct, which runs bridge.image", repr(image), "set bridge.image"
    elif agents.on_host(values) and image is not None:
        want = f"none with {flavor} on the machines, where it is a package"
        yield ("agent", "image"), want, repr(image), "leave it out, or set agent.onHost to false"
    elif flavor == "td-agent" and image is None and not agents.on_host(values):
        cure = "there is no official one: build it, or set agent.onHost for the package on the machines"
        yield ("agent", "image"), "an image with td-agent", "nothing", cure
    elif flavor == "fluent-package" and image is None and not agents.on_host(values):
        cure = "there is no official one: build it, or leave agent.onHost out for the package on the machines"
        yield ("agent", "image"), "an image with fluent-package in a pod", "nothing", cure


def _direct(values: Values) -> Iterator[Told]:
    """Refuse what only bridges that agents send to can do."""
    if values.agent.flavor != "direct":
        return
    if not values.bridge.enabled:
        want = "true with direct, where the bridge reads the log on each machine"
        yield ("bridge", "enabled"), want, "false", "leave it out, or take another flavor"
    given = {
        ("forward", "sharedKeySecret"): values.forward.shared_key_secret,
        ("forward", "address"): values.forward.address,
        ("forward", "usersSecret"): values.forward.users_secret,
        ("forward", "user"): values.forward.user,
        ("forward", "expose"): values.forward.expose,
        ("bridge", "autoscaling"): values.bridge.autoscaling,
    }
    for path, value in given.items():
        if value is not None:
            yield path, "none with direct: nothing sends to a bridge that reads the log itself", "one", "leave it out"
    if host.way(values).managed:
        want = "another flavor with a managed control plane: there is no log on a node to read"
        yield ("agent", "flavor"), want, "'direct'", "leave it out"


def _containers(values: Values) -> Iterator[Told]:
    if not values.sources.containers:
        return
    path: Path = ("sources", "containers")
    if agents.flavor(values).kind == "bridge" or agents.on_host(values) or values.agent.flavor == "td-agent":
        want = "the flavor fluentd or fluent-bit with it, whose images know pods"
        yield path, want, values.agent.flavor, "set agent.flavor, or ship the containers' logs another way"
    elif host.way(values).managed:
        want = "an agent in this cluster with it"
        yield path, want, f"none: {host.way(values).title} has no audit log on a node", "leave it out"


def _adopted(values: Values) -> Iterator[Told]:
    kind, sources = agents.flavor(values).kind, values.sources
    yield from refusals(
        ("agent", "adoptPositionFile"), values.agent.adopt_position_file, kind=kind, log=host.log_file(values)
    )
    path, source = ("sources", "adoptPositionFile"), sources.adopt_position_file
    yield from refusals(path, source, kind=kind, log=CONTAINERS)
    if source and not sources.containers:
        yield path, "sources.containers with it", repr(source), "leave it out"


def _address(values: Values) -> Iterator[Told]:
    address: Path = ("forward", "address")
    if not values.bridge.enabled and values.forward.address is None:
        yield address, "the other cluster's bridge", "nothing", "name it, or let bridge.enabled out"
    elif agents.on_host(values) and values.forward.address is None:
        cure = "name the address of forward.expose"
        yield address, "where machines outside the network of pods find the bridge", "nothing", cure
    if agents.on_host(values) and values.bridge.enabled and values.forward.expose is None:
        want = "a Service for agents on machines, which are no pods"
        yield ("forward", "expose"), want, "none", "set its sources to the machines' addresses"


def _expose(values: Values) -> Iterator[Told]:
    """Refuse to send over a network that is not this cluster's without TLS and the key."""
    if values.forward.expose is None and values.bridge.enabled:
        return
    at: Path = ("forward", "expose") if values.bridge.enabled else ("forward", "address")
    if values.forward.shared_key_secret is None:
        yield at, "forward.sharedKeySecret with it, or anybody at these addresses may send", "none", "set it to {}"
    if values.tls.mode == "off":
        yield at, "TLS with it, for audit events are secret on the way", "tls.mode: off", "set tls.mode"
    if values.forward.expose and not values.bridge.enabled:
        yield ("forward", "expose"), "none without a bridge in this cluster", "one", "leave it out"


def _users(values: Values) -> Iterator[Told]:
    forward = values.forward
    if forward.users_secret and forward.shared_key_secret is None:
        want = "forward.sharedKeySecret beside it: passwords are only asked for in its handshake"
        yield ("forward", "usersSecret"), want, "none", "set it to {}"
    if forward.clusters and forward.users_secret is None:
        want = "forward.usersSecret beside it: a cluster is told by the user that signs in"
        yield ("forward", "clusters"), want, "none", "set it to {}"
    if forward.users_secret and forward.user is None and "agent" in agents.components(values):
        want = "the user of this cluster's own agents, for the bridge asks every sender"
        yield ("forward", "user"), want, "nothing", "name one of the users"
    if forward.user and forward.shared_key_secret is None:
        want = "forward.sharedKeySecret beside it: who signs in proves the key as well"
        yield ("forward", "user"), want, "none", "set it to {}"


def _far(values: Values) -> Iterator[Told]:
    if values.forward.user is None:
        return
    for at, far in enumerate(values.forward.clusters):
        if far.user == values.forward.user.name:
            want = "another user than this cluster's own agents"
            yield ("forward", "clusters", at, "user"), want, repr(far.user), "give each cluster a user of its own"
