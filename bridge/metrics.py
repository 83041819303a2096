"""What Prometheus sees. Every series exists from the start, at zero."""

from collections.abc import Callable

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from audit.filtering import REASONS
from bridge.activity import Match

PREFIX = "audit_bridge"
NO_EVENT = "no_event"  # a container's line that is no audit event
GIVEN_UP = ("old", "refused", "gave_up", "stopping", "removed", "bug")
"""Why notices are given up."""
WEBHOOK_CODES = (400, 401, 403, 405, 413, 415, 429, 500, 503)  # beside 200
LAG_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)


class Metrics:
    """The bridge's series, in a registry of their own."""

    def __init__(self) -> None:
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        self.chunks_received = Counter(f"{PREFIX}_chunks_received", "Forward requests with events.", registry=registry)
        self.events_received = Counter(
            f"{PREFIX}_events_received", "Events taken in, by the way they came.", ["source"], registry=registry
        )
        for source in ("forward", "file", "webhook"):
            self.events_received.labels(source)
        self.cluster_events = Counter(
            f"{PREFIX}_cluster_events",
            "Events by Forward, by the cluster of the user that sent them.",
            ["cluster"],
            registry=registry,
        )
        self.webhook_requests = Counter(
            f"{PREFIX}_webhook_requests",
            "Requests to the webhook by the status they were answered with.",
            ["code"],
            registry=registry,
        )
        for status in (200, *WEBHOOK_CODES):
            self.webhook_requests.labels(str(status))
        self.events_filtered = Counter(
            f"{PREFIX}_events_filtered", "Events that the filter leaves out, by why.", ["reason"], registry=registry
        )
        for reason in (*REASONS, NO_EVENT):
            self.events_filtered.labels(reason)
        self.rule_matches = Counter(
            f"{PREFIX}_rule_matches", "Events that are told for a rule.", ["rule", "severity"], registry=registry
        )
        self.events_delivered = Counter(f"{PREFIX}_events_delivered", "Events that Loggly has.", registry=registry)
        self.requests = Counter(
            f"{PREFIX}_loggly_requests",
            "Requests to Loggly by status; error where no answer came.",
            ["code"],
            registry=registry,
        )
        for code in ("200", "error"):
            self.requests.labels(code)
        self.foreign_answers = Counter(
            f"{PREFIX}_loggly_foreign_answers", "Answers with 200 whose body is not Loggly's.", registry=registry
        )
        self.events_dead_lettered = Counter(
            f"{PREFIX}_events_dead_lettered", "Events that Loggly refuses, kept on disk.", ["reason"], registry=registry
        )
        for reason in ("400", "413"):
            self.events_dead_lettered.labels(reason)
        self.duplicates_joined = Counter(
            f"{PREFIX}_duplicates_joined", "Chunks sent again that joined the first.", registry=registry
        )
        self._dead_letters = Gauge(
            f"{PREFIX}_dead_letters", "Events that are kept as dead letters now.", registry=registry
        )
        self._spool = Gauge(f"{PREFIX}_spool_bytes", "Bytes in the spool.", registry=registry)
        self._held = Gauge(
            f"{PREFIX}_held", "1 while Loggly refuses everything and everything is kept.", registry=registry
        )
        self.delivery_lag = Histogram(
            f"{PREFIX}_delivery_lag_seconds",
            "From a batch's newest event to Loggly's 200.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
        self.unacked_bytes = Gauge(
            f"{PREFIX}_unacked_bytes", "Bytes taken in and not delivered yet.", registry=registry
        )
        self.connections = Gauge(f"{PREFIX}_connections", "Open Forward connections.", registry=registry)
        self.last_delivery = Gauge(
            f"{PREFIX}_last_delivery_timestamp_seconds", "When Loggly last took a batch, since 1970.", registry=registry
        )
        self._oldest = Gauge(
            f"{PREFIX}_oldest_unacked_seconds", "Age of the oldest chunk that is not delivered yet.", registry=registry
        )
        self._oldest.set_function(lambda: 0.0)
        self._file_position = Gauge(
            f"{PREFIX}_file_position_bytes", "How far a log's file is delivered.", ["path"], registry=registry
        )
        self._file_lag = Gauge(
            f"{PREFIX}_file_lag_bytes", "Bytes of a log that are not delivered.", ["path"], registry=registry
        )
        self.file_gaps = Counter(
            f"{PREFIX}_file_gap", "Parts of a log that were gone before they were read.", ["path"], registry=registry
        )

        self.notifications_sent = Counter(
            f"{PREFIX}_notifications_sent", "Notices that a sink has taken.", ["sink"], registry=registry
        )
        self.notifications_dropped = Counter(
            f"{PREFIX}_notifications_dropped",
            "Notices that are given up, by why.",
            ["sink", "reason"],
            registry=registry,
        )
        self.notification_requests = Counter(
            f"{PREFIX}_notification_requests",
            "Requests to sinks by status; error where no answer came.",
            ["sink", "code"],
            registry=registry,
        )
        self._notifications_waiting = Gauge(
            f"{PREFIX}_notifications_waiting", "Notices that wait to be sent.", ["sink"], registry=registry
        )

    def watch_oldest(self, age: Callable[[], float]) -> None:
        """Ask `age` for the oldest chunk's age whenever somebody reads it."""
        self._oldest.set_function(age)

    def watch_dead_letters(self, count: Callable[[], int]) -> None:
        """Ask `count` for the number of dead letters whenever somebody reads it."""
        self._dead_letters.set_function(lambda: float(count()))

    def watch_spool(self, used: Callable[[], int]) -> None:
        """Ask `used` for the bytes in the spool whenever somebody reads it."""
        self._spool.set_function(lambda: float(used()))

    def watch_held(self, held: Callable[[], bool]) -> None:
        """Ask `held` whether everything is held back, whenever somebody reads it."""
        self._held.set_function(lambda: float(held()))

    def watch_file(self, path: str, position: Callable[[], int], lag: Callable[[], int]) -> None:
        """Ask how far a log is delivered, and how much of it is not, whenever somebody reads it."""
        self._file_position.labels(path).set_function(lambda: float(position()))
        self._file_lag.labels(path).set_function(lambda: float(lag()))
        self.file_gaps.labels(path)

    def unwatch_file(self, path: str) -> None:
        """Forget a log that is gone; what was missed of it stays."""
        self._file_position.remove(path)
        self._file_lag.remove(path)

    def watch_sink(self, sink: str, waiting: Callable[[], int]) -> None:
        """Let a sink's series exist, and ask how many notices wait for it whenever somebody reads it."""
        self._notifications_waiting.labels(sink).set_function(lambda: float(waiting()))
        self.notifications_sent.labels(sink)
        for reason in GIVEN_UP:
            self.notifications_dropped.labels(sink, reason)
        for code in ("200", "error"):
            self.notification_requests.labels(sink, code)

    @staticmethod
    def total(counter: Counter) -> int:
        """Return what a counter has counted, over all of its labels."""
        samples = (sample for family in counter.collect() for sample in family.samples)
        return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))

    def matches(self) -> tuple[Match, ...]:
        """Return the rules that were told, those told most first."""
        samples = (sample for family in self.rule_matches.collect() for sample in family.samples)
        counted = [sample for sample in samples if sample.name.endswith("_total") and sample.value]
        counted.sort(key=lambda sample: (-sample.value, sample.labels["rule"]))
        return tuple(Match(one.labels["rule"], one.labels["severity"], int(one.value)) for one in counted)

    def exposition(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
