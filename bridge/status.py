"""What a person on call asks first: is Loggly accepting, how far behind are we, what was refused and why.

`Sources.snapshot` gathers it from callables, in the admin port's thread; what it says is decided here, without I/O. There is no
secret in it: an address that may hold no password, answers in which the token is masked.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from audit.settings import Settings
from audit.times import from_datetime
from bridge.activity import NOTHING, Match, Recent
from bridge.answers import Answers, Refusal
from bridge.hold import Held


class State(Enum):
    """One word for the whole; the most serious that applies."""

    STOPPING = "stopping"
    HELD = "held"
    FULL = "full"
    RETRYING = "retrying"
    IDLE = "idle"
    ACCEPTING = "accepting"


CURES: Final = {
    "401": "Loggly does not accept the customer token. Put a valid one into loggly.token_file; it is read again by itself.",
    "403": "Loggly does not accept the customer token. Put a valid one into loggly.token_file; it is read again by itself.",
    "404": "Nothing is at the address. Check loggly.url.",
}
"""What to do while everything is held, by the code of the last refusal."""


@dataclass(frozen=True, slots=True)
class Store:
    """A file of the bridge's own. `bytes` of `limit_bytes` are used; `refusal` says why it last took nothing, if it did."""

    count: int
    bytes: int
    limit_bytes: int
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What does not change while the process runs. `started` is in seconds since 1970; the limits are of `limits`."""

    version: str
    cluster: str
    environment: str
    loggly: str
    started: float
    unacked_bytes: int
    connections: int

    @classmethod
    def of(cls, settings: Settings, version: str, started: float) -> "About":
        """Take from the configuration what the page shows of it."""
        limits = settings.limits
        return cls(
            version=version,
            cluster=settings.cluster,
            environment=settings.environment,
            loggly=settings.loggly.url,
            started=started,
            unacked_bytes=limits.unacked_bytes,
            connections=limits.connections,
        )


@dataclass(frozen=True, slots=True)
class Log:
    """A log that the bridge reads itself: how far its file is delivered, how much of it is not, parts missed, what is wrong."""

    path: str
    position_bytes: int
    lag_bytes: int
    gaps: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment. Times are seconds since 1970, other durations seconds; a store is None where it is off."""

    now: float
    about: About
    not_ready: str
    held: Held | None
    taken: float | None
    lag: float | None
    refusals: tuple[Refusal, ...]
    unacked_bytes: int
    oldest: float
    connections: int
    received: int
    delivered: int
    dead_lettered: int
    dead_letters: Store | None
    spool: Store | None
    files: tuple[Log, ...] = ()
    recent: Recent = NOTHING
    matches: tuple[Match, ...] = ()

    @property
    def refused(self) -> Refusal | None:
        """The last answer that took nothing."""
        return self.refusals[0] if self.refusals else None

    @property
    def state(self) -> State:
        """One word for the whole."""
        if self.not_ready == "stopping":
            return State.STOPPING
        if self.held:
            return State.HELD
        if self.unacked_bytes >= self.about.unacked_bytes:
            return State.FULL
        if self.unacked_bytes and self.refused and self.refused.last > (self.taken or 0):
            return State.RETRYING
        return State.IDLE if self.taken is None else State.ACCEPTING

    @property
    def headline(self) -> str:
        """What the state is, in a sentence for people."""
        match self.state:
            case State.STOPPING:
                return "Stopping: what was taken in is delivered, nothing more is read"
            case State.HELD:
                return "Held: Loggly takes nothing, everything is kept"
            case State.FULL:
                return "Full: too much waits for Loggly, nothing more is read"
            case State.RETRYING:
                return "Loggly does not accept right now, the bridge tries again"
            case State.IDLE:
                return "Nothing has been sent to Loggly yet"
        return "Loggly accepts"

    @property
    def advice(self) -> str:
        """What follows from the state, or what to do about it; empty where all is well."""
        match self.state:
            case State.HELD:
                code = self.refused.code if self.refused else ""
                named = self.held is not None and f"status {code}" in self.held.why
                return CURES.get(
                    code if named else "", "One event probes; when Loggly takes it, the rest follows by itself."
                )
            case State.FULL:
                return "Senders keep what is not acked. It goes on by itself when Loggly takes what waits."
            case State.RETRYING:
                return "Nothing is lost: what is not delivered is not acked, and senders keep it."
        return ""

    def as_json(self) -> dict[str, Any]:
        """Return what `/status.json` prints; times are RFC 3339, None where there was none."""
        about, held, refused = self.about, self.held, self.refused
        return {
            "state": self.state.value,
            "headline": self.headline,
            "advice": self.advice,
            "time": moment(self.now),
            "version": about.version,
            "cluster": about.cluster,
            "environment": about.environment,
            "started": moment(about.started),
            "uptime_seconds": round(self.now - about.started, 3),
            "not_ready": self.not_ready,
            "loggly": {
                "url": about.loggly,
                "held": held and {"why": held.why, "since": moment(held.since)},
                "last_taken": moment(self.taken),
                "last_refusal": refused and _refusal(refused),
                "refusals": [_refusal(one) for one in self.refusals],
            },
            "backlog": {
                "unacked_bytes": self.unacked_bytes,
                "limit_bytes": about.unacked_bytes,
                "oldest_unacked_seconds": round(self.oldest, 3),
                "delivery_lag_seconds": None if self.lag is None else round(self.lag, 3),
            },
            "events": {
                "received": self.received,
                "delivered": self.delivered,
                "dead_lettered": self.dead_lettered,
            },
            "connections": {"open": self.connections, "limit": about.connections},
            "dead_letters": _store(self.dead_letters),
            "spool": _store(self.spool),
            "files": [asdict(log) for log in self.files],
            "recent": asdict(self.recent),
            "rules": [asdict(match) for match in self.matches],
        }


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a snapshot comes from; each is called from another thread than the event loop's, and must not wait."""

    about: About
    now: Callable[[], float]
    not_ready: Callable[[], str]
    held: Callable[[], Held | None]
    answers: Answers
    unacked_bytes: Callable[[], int]
    oldest: Callable[[], float]
    connections: Callable[[], int]
    received: Callable[[], int]
    delivered: Callable[[], int]
    dead_lettered: Callable[[], int]
    dead_letters: Callable[[], Store | None] = lambda: None
    spool: Callable[[], Store | None] = lambda: None
    files: Callable[[], tuple[Log, ...]] = tuple
    recent: Callable[[], Recent] = lambda: NOTHING
    matches: Callable[[], tuple[Match, ...]] = tuple

    def snapshot(self) -> Snapshot:
        """Ask all of them."""
        return Snapshot(
            now=self.now(),
            about=self.about,
            not_ready=self.not_ready(),
            held=self.held(),
            taken=self.answers.taken,
            lag=self.answers.lag,
            refusals=self.answers.refusals,
            unacked_bytes=self.unacked_bytes(),
            oldest=self.oldest(),
            connections=self.connections(),
            received=self.received(),
            delivered=self.delivered(),
            dead_lettered=self.dead_lettered(),
            dead_letters=self.dead_letters(),
            spool=self.spool(),
            files=self.files(),
            recent=self.recent(),
            matches=self.matches(),
        )


def moment(seconds: float | None) -> str | None:
    """Return seconds since 1970 in RFC 3339 and UTC, whole seconds."""
    return None if seconds is None else from_datetime(datetime.fromtimestamp(int(seconds), UTC))[:-8] + "Z"


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "words": refusal.words,
        "count": refusal.count,
        "first": moment(refusal.first),
        "last": moment(refusal.last),
    }


def _store(store: Store | None) -> dict[str, Any] | None:
    return asdict(store) if store else None
