"""What to set up in Loggly: for each rule that the bridge tells, a search, a link that opens it, how often and how many.

Loggly documents no way to write alerts, so these are definitions for a person to enter, or for a tool that can. The search asks
for what the bridge has written into the event, so it finds each request once; beside it stands the same in the event's own
fields, where Loggly's language can say it.
"""

from collections.abc import Iterable

from audit.loggly_links import ACCOUNT, link, search
from audit.rules import SEVERITIES, Counting, Told
from generator import shipped_alerts
from generator.alert import Alert
from generator.load import Inputs

OVERLAP_MINUTES = 5
"""Indexing takes minutes at times: a window is so much longer than the pause between two looks."""

_EVERY = {"critical": 5, "high": 5, "medium": 15, "low": 60, "informational": 60}
_AT_LEAST = {"critical": 1, "high": 1, "medium": 1, "low": 10, "informational": 100}


def told(inputs: Inputs) -> list[Told]:
    """Return the rules that the values' bridge will tell."""
    config = inputs.values.bridge.config
    from audit.rule_choice import chosen  # noqa: PLC0415 - pySigma takes a quarter of a second, and is often not needed

    return chosen(config, list(zip(config.rules.files, inputs.rule_texts, strict=True))).pack.told()


def alerts(inputs: Inputs) -> list[Alert]:
    """Return the definitions of all rules that are told, the most severe first."""
    account = inputs.values.loggly.subdomain or ACCOUNT
    if shipped_alerts.are_all(inputs.values.bridge.config.rules):
        return shipped_alerts.read(account)
    return of_rules(told(inputs), account)


def of_rules(rules: Iterable[Told], account: str = ACCOUNT) -> list[Alert]:
    """Return the definitions of some rules, the most severe first."""
    return sorted((_alert(one, account) for one in rules), key=lambda alert: -SEVERITIES.index(alert.severity))


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
    from audit.loggly_query import Inexpressible, native  # noqa: PLC0415 - as above

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
