"""Proof of delivery: windows of time, each asked of Loggly and compared; what is missing is asked for again while there is time.

Indexing takes seconds, sometimes minutes, so an event that is not found may only be late. An event whose time was altered is found
by its audit ID.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from bridge.ledger import Ledger, Want
from bridge.matching import Compared, Finding, Kind, compare
from bridge.prints import Key, Record, key_of, record_of, time_of
from bridge.retrieval import ExpiredPageError, Retrieval, Waiting

BETWEEN: Final = 5.0
"""Seconds between two looks for what is missing."""
ANEW: Final = 3
"""How often a window is asked for whose pages came too late."""
MOST_SOUGHT: Final = 100
"""Missing events that are sought by their IDs, at most."""
SOUGHT_AT_ONCE: Final = 10
SOUGHT_AROUND: Final = 400 * 86_400 * 1_000_000
"""Microseconds around now and an event's time in which one with its ID is sought."""


@dataclass(slots=True)
class Verdict:
    """What it all came to. `findings` are the first ones, the counts are of all."""

    most: int
    wanted: int = 0
    others: int = 0
    counts: Counter[Kind] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    first_there: int | None = None
    """The time of the first event that is not missing, in microseconds since 1970."""
    last_missing: int = 0
    """The time of the last event that is."""

    def take(self, compared: Compared) -> None:
        """Add a window."""
        self.wanted += compared.wanted
        self.others += compared.others
        there = (one for one in (self.first_there, compared.first_there) if one is not None)
        self.first_there = min(there, default=None)
        for finding in compared.findings:
            self.counts[finding.kind] += 1
            if finding.kind == "missing":
                self.last_missing = max(self.last_missing, finding.want.time)
            if len(self.findings) < self.most:
                self.findings.append(finding)

    @property
    def good(self) -> bool:
        """Whether every event arrived, once, and as it should."""
        return not self.counts

    @property
    def begins_late(self) -> bool:
        """Whether all that is missing is older than all that is there."""
        return bool(self.counts["missing"]) and self.first_there is not None and self.last_missing < self.first_there


class Verification:
    """Asks one account for what a ledger wants; `step` hears of events as they are compared."""

    def __init__(
        self, retrieval: Retrieval, query: str, ledger: Ledger, waiting: Waiting, step: Callable[[int], object]
    ) -> None:
        self._retrieval = retrieval
        self._query = query
        self._ledger = ledger
        self._waiting = waiting
        self._step = step

    def run(self, wait: float, most: int) -> Verdict:
        """Compare everything, and look again for `wait` seconds for what is missing; raises RetrievalError."""
        verdict = Verdict(most)
        late: list[tuple[int, int]] = []
        for wants in self._ledger.windows():
            compared = self._compared(wants)
            self._step(len(wants))
            if wait and any(one.kind == "missing" for one in compared.findings):
                late.append((wants[0].time, wants[-1].time))
            else:
                verdict.take(compared)
        for compared in self._later(late, wait):
            verdict.take(compared)
        self._seek(verdict)
        verdict.findings.sort(key=lambda one: (one.want.time, one.want.key))
        return verdict

    def _later(self, late: list[tuple[int, int]], wait: float) -> Iterator[Compared]:
        """Yield windows once nothing is missing in them, or the time is up."""
        until = self._waiting.clock() + wait
        while late:
            left = until - self._waiting.clock()
            self._waiting.sleep(max(min(BETWEEN, left), 0))
            is_last = self._waiting.clock() >= until
            still = []
            for bounds in late:
                compared = self._compared(self._ledger.between(*bounds))
                if is_last or all(one.kind != "missing" for one in compared.findings):
                    yield compared
                else:
                    still.append(bounds)
            late = still

    def _compared(self, wants: Sequence[Want]) -> Compared:
        for _ in range(ANEW - 1):
            try:
                return compare(wants, self._arrived(self._query, wants[0].time, wants[-1].time))
            except ExpiredPageError:
                continue
        return compare(wants, self._arrived(self._query, wants[0].time, wants[-1].time))

    def _arrived(self, query: str, since: int, until: int) -> Iterator[Record]:
        for event in self._retrieval.events(query, since, until):
            if (record := record_of(event)) is not None:
                yield record

    def _seek(self, verdict: Verdict) -> None:
        """Look for missing events at other times than theirs: one that is there is altered."""
        missing = [one for one in verdict.findings if one.kind == "missing" and _quotable(one.want.key.audit_id)]
        sought = iter(missing[:MOST_SOUGHT])
        while some := list(islice(sought, SOUGHT_AT_ONCE)):
            there = self._elsewhere([one.want for one in some])
            for one in some:
                if found := there.get(one.want.key):
                    verdict.findings[verdict.findings.index(one)] = Finding("altered", one.want, found=found)
                    verdict.counts.subtract(["missing"])
                    verdict.counts["altered"] += 1
        verdict.counts += Counter()  # leaves out what is zero

    def _elsewhere(self, wants: Sequence[Want]) -> dict[Key | None, Record]:
        """Return what is there under the IDs of some events, whenever it says that it happened."""
        names = dict.fromkeys(want.key.audit_id for want in wants)
        query = " OR ".join(f'json.auditID:"{name}"' for name in names)
        since = max(min(want.time for want in wants) - SOUGHT_AROUND, 0)
        until = max(int(self._waiting.clock() * 1_000_000), wants[-1].time) + SOUGHT_AROUND
        return {key_of(record): record for record in self._arrived(query, since, until) if not self._is_wanted(record)}

    def _is_wanted(self, record: Record) -> bool:
        """Tell whether a record is another event of the logs, for a client may use an audit ID twice."""
        time = time_of(record)
        return time is not None and any(want.key == key_of(record) for want in self._ledger.between(time, time))


def _quotable(text: str) -> bool:
    return '"' not in text and "\\" not in text and text.isprintable()
