"""What Loggly, or what stands before it, can do to a sender. Each fault lasts for a stage's seconds, then is over."""

from tests.faults.events import EVENTS_A_SECOND, audit_id
from tests.faults.fault import Fault
from tests.faults.stage import Needs, Stage

NEW_TOKEN = "22222222-3333-4444-8555-666666666666"
HIDDEN_LIMIT_BYTES = 12_000  # below the largest events, which are cut then
LOST_ANSWERS = 5
CUT_AFTER_BYTES = 2_000
FOREIGN = "<html>Thank you</html>"


def refused(stage: Stage) -> None:
    """Let nothing listen at Loggly's address."""
    stage.loggly_gate.close()
    stage.last()
    stage.loggly_gate.open()


def answered(status: int, **step: object) -> Fault:
    """Answer every upload alike."""

    def strike(stage: Stage) -> None:
        stage.sandbox.script({"action": "respond", "status": status, **step})
        stage.last()
        stage.sandbox.script()

    return Fault(f"{status}", strike)


def token_refused(stage: Stage) -> None:
    """Take another token only, which the file gets later."""
    stage.sandbox.tokens(NEW_TOKEN)
    stage.last()
    replacement = stage.token_file.with_name("token-new")
    replacement.write_text(NEW_TOKEN)
    replacement.rename(stage.token_file)


def hidden_limit(stage: Stage) -> None:
    """Refuse bodies above a limit that nobody has documented, to the end."""
    stage.sandbox.script({"match": {"above_bytes": HIDDEN_LIMIT_BYTES}, "action": "respond", "status": 413})
    stage.last()


def poisoned(stage: Stage) -> None:
    """Refuse one event, and every body that holds it, to the end."""
    in_the_middle = audit_id(int(EVENTS_A_SECOND * stage.seconds * 0.75))
    stage.sandbox.script({"match": {"contains": in_the_middle}, "action": "respond", "status": 400})
    stage.last()


def slow(stage: Stage) -> None:
    """Answer every upload after 30 s: half as long again as the fault lasts, in a shorter run too."""
    stage.sandbox.script({"action": "pass", "delay_ms": int(stage.seconds * 1500)})
    stage.last()
    stage.sandbox.script()


def body_cut(stage: Stage) -> None:
    """Reset every connection in the middle of a body."""
    stage.loggly_gate.cut(CUT_AFTER_BYTES, 10**6)
    stage.last()
    stage.loggly_gate.cut(0, 0)


def answers_lost(stage: Stage) -> None:
    """Store what comes, and break the connection before saying so."""
    stage.sandbox.script({"action": "store_then_reset", "times": LOST_ANSWERS})
    stage.last()


def foreign(stage: Stage) -> None:
    """Store what comes, and answer 200 in the words of some proxy."""
    stage.sandbox.script({"action": "pass", "body": FOREIGN})
    stage.last()
    stage.sandbox.script()


def parted(stage: Stage) -> None:
    """Swallow every packet on the line that the fault's needs name: to Loggly, or between the sender and the bridge."""
    assert stage.network is not None
    stage.network.part()
    stage.last()
    stage.network.join()


def _redirect() -> Fault:
    fault = answered(302, headers={"Location": "/elsewhere"})
    return Fault("a redirect", fault.strike)


FAULTS = (
    Fault("connection refused", refused, Needs(gate_to_loggly=True)),
    answered(503),
    Fault("429 with Retry-After", answered(429, headers={"Retry-After": "3"}).strike),
    Fault("403 until the token file is replaced", token_refused),
    Fault(f"413 above a hidden limit of {HIDDEN_LIMIT_BYTES:,} bytes", hidden_limit),
    Fault("400 for one poisoned event", poisoned),
    answered(404),
    _redirect(),
    Fault("answers take 30 s", slow),
    Fault("reset in the middle of a body", body_cut, Needs(gate_to_loggly=True)),
    Fault("answer lost after Loggly stored it", answers_lost, doubles="lost answers"),
    Fault("200 with a foreign body", foreign),
    Fault("packets to Loggly swallowed", parted, Needs(parted="loggly")),
)
