"""What can happen to the bridge, its disk, and the way that leads to it."""

import random
import socket
import time

import msgpack

from tests.faults.events import line
from tests.faults.fault import Fault
from tests.faults.gate import RESET
from tests.faults.loggly_faults import parted
from tests.faults.stage import Needs, Stage

KILLS = 10
STOPS = 3
RESETS = 5
CUT_AFTER_BYTES = 3_000


def killed(stage: Stage) -> None:
    """Kill the bridge at random moments, ten times; another one takes its place at once."""
    moments = random.Random(stage.seconds)
    for _ in range(KILLS):
        time.sleep(moments.uniform(0, 2 * stage.seconds / KILLS))
        stage.kill()
        stage.note_spooled()
        stage.restart()


def stopped(stage: Stage) -> None:
    """Stop the bridge under load, three times; another one takes its place when it has ended."""
    for _ in range(STOPS):
        time.sleep(stage.seconds / STOPS)
        stage.end()
        stage.restart()


def disk_full(stage: Stage) -> None:
    """Let Loggly be down until the spool has filled its disk, and longer."""
    stage.sandbox.script({"action": "respond", "status": 503})
    stage.last()
    stage.sandbox.script()


def cut(stage: Stage) -> None:
    """Reset the sender's connection in the middle of a chunk, five times."""
    for _ in range(RESETS):
        if stage.spool:
            _half_a_message(stage.address)
        else:
            stage.bridge_gate.cut(CUT_AFTER_BYTES, 1)
        time.sleep(stage.seconds / RESETS)


def one_of_two_killed(stage: Stage) -> None:
    """Kill one of two bridges behind one address; where it has a spool, it comes back in the end."""
    stage.kill(0)
    stage.note_spooled()
    stage.last()
    if stage.spool:
        stage.restart(0)


def _half_a_message(address: tuple[str, int]) -> None:
    """Be a sender without acks that dies while it sends an event, which another connection brings."""
    message = msgpack.packb(["kube.audit.node-1", 0, {"message": line(0)}])
    with socket.create_connection(address) as dying:
        dying.sendall(message[: len(message) // 2])
        dying.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


FAULTS = (
    Fault("bridge killed ten times", killed, doubles="in flight", spares_the_bridge=False),
    Fault("SIGTERM under load, three times", stopped, spares_the_bridge=False),
    Fault("spool's disk full, Loggly down", disk_full, Needs(small_disk=True)),
    Fault("packets to the bridge swallowed", parted, Needs(parted="bridge")),
    Fault("sender reset in the middle of a chunk", cut, Needs(gate_to_bridge=True)),
    Fault(
        "one of two bridges killed", one_of_two_killed, Needs(bridges=2), doubles="in flight", spares_the_bridge=False
    ),
)
