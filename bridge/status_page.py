"""The status page: a snapshot as HTML, and the three files that it needs. It loads nothing from elsewhere.

It is whole without JavaScript; a script of ours only asks for the page again every few seconds and puts its new inside in place
of the old. What Loggly or a proxy answered is shown as text.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from bridge.activity import Actor, Match
from bridge.answers import Refusal
from bridge.status import Log, Snapshot, State, Store, moment

FILES: Final = {
    "/status.css": "text/css; charset=utf-8",
    "/status.js": "text/javascript; charset=utf-8",
    "/status.svg": "image/svg+xml",
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_SEVERITY = {
    State.HELD: "bad",
    State.FULL: "bad",
    State.RETRYING: "warn",
    State.STOPPING: "warn",
    State.IDLE: "quiet",
    State.ACCEPTING: "good",
}
HIGH = 0.75  # of a bound: time to look
RULES_SHOWN = 10
_UNITS = ("B", "kB", "MB", "GB", "TB")


@cache
def file(path: str) -> bytes:
    """Return one of `FILES`."""
    return (files(__package__) / path.removeprefix("/")).read_bytes()


def render(snapshot: Snapshot) -> bytes:
    """Return the page for a moment."""
    about = snapshot.about
    words = {
        "title": snapshot.headline.partition(":")[0],
        "severity": _SEVERITY[snapshot.state],
        "headline": snapshot.headline,
        "advice": snapshot.advice,
        "cluster": about.cluster,
        "environment": about.environment,
        "version": about.version,
        "uptime": span(snapshot.now - about.started),
        "time": moment(snapshot.now) or "",
        "loggly": about.loggly,
    }
    parts = {
        "why": _why(snapshot),
        "accepting": _accepting(snapshot),
        "backlog": _backlog(snapshot),
        "flow": _flow(snapshot) + _files(snapshot),
        "refused": _refused(snapshot),
        "actors": _actors(snapshot),
        "rules": _rules(snapshot.matches),
    }
    return _template().substitute({key: escape(text) for key, text in words.items()} | parts).encode()


def span(seconds: float) -> str:
    """Say a duration in two units at most: `3 h 12 min`."""
    whole = max(int(seconds), 0)
    for size, unit, smaller, smaller_unit in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    return f"{whole} s" if seconds >= 1 or seconds <= 0 else f"{seconds:.1f} s"


def size(count: float) -> str:
    """Say a number of bytes in the largest unit that keeps a digit before the point, as the configuration reads it."""
    unit = 0
    while count >= 999.95 and unit < len(_UNITS) - 1:
        count, unit = count / 1_000, unit + 1
    return f"{count:.1f} {_UNITS[unit]}" if unit else f"{count:.0f} B"


def _template() -> Template:
    return Template(file("status.html").decode())


def _why(snapshot: Snapshot) -> str:
    if snapshot.state is State.HELD and snapshot.held:
        return f"<p>{escape(snapshot.held.why)}, {_for(snapshot.held.since, snapshot.now)}</p>"
    if snapshot.state is State.RETRYING and snapshot.refused:
        refused = snapshot.refused
        return f"<p>{_said(refused)}, {_ago(refused.last, snapshot.now)}</p>"
    return ""


def _accepting(snapshot: Snapshot) -> str:
    refused = snapshot.refused
    last = f"{_ago(refused.last, snapshot.now)}<small>{_said(refused)}</small>" if refused else "none"
    return _rows(
        {
            "Last taken": _ago(snapshot.taken, snapshot.now) if snapshot.taken else "never",
            "Last refusal": last,
            "Held": _for(snapshot.held.since, snapshot.now) if snapshot.held else "no",
        }
    )


def _backlog(snapshot: Snapshot) -> str:
    lag = "unknown" if snapshot.lag is None else span(snapshot.lag)
    rows = {"Oldest that waits": span(snapshot.oldest) if snapshot.oldest else "none", "From event to Loggly": lag}
    used, limit = snapshot.unacked_bytes, snapshot.about.unacked_bytes
    amount = f"<p class=amount><b>{size(used)}</b> of {size(limit)} wait for Loggly</p>"
    return amount + _meter(used, limit, "bytes that wait for Loggly") + _rows(rows) + _stored("Spool", snapshot.spool)


def _flow(snapshot: Snapshot) -> str:
    return _rows(
        {
            "Connections": f"{snapshot.connections:,} of {snapshot.about.connections:,}",
            "Events taken in": f"{snapshot.received:,}",
            "Events delivered": f"{snapshot.delivered:,}",
            "Takes more": escape(f"no: {snapshot.not_ready}") if snapshot.not_ready else "yes",
        }
    )


def _files(snapshot: Snapshot) -> str:
    """Say of each log that the bridge reads itself how far behind it is, and what is wrong."""
    return "".join(_log(one) for one in snapshot.files)


def _log(log: Log) -> str:
    alarms = [f"Parts that were gone before they were read: {log.gaps:,}"] if log.gaps else []
    alarms += [log.problem] if log.problem else []
    row = _rows({f"Log {escape(log.path)}": f"{size(log.lag_bytes)}<span>not delivered</span>"})
    return row + "".join(f"<p class=alarm>{escape(alarm)}</p>" for alarm in alarms)


def _refused(snapshot: Snapshot) -> str:
    lines = "".join(
        f"<tr><td>{_said(one)}</td><td>{one.count:,}</td><td>{_ago(one.last, snapshot.now)}</td></tr>"
        for one in snapshot.refusals
    )
    head = "<thead><tr><th>Answer</th><th>Times</th><th>Last</th></tr></thead>"
    table = f"<table>{head}<tbody>{lines}</tbody></table>" if lines else "<p class=none>Nothing was refused.</p>"
    return _stored("Dead letters", snapshot.dead_letters) + table


def _actors(snapshot: Snapshot) -> str:
    """Say who did how much lately, and what of it was denied."""
    recent = snapshot.recent
    if not recent.events:
        return "<p class=none>Nothing came in lately.</p>"
    amount = f"<p class=amount><b>{recent.denied:,}</b> of {recent.events:,} events of {span(recent.seconds)} were denied</p>"
    lines = "".join(map(_actor, recent.actors))
    return f"{amount}<table><thead><tr><th>Actor</th><th>Events</th><th>Denied</th></tr></thead><tbody>{lines}</tbody></table>"


def _actor(actor: Actor) -> str:
    return f"<tr><td>{escape(actor.name)}</td><td>{actor.events:,}</td><td>{actor.denied:,}</td></tr>"


def _rules(matches: Sequence[Match]) -> str:
    """Say which rules were told since the start."""
    lines = "".join(
        f"<tr><td>{escape(one.rule)}</td><td>{escape(one.severity)}</td><td>{one.count:,}</td></tr>"
        for one in matches[:RULES_SHOWN]
    )
    head = "<thead><tr><th>Rule</th><th>Severity</th><th>Times</th></tr></thead>"
    return f"<table>{head}<tbody>{lines}</tbody></table>" if lines else "<p class=none>No rule was told.</p>"


def _stored(name: str, store: Store | None) -> str:
    if store is None:
        return _rows({name: "off"})
    refusal = f"<p class=alarm>{escape(store.refusal)}</p>" if store.refusal else ""
    amount = (
        f"{f'{store.count:,}' if store.count else 'none'}<span>{size(store.bytes)} of {size(store.limit_bytes)}</span>"
    )
    return _rows({name: amount}) + _meter(store.bytes, store.limit_bytes, f"bytes used: {name}") + refusal


def _rows(rows: dict[str, str]) -> str:
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows.items()) + "</dl>"


def _meter(used: int, limit: int, what: str) -> str:
    """Draw how much is used; as SVG, for the policy forbids inline styles. It may be more than all, by one chunk."""
    share = min(used / limit, 1)
    look = "meter high" if share >= HIGH else "meter"
    return (
        f'<svg class="{look}" viewBox="0 0 1000 1" preserveAspectRatio="none" role="meter" aria-label="{what}"'
        f' aria-valuemin="0" aria-valuemax="{limit}" aria-valuenow="{min(used, limit)}">'
        f'<rect width="{share * 1000:.0f}" height="1" /></svg>'
    )


def _said(refusal: Refusal) -> str:
    """Say an answer: its status and words, or why there was none."""
    return escape(refusal.words if refusal.code == "error" else f"{refusal.code} {refusal.words}".strip())


def _ago(then: float, now: float) -> str:
    return _timed(then, f"{span(now - then)} ago")


def _for(then: float, now: float) -> str:
    return _timed(then, f"for {span(now - then)}")


def _timed(then: float, words: str) -> str:
    return f'<time datetime="{moment(then)}" title="{moment(then)}">{words}</time>'
