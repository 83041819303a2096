"""On paper: a thousand clusters that write a million events a second together, from the figures of a run."""

from dataclasses import dataclass

from benchmarks import latency
from benchmarks.load import Load
from generator import sizing

CLUSTERS = 1_000
EVENTS = 1_000_000  # a second, in all
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many bridges for all events, each event at the cost of `load`, each bridge with at most `peak_bytes`."""

    bridges: int
    requests: float
    load: Load
    peak_bytes: int

    def figures(self) -> dict[str, str]:
        """Return what it takes, in words that people size by."""
        load = self.load
        return {
            "bridges": f"{self.bridges:,}",
            "CPU": f"{EVENTS * load.cpu / 1e6:.0f} cores",
            "memory": f"{self.bridges * self.peak_bytes / 1e9:.0f} GB",
            "requests to Loggly": f"{self.requests:,.0f}/s",
            "network, Fluentd to bridges": f"{_gigabits(load.taken_bytes):.0f} Gbit/s",
            "network, bridges to Loggly": f"{_gigabits(load.posted_bytes):.0f} Gbit/s",
            "volume at Loggly": f"{EVENTS * load.posted_bytes * DAY_SECONDS / 1e12:.0f} TB a day",
        }


def of_pairs(paced: Load) -> Fleet:
    """Return a pair of bridges in each cluster, as the generator renders it: every node's chunk a second may be a request."""
    return Fleet(2 * CLUSTERS, CLUSTERS * latency.NODES, paced, paced.peak_bytes)


def of_one(full: Load) -> Fleet:
    """Return one fleet for all clusters, whose bridges fill their requests."""
    return Fleet(sizing.least_replicas(EVENTS), EVENTS / full.request_events, full, full.peak_bytes)


def _gigabits(size: float) -> float:
    return EVENTS * size * 8 / 1e9
