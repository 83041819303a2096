"""Alert definitions as Markdown, JSON and one HTML page."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from generator.alert import Alert
from generator.alerts import by_severity
from generator.templates import page_environment

INTRODUCTION = """\
# Alerts

For each rule that the bridge tells: set up an alert in Loggly with the search, the pause and the threshold. The search finds what
the bridge has written, so each request is counted once. *In the event's own fields* says the same without the bridge's word, for
events from before a rule, where Loggly's language can say it.
"""


def to_json(found: Sequence[Alert]) -> str:
    """Return the definitions as JSON, a list."""
    return json.dumps([asdict(alert) for alert in found], indent=2) + "\n"


def to_markdown(found: Sequence[Alert]) -> str:
    """Return the definitions as Markdown, the most severe first."""
    parts = [INTRODUCTION]
    for severity, some in by_severity(found).items():
        parts.append(f"\n## {severity.capitalize()}\n")
        parts += [_section(alert) for alert in some]
    return "".join(parts)


def to_html(found: Sequence[Alert]) -> str:
    """Return one page that needs nothing beside itself."""
    return page_environment().get_template("alerts.html.j2").render(severities=by_severity(found), count=len(found))


def when(alert: Alert) -> str:
    """Say how often to look, and at what."""
    events = "1 event" if alert.threshold == 1 else f"{alert.threshold} events"
    return f"every {alert.every_minutes} minutes, over {alert.window_minutes} minutes, at least {events}"


def _section(alert: Alert) -> str:
    own = f"`{alert.native}`" if alert.native else f"cannot be said: {alert.why_not}"
    author = f"\n- by {alert.author}" + (f", {alert.license}" if alert.license else "") if alert.author else ""
    return (
        f"\n### {alert.title}\n\n`{alert.id}`: {alert.description}\n\n"
        f"- search: `{alert.search}` ([open]({alert.link}))\n- {when(alert)}\n- in the event's own fields: {own}\n"
        f"- audit level: {alert.audit_level}; {', '.join(alert.tags)}\n"
        f"- false positives: {' '.join(alert.false_positives) or 'none known.'}{author}\n"
    )
