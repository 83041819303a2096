"""Values of agents, sources and senders that do not go together."""

import pytest

from generator.crosscheck_agents import agent_disagreements
from generator.values import Values

SAFE = {"forward": {"sharedKeySecret": {}}, "tls": {"mode": "secret"}}
EXPOSED = {"sources": ["10.0.0.0/8"]}


def told(**given: object) -> list[str]:
    """Return what is found in values, each as `path: expected want, got got - cure`."""
    found = agent_disagreements(Values.model_validate(given))
    return [f"{'.'.join(map(str, path))}: expected {want}, got {got} - {cure}" for path, want, got, cure in found]


@pytest.mark.parametrize(
    "given",
    [
        {},
        *({"agent": {"flavor": flavor}} for flavor in ("fluentd", "fluent-bit", "direct")),
        {"agent": {"flavor": "td-agent", "image": "a"}},
        {"agent": {"flavor": "fluent-package", "image": "a", "onHost": False}},
        {
            "agent": {"flavor": "fluent-package"},
            "forward": {"address": "b", "expose": EXPOSED, "sharedKeySecret": {}},
            "tls": {"mode": "secret"},
        },
        {"sources": {"containers": True}},
        {"bridge": {"enabled": False}, "forward": {"address": "b", "sharedKeySecret": {}}, "tls": {"mode": "secret"}},
        {
            "forward": {
                "sharedKeySecret": {},
                "usersSecret": {},
                "user": {"name": "own"},
                "clusters": [{"user": "edge", "cluster": "edge-1"}],
                "expose": EXPOSED,
            },
            "tls": {"mode": "secret"},
        },
    ],
)
def test_what_goes_together(given: dict[str, object]) -> None:
    assert [] == told(**given)


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        (
            {"agent": {"onHost": True}},
            [
                "agent.onHost: expected td-agent or fluent-package on machines: the other flavors are no packages here, got fluentd - set agent.flavor, or leave it out",
                "forward.address: expected where machines outside the network of pods find the bridge, got nothing - name the address of forward.expose",
                "forward.expose: expected a Service for agents on machines, which are no pods, got none - set its sources to the machines' addresses",
            ],
        ),
        (
            {"agent": {"flavor": "direct", "image": "a"}},
            ["agent.image: expected none with direct, which runs bridge.image, got 'a' - set bridge.image"],
        ),
        (
            {"agent": {"flavor": "fluent-package", "onHost": False}},
            [
                "agent.image: expected an image with fluent-package in a pod, got nothing - there is no official one: build it, or leave agent.onHost out for the package on the machines"
            ],
        ),
        (
            {"agent": {"flavor": "direct"}, "forward": {"sharedKeySecret": {}}},
            [
                "forward.sharedKeySecret: expected none with direct: nothing sends to a bridge that reads the log itself, got one - leave it out"
            ],
        ),
        (
            {"agent": {"flavor": "direct"}, "sources": {"containers": True}},
            [
                "sources.containers: expected the flavor fluentd or fluent-bit with it, whose images know pods, got direct - set agent.flavor, or ship the containers' logs another way"
            ],
        ),
        (
            {"bridge": {"enabled": False}, **SAFE},
            ["forward.address: expected the other cluster's bridge, got nothing - name it, or let bridge.enabled out"],
        ),
        (
            {"bridge": {"enabled": False}, "forward": {"address": "b"}},
            [
                "forward.address: expected forward.sharedKeySecret with it, or anybody at these addresses may send, got none - set it to {}",
                "forward.address: expected TLS with it, for audit events are secret on the way, got tls.mode: off - set tls.mode",
            ],
        ),
        (
            {"forward": {"clusters": [{"user": "edge", "cluster": "e"}]}},
            [
                "forward.clusters: expected forward.usersSecret beside it: a cluster is told by the user that signs in, got none - set it to {}"
            ],
        ),
        (
            {"forward": {"usersSecret": {}, "sharedKeySecret": {}}},
            [
                "forward.user: expected the user of this cluster's own agents, for the bridge asks every sender, got nothing - name one of the users"
            ],
        ),
        (
            {
                "forward": {
                    "usersSecret": {},
                    "sharedKeySecret": {},
                    "user": {"name": "a"},
                    "clusters": [{"user": "a", "cluster": "e"}],
                }
            },
            [
                "forward.clusters.0.user: expected another user than this cluster's own agents, got 'a' - give each cluster a user of its own"
            ],
        ),
    ],
)
def test_what_does_not(given: dict[str, object], sentences: list[str]) -> None:
    assert sentences == told(**given)
