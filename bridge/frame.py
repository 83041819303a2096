"""One frame of `audit-bridge top`: what two looks at some bridges come to. Pure.

Rates are of the time between the two looks. A counter that has become smaller says that the bridge was started anew: then there is no
rate yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.activity import Actor, Match
from bridge.scrape import Scrape


@dataclass(frozen=True, slots=True)
class Row:
    """One bridge. Rates are events a second, None where there is none yet; `answers` are Loggly's since the look before."""

    address: str
    problem: str = ""
    cluster: str = ""
    environment: str = ""
    version: str = ""
    state: str = ""
    headline: str = ""
    received_rate: float | None = None
    delivered_rate: float | None = None
    lag_seconds: float | None = None
    oldest_seconds: float = 0.0
    unacked_bytes: int = 0
    limit_bytes: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """All bridges, and what they saw together: in the latest `seconds`, and the rules that were told since their starts."""

    rows: tuple[Row, ...]
    seconds: int
    events: int
    denied: int
    actors: tuple[Actor, ...]
    rules: tuple[Match, ...]

    @property
    def received_rate(self) -> float | None:
        """The events a second that come in at all bridges that can say it."""
        return _sum(row.received_rate for row in self.rows)

    @property
    def delivered_rate(self) -> float | None:
        """The events a second that Loggly takes of them."""
        return _sum(row.delivered_rate for row in self.rows)


def frame(before: Sequence[Scrape], now: Sequence[Scrape]) -> Frame:
    """Return what the latter of two looks shows, with rates by the former; bridges are known by their addresses."""
    earlier = {scrape.address: scrape for scrape in before}
    statuses = [scrape.status for scrape in now if scrape.status is not None]
    recent = [status["recent"] for status in statuses]
    return Frame(
        rows=tuple(_row(earlier.get(scrape.address), scrape) for scrape in now),
        seconds=max((int(one.get("seconds", 0)) for one in recent), default=0),
        events=sum(int(one.get("events", 0)) for one in recent),
        denied=sum(int(one.get("denied", 0)) for one in recent),
        actors=_actors(one for each in recent for one in each.get("actors", ())),
        rules=_rules(one for status in statuses for one in status.get("rules", ())),
    )


def _row(before: Scrape | None, now: Scrape) -> Row:
    if now.status is None:
        return Row(now.address, now.problem)
    status, backlog = now.status, now.status["backlog"]
    return Row(
        address=now.address,
        cluster=str(status.get("cluster", "")),
        environment=str(status.get("environment", "")),
        version=str(status.get("version", "")),
        state=str(status.get("state", "")),
        headline=str(status.get("headline", "")),
        received_rate=_rate(before, now, "received"),
        delivered_rate=_rate(before, now, "delivered"),
        lag_seconds=backlog.get("delivery_lag_seconds"),
        oldest_seconds=float(backlog.get("oldest_unacked_seconds") or 0),
        unacked_bytes=int(backlog.get("unacked_bytes") or 0),
        limit_bytes=int(backlog.get("limit_bytes") or 0),
        answers=_answers(before, now),
        refusal=_refusal(status["loggly"].get("last_refusal")),
    )


def _rate(before: Scrape | None, now: Scrape, counter: str) -> float | None:
    if before is None or before.status is None or now.status is None or now.at <= before.at:
        return None
    more: float = now.status["events"].get(counter, 0) - before.status["events"].get(counter, 0)
    return more / (now.at - before.at) if more >= 0 else None


def _answers(before: Scrape | None, now: Scrape) -> dict[str, int]:
    """Return Loggly's answers since the look before; all of them where there was none, or the bridge was started anew."""
    known = before.answers if before else {}
    more = {code: int(count - known.get(code, 0)) for code, count in now.answers.items()}
    if any(count < 0 for count in more.values()):
        more = {code: int(count) for code, count in now.answers.items()}
    return {code: count for code, count in sorted(more.items()) if count}


def _refusal(refusal: Mapping[str, Any] | None) -> str:
    if not refusal:
        return ""
    return f"{refusal.get('code')} {refusal.get('words')}, {refusal.get('count')} times, last {refusal.get('last')}"


def _actors(found: Iterable[Mapping[str, Any]]) -> tuple[Actor, ...]:
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        total = totals[str(one.get("name"))]
        total[0] += int(one.get("events", 0))
        total[1] += int(one.get("denied", 0))
    ordered = sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(Actor(name, *counts) for name, counts in ordered)


def _rules(found: Iterable[Mapping[str, Any]]) -> tuple[Match, ...]:
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in found:
        totals[str(one.get("rule")), str(one.get("severity"))] += int(one.get("count", 0))
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Match(*names, count) for names, count in ordered)


def _sum(rates: Iterable[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known else None
