"""Scripted faults: what a test makes Loggly do, as data.

The first step in the list that is not used up and matches a request decides about it; a request that no step matches is
handled as usual. Steps apply to uploads; one with a `path` applies to whatever path begins with it, `/apiv2/` say, but
never to the control routes and the page. Pure: the time in seconds is passed in.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

_HEADER = re.compile(r"[!#-'*+.0-9A-Z^-z|~-]+: [\x20-\x7e\xa0-\xff]*")  # RFC 9110, 5.1 and 5.5
Action = Literal["respond", "reset", "store_then_reset", "hang", "slow_read", "pass"]
Count = Annotated[int, Meta(ge=1)]


class ScriptError(ValueError):
    """A script that cannot be used: what is wrong, and where in it."""


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests a step is for; what is left out matches all of them."""

    path: str | None = None
    tag: str | None = None
    contains: str | None = None
    above_bytes: Annotated[int, Meta(ge=0)] | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault.

    `respond` answers with `status`, `headers` and `body`, and stores nothing. `reset` closes the connection instead of
    answering, `store_then_reset` stores first: the lost answer. `hang` never answers. `slow_read` takes the body in
    pieces of 64 KiB, `delay_ms` apart; what follows is up to the other steps. `pass` handles the request as usual,
    and where it has a `body` answers that instead of Loggly's words. All but `slow_read` wait `delay_ms` first.

    A step is good for `times` requests, or for `for_s` seconds from its first match; with neither, until the script
    is replaced.
    """

    action: Action = "respond"
    match: Match = Match()
    times: Count | None = None
    for_s: Annotated[float, Meta(gt=0)] | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    headers: dict[str, str] = {}
    body: str = ""
    delay_ms: Annotated[int, Meta(ge=0)] = 0

    def __post_init__(self) -> None:
        if self.times is not None and self.for_s is not None:
            raise ValueError("expected times or for_s, got both")
        if (self.status is None) == (self.action == "respond"):
            raise ValueError("respond needs a status, and nothing else has one")
        if self.action == "slow_read" and (self.match.contains, self.match.above_bytes) != (None, None):
            raise ValueError("slow_read decides before the body is there - match by path or tag")
        for name, value in self.headers.items():
            if not _HEADER.fullmatch(f"{name}: {value}"):
                raise ValueError(f"header {name[:40]!r}: expected one line of Latin-1")


class _Script(Struct, forbid_unknown_fields=True):
    steps: list[Step]


class Seen(Struct, frozen=True):
    """What a step can match: an upload or not, its path, its tags, and its body once that is read."""

    upload: bool
    path: str
    tags: tuple[str, ...]
    body: bytes = b""


class Script:
    """The steps, and how far each is used up."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._steps = list(steps)
        self._used = [0] * len(self._steps)
        self._first: list[float | None] = [None] * len(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    def before_body(self, seen: Seen, now: float) -> Step | None:
        """Choose among the slow reads, before the body is read."""
        return self._choose(seen, now, slow=True)

    def after_body(self, seen: Seen, now: float) -> Step | None:
        """Choose among all other steps, once the body is there."""
        return self._choose(seen, now, slow=False)

    def _choose(self, seen: Seen, now: float, *, slow: bool) -> Step | None:
        for index, step in enumerate(self._steps):
            if (step.action == "slow_read") == slow and _matches(step.match, seen) and self._is_live(index, now):
                self._used[index] += 1
                self._first[index] = now if self._first[index] is None else self._first[index]
                return step
        return None

    def _is_live(self, index: int, now: float) -> bool:
        step, first = self._steps[index], self._first[index]
        if step.times is not None:
            return self._used[index] < step.times
        return step.for_s is None or first is None or now < first + step.for_s


def parse(body: bytes) -> Script:
    """Read `{"steps": [...]}`."""
    try:
        return Script(msgspec.json.decode(body, type=_Script).steps)
    except msgspec.DecodeError as error:
        raise ScriptError(f"script: {error}") from error


def parse_tokens(body: bytes) -> frozenset[str]:
    """Read `{"tokens": [...]}`: the customer tokens that are valid from now on; none at all refuses every upload."""
    try:
        tokens = msgspec.json.decode(body, type=dict[str, list[Annotated[str, Meta(min_length=1)]]])
    except msgspec.DecodeError as error:
        raise ScriptError(f"tokens: {error}") from error
    if set(tokens) != {"tokens"}:
        raise ScriptError('tokens: expected {"tokens": [...]}')
    return frozenset(tokens["tokens"])


def _matches(match: Match, seen: Seen) -> bool:
    if not (seen.upload if match.path is None else seen.path.startswith(match.path)):
        return False
    return (
        (match.tag is None or match.tag in seen.tags)
        and (match.contains is None or match.contains.encode() in seen.body)
        and (match.above_bytes is None or len(seen.body) > match.above_bytes)
    )
