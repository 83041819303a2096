"""What is found in Loggly: the searches and links that `audit-generator alerts` prints, asked of the sandbox."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.processes import Loggly, wait_for

Event = dict[str, Any]
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, as it is to be set up in Loggly."""

    title: str
    search: str
    link: str


class Searching:
    """Finds events that came since the last look. `printed` is the JSON of `audit-generator alerts`, `log` what is shipped."""

    def __init__(self, printed: str, loggly: Loggly, log: Path) -> None:
        self._alerts = {one["id"]: Alert(one["title"], one["search"], one["link"]) for one in json.loads(printed)}
        self._loggly = loggly
        self._log = log
        self._begun = ""
        self._seen: dict[str, set[tuple[str, str]]] = {}

    def alert(self, rule: str) -> Alert:
        """Return an alert, with the sandbox in its link."""
        found = self._alerts[rule]
        return Alert(found.title, found.search, urlsplit(found.link)._replace(**self._place()).geturl())

    def _place(self) -> dict[str, str]:
        ours = urlsplit(self._loggly.url)
        return {"scheme": ours.scheme, "netloc": ours.netloc}

    def begin(self) -> None:
        """Pass over what has been logged so far: what made the cluster is no part of the story."""
        self._begun = json.loads(self._log.read_bytes().splitlines()[-1])["stageTimestamp"]

    def settle(self) -> None:
        """Wait until Loggly holds as many events as the log has lines by now."""
        lines = self._log.read_bytes().count(b"\n")
        wait_for(lambda: self._loggly.stats()["events"] >= lines, _SECONDS, f"{lines:,} events in Loggly")

    def fresh(self, search: str, least: int) -> list[Event]:
        """Return what a search finds that it had not found before, `least` events at least, or what there is in the end."""
        seen = self._seen.setdefault(search, set())

        def found() -> list[Event]:
            events: list[Event] = [one["event"]["json"] for one in self._loggly.search(search)]
            return [one for one in events if (one["auditID"], one["stage"]) not in seen and self._told(one)]

        with suppress(AssertionError):  # whoever asked says what is missing
            wait_for(lambda: len(found()) >= least, _SECONDS)
        events = found()
        seen |= {(one["auditID"], one["stage"]) for one in events}
        return events

    def _told(self, event: Event) -> bool:
        """Tell whether an event is of the story; /version is what some builds of kubectl ask before everything."""
        return bool(event["stageTimestamp"] > self._begun and not event["requestURI"].startswith("/version"))


def counted(events: Sequence[Event]) -> str:
    """Return how many there are, in words."""
    return "1 event" if len(events) == 1 else f"{len(events)} events"


def rows(events: Sequence[Event]) -> list[str]:
    """Return who did what to what, with which outcome: a line for each event, in columns."""
    table = [_row(event["audit"]) for event in events]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _row(audit: Event) -> tuple[str, ...]:
    return (audit.get("actor", "-"), audit["action"], audit["target"], audit["verdict"], audit.get("command", ""))
