"""One cell of the table: a sender, a fault, and what became of every event that was sent."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.events import EVENTS_A_SECOND, audit_id, ids, line
from tests.faults.fault import Fault
from tests.faults.senders import Kind, Sender
from tests.faults.stage import Stage

TICK_SECONDS = 0.25
IN_FLIGHT_SECONDS = 5.0  # what Loggly has had for longer was acked before a kill
SETTLE_SECONDS = (
    240.0  # in a full run, for everything to arrive once the fault is over: probes, and the senders' pauses
)
STILL_SECONDS = 120.0  # likewise: where nothing more has arrived for so long, nothing will
LEAST_SETTLE_SECONDS = 40.0


@dataclass(frozen=True)
class Outcome:
    """What was counted in one cell; `missing` says why there was none."""

    sender: str
    fault: str
    sent: int = 0
    acked: int | None = None
    stored: int = 0
    dead: int = 0
    lost: int = 0
    duplicated: int = 0
    recovery: float | None = None
    """Seconds from the end of the fault until Loggly had all that was sent before; None where nothing was behind."""
    peak_bytes: int = 0
    problems: tuple[str, ...] = ()
    missing: str = ""


@dataclass
class Feed:
    """Feeds a sender at a steady rate, in a thread of its own, for the sender may block."""

    sender: Sender
    sent: dict[str, float] = field(default_factory=dict)
    """What was handed over, and when: ids to seconds since 1970."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Feed no more; false where the sender has not taken what it was given."""
        self._stop.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._stop.wait(TICK_SECONDS):
            due = int((time.monotonic() - begun) * EVENTS_A_SECOND)
            numbers = range(len(self.sent), min(due, len(self.sent) + EVENTS_A_SECOND))
            self.sender.feed([line(number) for number in numbers])
            self.sent.update(dict.fromkeys(map(audit_id, numbers), time.time()))


@dataclass(frozen=True)
class Arrived:
    """What Loggly holds, and what the bridge has set aside: when each event came first, and how often."""

    first: dict[str, float]
    copies: Counter[str]
    dead: set[str]

    @classmethod
    def at(cls, stage: Stage) -> "Arrived":
        first: dict[str, float] = {}
        copies: Counter[str] = Counter()
        for event in stage.sandbox.events():
            for found in ids(event["raw"].encode())[:1]:
                first.setdefault(found, event["received_us"] / 1e6)
                copies[found] += 1
        return cls(first, copies, {found for letter in stage.dead_letters() for found in ids(letter)[:1]})

    @property
    def twice(self) -> list[str]:
        return [found for found, count in self.copies.items() if count > 1]


def run(kind: Kind, fault: Fault, seconds: float, folder: Path) -> Outcome:
    """Play one cell and judge it."""
    if missing := kind.missing or fault.missing:
        return Outcome(kind.name, fault.name, missing=missing)
    with (
        Stage(folder, fault.needs, seconds, spool=not kind.asks_for_acks) as stage,
        kind.start(folder, stage.address) as sender,
    ):
        feed = Feed(sender)
        time.sleep(seconds / 4)
        fault.strike(stage)
        over = time.time()
        time.sleep(seconds / 4)
        within = max(SETTLE_SECONDS * stage.scale, LEAST_SETTLE_SECONDS)
        took_all = feed.stop(within)
        _settle(stage, sender, len(feed.sent), within)
        stage.weigh()
        arrived = Arrived.at(stage)
        problems = _problems(kind, fault, stage, feed.sent, arrived)
        if not took_all:
            problems.append("the sender still blocks")
        return Outcome(
            kind.name,
            fault.name,
            sent=len(feed.sent),
            acked=sender.acked(len(feed.sent)),
            stored=len(arrived.first),
            dead=len(arrived.dead),
            lost=len(feed.sent.keys() - arrived.first.keys() - arrived.dead),
            duplicated=sum(arrived.copies.values()) - len(arrived.copies),
            recovery=_recovery(feed.sent, arrived, over),
            peak_bytes=stage.peak_bytes,
            problems=tuple(problems),
        )


def _settle(stage: Stage, sender: Sender, sent: int, within: float) -> None:
    """Wait until everything has arrived and nobody has anything to do; then a little longer, for what comes twice."""
    begun = moved = time.monotonic()
    still, arrived = max(STILL_SECONDS * stage.scale, LEAST_SETTLE_SECONDS), 0
    while (now := time.monotonic()) < min(begun + within, moved + still):
        stats = stage.sandbox.stats()
        before, arrived = arrived, stats["events"] - stats["duplicates"] + len(stage.dead_letters())
        moved = now if arrived > before else moved
        if not sender.unsettled() and arrived >= sent:
            break
        time.sleep(0.5)
    time.sleep(2 + 3 * stage.scale)


def _recovery(sent: dict[str, float], arrived: Arrived, over: float) -> float | None:
    """Return how long after the fault the last event came that was sent before its end."""
    behind = [came for found, came in arrived.first.items() if sent.get(found, over) < over - TICK_SECONDS]
    last = max(behind, default=over) - over
    return last if last > 0 else None


def _problems(kind: Kind, fault: Fault, stage: Stage, sent: dict[str, float], arrived: Arrived) -> list[str]:
    """Say what must not be."""
    problems = []
    kept = arrived.first.keys() | arrived.dead
    lost = sent.keys() - kept
    if lost and (kind.asks_for_acks or fault.spares_the_bridge):
        problems.append(f"{len(lost)} lost, {min(lost)} the first")
    if gone := stage.spooled - kept:
        problems.append(f"{len(gone)} lost out of the spool")
    if unexcused := set(arrived.twice) - _excused(fault, stage, arrived):
        problems.append(f"{len(unexcused)} came twice, {min(unexcused)} the first")
    if strange := [path for path in stage.sandbox.stats()["paths"] if not path.startswith("/bulk/***/")]:
        problems.append(f"asked for {strange[0]}")
    return problems


def _excused(fault: Fault, stage: Stage, arrived: Arrived) -> set[str]:
    """Return the events that may be in Loggly twice, for nobody could know that they were there."""
    if fault.doubles == "in flight":
        return {
            found
            for found, came in arrived.first.items()
            if any(kill - IN_FLIGHT_SECONDS < came < kill + 1 for kill in stage.kills)
        }
    if fault.doubles == "lost answers":
        unanswered = sum(
            request["events"] for request in stage.sandbox.requests() if request["fault"] == "store_then_reset"
        )
        return set(sorted(arrived.twice)[:unanswered])
    return set()
