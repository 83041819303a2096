"""Each request is told once for each rule, on the first of its events with an answer that comes.

Only long-running requests have two such events, at ResponseStarted and at their end (kubernetes/apiserver
`pkg/endpoints/filters/audit.go`), and a webhook may post the end first. A client may choose the audit ID, so a request is known by
more. An event that is sent again is told again, for the first time may have been lost on the way; forgetting repeats, and never
loses.
"""

from collections import OrderedDict
from collections.abc import Iterable

from audit.event import Event

MOST = 4_096
"""Requests that are remembered."""

STREAMS = frozenset({"attach", "exec", "log", "portforward", "proxy"})
"""Subresources whose requests may run long."""

Request = tuple[object, ...]
"""What a request is known by: its audit ID, user, verb, URI and the time when it came."""


class Once:
    """Remembers what the latest requests were told for, and at which stage."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._told: OrderedDict[Request, dict[str, frozenset[str]]] = OrderedDict()

    @staticmethod
    def concerns(event: Event) -> bool:
        """Tell whether there may be another event of this request that has an answer."""
        ref = event.object_ref
        return (
            event.stage == "ResponseStarted"
            or event.verb == "watch"
            or (ref is not None and ref.subresource in STREAMS)
        )

    def left(self, request: Request, stage: str, names: Iterable[str]) -> list[str]:
        """Return those of some rules for which a request was not told yet at another stage."""
        stages = self._told.setdefault(request, {})
        before = frozenset[str]().union(*(told for other, told in stages.items() if other != stage))
        names = [name for name in names if name not in before]
        stages[stage] = frozenset(names)
        self._told.move_to_end(request)
        if len(self._told) > self._most:
            self._told.popitem(last=False)
        return names
