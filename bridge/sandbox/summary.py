"""Summaries of a search's events, for field facets and for the page: counts by value, counts by time. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bridge.sandbox.events import View
from bridge.sandbox.times import DAY, SECOND

BARS = 72  # as many as a person still tells apart
FACETS = ("json.audit.verdict", "json.audit.actor", "json.audit.action", "tag")
_MINUTE, _HOUR = 60 * SECOND, 3600 * SECOND
# Steps that a clock has, so that a bar begins where one expects it to.
_STEPS = (
    *(SECOND // part for part in (1000, 500, 200, 100, 50, 20, 10, 5, 2)),
    *(SECOND * seconds for seconds in (1, 2, 5, 10, 15, 30)),
    *(_MINUTE * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY * days for days in (1, 2, 7, 30, 90, 365, 3650)),
)
_OUTCOMES = {"allowed": "allowed", "not_found": "failed", "conflict": "failed", "invalid": "failed", "error": "failed"}


def facet(views: Sequence[View], name: str) -> Counter[str] | None:
    """Count the values of `tag` or of a field `json.a.b`, each once an event; None for any other name."""
    if name == "tag":
        return Counter(tag for view in views for tag in view.tags)
    prefix, _, path = name.partition(".")
    if prefix != "json" or not path:
        return None
    keys = tuple(path.split("."))
    return Counter(value for view in views for value in {_text(value) for value in view.values(keys)})


def facets(views: Sequence[View], size: int) -> list[dict[str, Any]]:
    """Return the most frequent values of the fields that matter in audit events; a field without any is left out."""
    counted = ((name, facet(views, name) or Counter()) for name in FACETS)
    return [
        {"field": name, "distinct": len(counts), "values": [list(item) for item in counts.most_common(size)]}
        for name, counts in counted
        if counts
    ]


def outcome(view: View) -> str:
    """Sort an event by `audit.verdict`: allowed, denied, failed, or other."""
    verdict = next((value for value in view.values(("audit", "verdict")) if isinstance(value, str)), "")
    return "denied" if verdict.startswith("denied") else _OUTCOMES.get(verdict, "other")


def histogram(views: Sequence[View], since: int, until: int) -> dict[str, Any]:
    """Count the events, oldest first, over the part of since..until that has any; times in milliseconds."""
    if not views:
        return {"from": since / 1000, "step": max(1, until - since) / 1000, "bars": []}
    first, last = max(since, views[0].event.time), min(until, views[-1].event.time)
    step = next((step for step in _STEPS if last // step - first // step < BARS), _STEPS[-1])
    start = first // step * step
    bars: list[Counter[str]] = [Counter() for _ in range((last - start) // step + 1)]
    for view in views:
        bars[(view.event.time - start) // step][outcome(view)] += 1
    return {"from": start / 1000, "step": step / 1000, "bars": bars}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
