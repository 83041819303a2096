"""One alert to set up in Loggly, as data."""

from dataclasses import dataclass


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
