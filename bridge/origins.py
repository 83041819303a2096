"""Whose events a sender's are: the bridge's own cluster's, or another's, as the user that signed in says.

The name of a cluster is never taken from what is sent: a sender that knows one user's password cannot speak for another's cluster.
"""

from dataclasses import dataclass

from audit.detecting import Detector
from audit.judge import Judge
from audit.rules import Pack
from audit.settings import Settings
from bridge.batch import Tags


@dataclass(frozen=True, slots=True)
class Origin:
    """A cluster: its name, the judge that puts it into events, and their tags in Loggly."""

    cluster: str
    judge: Judge
    tags: Tags


class Origins:
    """The clusters of a configuration. Each has a judge of its own, with what it remembers and what its rules count."""

    def __init__(self, settings: Settings) -> None:
        tags = settings.loggly.tags
        self.own = Origin(settings.cluster, _judge(settings, settings.cluster, settings.environment), tags)
        self._far = {
            far.user: Origin(far.cluster, _judge(settings, far.cluster, far.environment), far.tags or tags)
            for far in settings.forward.clusters
        }

    @property
    def all(self) -> tuple[Origin, ...]:
        """Every cluster, the bridge's own first."""
        return self.own, *self._far.values()

    def of(self, user: str) -> Origin:
        """Return the cluster of a user, empty for a sender that was not asked for one."""
        return self._far.get(user, self.own)

    def use_rules(self, pack: Pack) -> None:
        """Ask these detection rules of every event from now on; what they count, they count by cluster."""
        for origin in self.all:
            origin.judge.use_rules(Detector(pack))


def _judge(settings: Settings, cluster: str, environment: str) -> Judge:
    return Judge(cluster, environment, settings.limits.event_bytes, settings.redact, settings.identities)
