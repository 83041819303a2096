"""Which events somebody wants to see: by who, what, on what, with which outcome, and when.

Patterns are those of a shell, `*` for anything, and mind the case. Several of one kind are alternatives, different kinds must
all agree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from audit import times
from audit.event import Event, ObjectRef, stage_time
from audit.facts import Facts

VERDICTS = (
    "allowed",
    "denied",  # all three of the following
    "denied_authn",
    "denied_authz",
    "denied_admission",
    "not_found",
    "conflict",
    "invalid",
    "error",
    "pending",
)
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")
_SPAN = re.compile(r"([0-9]{1,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted; empty wants everything. `since` is inclusive, `until` is not; both are times in the one form."""

    actors: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def wants(self, event: Event, facts: Facts) -> bool:
        """Tell whether an event is wanted; one without a time is not where a time is asked for."""
        ref = event.object_ref
        return (
            (not self.stages or event.stage in self.stages)
            and _any(self.verdicts, (facts.verdict, facts.verdict.partition("_")[0]))
            and _any(self.actors, (facts.actor, facts.authenticated_as))
            and _any(self.verbs, (event.verb, facts.action))
            and _any(self.namespaces, (ref.namespace if ref else "",))
            and (not self.resources or (ref is not None and _any(self.resources, _names(ref))))
            and self._in_time(event)
        )

    def _in_time(self, event: Event) -> bool:
        if not self.since and not self.until:
            return True
        time = stage_time(event)
        return time is not None and (self.since or "") <= time and (not self.until or time < self.until)


def moment(text: str, now: float) -> str | None:
    """Return a time in the one form: RFC 3339, a day in UTC, or a span such as `10m` before `now`, seconds since 1970."""
    if span := _SPAN.fullmatch(text):
        begun = datetime.fromtimestamp(now, UTC) - timedelta(seconds=int(span[1]) * _SECONDS[span[2]])
        return times.from_datetime(begun)
    return times.normal(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)


def _any(patterns: tuple[str, ...], values: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for value in values for pattern in patterns)


def _names(ref: ObjectRef) -> list[str]:
    """Return what a resource may be called: with its group as kubectl writes it or without, with its subresource or without."""
    group = ref.api_group or ref.api_version.rpartition("/")[0]
    names = [ref.resource, *([f"{ref.resource}.{group}"] if group else [])]
    return names + ([f"{name}/{ref.subresource}" for name in names] if ref.subresource else [])
