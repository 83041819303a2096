"""What to set up in Loggly: for each rule that the bridge tells, a search, a link that opens it, how often and how many.

Loggly documents no way to write alerts, so these are definitions for a person to enter, or for a tool that can. The search asks
for what the bridge has written into the event, so it finds each request once; beside it stands the same in the event's own
fields, where Loggly's language can say it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.loggly_links import ACCOUNT, link, search
from audit.loggly_query import Inexpressible, native
from audit.rule_choice import chosen
from audit.rules import SEVERITIES, Counting, Told
from generator.load import Inputs

OVERLAP_MINUTES = 5
"""Indexing takes minutes at times: a window is so much longer than the pause between two looks."""

_EVERY = {"critical": 5, "high": 5, "medium": 15, "low": 60, "informational": 60}
_AT_LEAST = {"critical": 1, "high": 1, "medium": 1, "low": 10, "informational": 100}


@dataclass(frozen=True, slots=True)
class Alert:
    """One definition. Minutes are whole; an alert fires where the window has at least `threshold` events."""

    id: str
    title: str
    severity: str
    description: str
    author: str
    license: str
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]
    audit_level: str
    """The least level of the audit policy at which the rule sees what it needs."""
    search: str
    link: str
    native: str
    """The search in the event's own fields; empty where it cannot be said."""
    why_not: str
    """Why it cannot be said in the event's own fields; empty where it can."""
    every_minutes: int
    window_minutes: int
    threshold: int


def told(inputs: Inputs) -> list[Told]:
    """Return the rules that the values' bridge will tell."""
    config = inputs.values.bridge.config
    return chosen(config, list(zip(config.rules.files, inputs.rule_texts, strict=True))).pack.told()


def alerts(inputs: Inputs) -> list[Alert]:
    """Return the definitions of all rules that are told, the most severe first."""
    account = inputs.values.loggly.subdomain or ACCOUNT
    found = [_alert(one, account) for one in told(inputs)]
    return sorted(found, key=lambda alert: -SEVERITIES.index(alert.severity))


def _alert(one: Told, account: str) -> Alert:
    about, terms = one.about, search(one)
    every = _EVERY[about.severity]
    said, why_not = _said(one)
    return Alert(
        id=one.name,
        title=about.title,
        severity=about.severity,
        description=about.description,
        author=about.author,
        license=about.license,
        tags=about.tags,
        false_positives=about.false_positives,
        audit_level=one.level,
        search=terms,
        link=link(account, terms, f"-{every + OVERLAP_MINUTES}m"),
        native=said,
        why_not=why_not,
        every_minutes=every,
        window_minutes=every + OVERLAP_MINUTES,
        threshold=1 if isinstance(one, Counting) else _AT_LEAST[about.severity],
    )


def _said(one: Told) -> tuple[str, str]:
    try:
        text = native(one)
    except Inexpressible as error:
        return "", str(error)
    if isinstance(one, Counting):
        of = f"different values of {one.of.name}" if one.of else "events"
        groups = " and ".join(field.name for field in one.group_by)
        return "", f"it counts {one.count} {of} in {one.seconds} s for each {groups}; what it counts is {text}"
    return text, ""


def by_severity(found: Iterable[Alert]) -> dict[str, list[Alert]]:
    """Return alerts by severity, the highest first."""
    every = list(found)
    return {one: some for one in reversed(SEVERITIES) if (some := [alert for alert in every if alert.severity == one])}
