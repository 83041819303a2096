"""One window of time compared: what should be there with what is. Pure.

A missing event is not there at all; a doubled one is there more often than the logs have it; an altered one is there, and says
something else than what the bridge makes of the log's line.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from bridge.ledger import Want
from bridge.prints import Key, Record, digest, key_of, time_of

Kind = Literal["missing", "doubled", "altered"]
KINDS: Final[tuple[Kind, ...]] = ("missing", "doubled", "altered")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one event of the logs. `times` is how often a doubled one is there, `found` what an altered one says."""

    kind: Kind
    want: Want
    times: int = 0
    found: Record | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a window came to: events that should be there, those of others that are, and what is wrong."""

    wanted: int
    others: int
    first_there: int | None
    """The time of the first of them that is not missing."""
    findings: list[Finding] = field(default_factory=list)


def compare(wants: Sequence[Want], arrived: Iterable[Record]) -> Compared:
    """Compare a window; `arrived` is looked at once, and only what concerns the window is kept of it."""
    by_key: defaultdict[Key, list[Want]] = defaultdict(list)
    for want in wants:
        by_key[want.key].append(want)
    first, last = wants[0].time, wants[-1].time
    there: defaultdict[Key, list[Record]] = defaultdict(list)
    others = 0
    for record in arrived:
        key = key_of(record)
        if key is None or key not in by_key:
            others += 1
        elif _belongs(record, first, last):
            there[key].append(record)
    findings = [one for key, wanted in by_key.items() for one in _about(wanted, there[key])]
    missing = {id(one.want) for one in findings if one.kind == "missing"}
    first_there = min((want.time for want in wants if id(want) not in missing), default=None)
    return Compared(len(wants), others, first_there, findings)


def _belongs(record: Record, first: int, last: int) -> bool:
    """Tell whether a record is of this window: the edges of a search are wider, and a client may use an audit ID twice."""
    time = time_of(record)
    return time is None or first <= time <= last


def _about(wanted: Sequence[Want], there: Sequence[Record]) -> list[Finding]:
    """Return what is wrong with the events of one key: those that say the same are put together first."""
    prints = [(digest(record), record) for record in there]
    found = Counter(one for one, _ in prints)
    findings: list[Finding] = []
    unmatched: list[Want] = []
    for want in wanted:
        times = found.pop(want.digest, 0)
        if not times:
            unmatched.append(want)
        elif times > 1:
            findings.append(Finding("doubled", want, times))
    left = [record for one, record in prints if one in found]
    findings += [
        Finding("altered", want, found=left.pop(0)) if left else Finding("missing", want) for want in unmatched
    ]
    if left and not findings:  # one as it should be, and another that says something else
        findings.append(Finding("doubled", wanted[0], 1 + len(left), left[0]))
    return findings
