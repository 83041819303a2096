"""What is told of matches that belong together: pure, and bounded whatever clients call themselves.

A sighting is one event that a rule is told for, as it leaves for Loggly: after redaction. A notice sums up sightings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from audit.loggly_links import search
from audit.rules import About, Told
from audit.times import to_seconds

MOST_VALUES = 5
"""Values of a field that a notice names; of further ones it only says that there are some."""
LONGEST = 300
"""Characters of a value."""
ELLIPSIS = "..."

SHOWN = {
    "actor": "actor",
    "authenticatedAs": "authenticated_as",
    "action": "action",
    "target": "target",
    "verdict": "verdict",
    "sourceIP": "source_ip",
    "command": "command",
}
"""What a notice says of its events, by the names in `audit`, in this order."""


class Said(msgspec.Struct, rename="camel", gc=False):
    """What the bridge has added to an event, as far as notices say it."""

    cluster: str = ""
    environment: str = ""
    actor: str = ""
    authenticated_as: str = ""
    action: str = ""
    target: str = ""
    verdict: str = ""
    source_ip: str = msgspec.field(default="", name="sourceIP")
    command: str = ""


class Sighting(msgspec.Struct, gc=False):
    """An event as it leaves for Loggly, as far as notices say it."""

    audit: Said
    timestamp: str
    time: float = 0.0
    """When it happened, in seconds since 1970."""

    def __post_init__(self) -> None:
        """Read the time once."""
        self.time = to_seconds(self.timestamp)


sighting = msgspec.json.Decoder(Sighting).decode
"""Reads a line for Loggly; raises what msgspec raises where it is none."""


class Place(NamedTuple):
    """Where events come from; the environment may be empty."""

    cluster: str
    environment: str


@dataclass(frozen=True, slots=True)
class Named:
    """The different values of a field, at most `MOST_VALUES`; `more` says that there were others."""

    values: tuple[str, ...]
    more: bool = False

    def __str__(self) -> str:
        return ", ".join(self.values) + (" and others" if self.more else "")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: a rule, how many events it was told for, when, and what they say. Times are seconds since 1970."""

    about: About
    cluster: str
    environment: str
    terms: str
    """The search in Loggly that finds the events, within their time."""
    count: int
    first: float
    last: float
    said: dict[str, Named]
    """By the names of `SHOWN`; without those that no event has."""
    by: dict[str, str]
    """What all of them have in common, by the names of `SHOWN`."""


@dataclass(slots=True)
class Gathered:
    """Sightings of one group that are not told yet."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0
    _values: dict[str, dict[str, None]] = field(default_factory=dict)
    _more: set[str] = field(default_factory=set)

    def add(self, seen: Sighting) -> None:
        """Take one more event."""
        time = seen.time
        self.first, self.last = (min(self.first, time), max(self.last, time)) if self.count else (time, time)
        self.count += 1
        for name, attribute in SHOWN.items():
            if value := getattr(seen.audit, attribute):
                self._note(name, shortened(value))

    def _note(self, name: str, value: str) -> None:
        values = self._values.setdefault(name, {})
        if value not in values:
            if len(values) < MOST_VALUES:
                values[value] = None
            else:
                self._more.add(name)

    def notice(self, rule: Told, place: Place, by: dict[str, str]) -> Notice:
        """Return what is to be told, and begin anew."""
        said = {name: Named(tuple(self._values[name]), name in self._more) for name in SHOWN if name in self._values}
        wanted = {"cluster": place.cluster, **by}
        found = Notice(rule.about, *place, terms(rule, wanted), self.count, self.first, self.last, said, by)
        self.count, self._values, self._more = 0, {}, set()
        return found


def terms(rule: Told, by: dict[str, str]) -> str:
    """Return the search for a rule's events that have some values; a value that Loggly's language cannot quote is left out."""
    return " AND ".join([search(rule), *_terms(by)])


def _terms(by: dict[str, str]) -> Iterator[str]:
    for name, value in by.items():
        if value and '"' not in value and "\\" not in value and not value.endswith(ELLIPSIS):
            yield f'json.audit.{name}:"{value}"'


def shortened(value: str) -> str:
    """Return a value of bounded length, without control characters."""
    if len(value) <= LONGEST and value.isprintable():
        return value
    plain = "".join(character if character.isprintable() else " " for character in value[: LONGEST + 1])
    return plain if len(plain) <= LONGEST else plain[: LONGEST - len(ELLIPSIS)] + ELLIPSIS
