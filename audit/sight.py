"""What a policy lets the detections see, asked of the policy alone: each probe of a detection is decided as a request would be."""

from dataclasses import dataclass
from typing import Literal

from audit.attributes import Attributes
from audit.deciding import Decision, decide
from audit.policy import LEVELS, Policy
from audit.probes import Detection, Probe


@dataclass(frozen=True, slots=True)
class Miss:
    """A probe that a policy does not record as the detection needs it, and why."""

    probe: Probe
    why: str

    def __str__(self) -> str:
        return f"{self.probe}: {self.why}"


@dataclass(frozen=True, slots=True)
class Sight:
    """How many of a detection's probes were tried, and which of them are missed."""

    probes: int
    misses: tuple[Miss, ...]

    @property
    def word(self) -> Literal["sees", "partly", "blind"]:
        """What that comes to."""
        if not self.misses:
            return "sees"
        return "blind" if len(self.misses) == self.probes else "partly"


def sight(policy: Policy, detection: Detection) -> Sight:
    """Return what a detection can see under a policy."""
    probes = list(detection.probes())
    found = ((probe, _why(policy, decide(policy, attributes(probe)), probe, detection.level)) for probe in probes)
    return Sight(len(probes), tuple(Miss(probe, why) for probe, why in found if why))


def attributes(probe: Probe) -> Attributes:
    """Return a probe as the request that it stands for."""
    return Attributes(
        verb=probe.verb,
        user=probe.user or None,
        groups=probe.groups,
        is_resource=True,
        api_group=probe.group,
        resource=probe.resource,
        subresource=probe.subresource,
        namespace=probe.namespace,
        name=probe.name,
    )


def _why(policy: Policy, decision: Decision, probe: Probe, needed: str) -> str:
    """Return why a decision is not enough; empty where it is."""
    by = "no rule matches" if decision.rule is None else f"by the rule {_place(policy, decision.rule)}"
    if decision.level == "None":
        return "dropped, for no rule matches" if decision.rule is None else f"dropped {by}"
    if not any(decision.records(stage) for stage in probe.stages):
        return f"the stage {' or '.join(probe.stages)} is omitted {by}"
    if LEVELS.index(decision.level) < LEVELS.index(needed):
        return f"only {decision.level} {by}, and {needed} is needed"
    return ""


def _place(policy: Policy, index: int) -> str:
    line = policy.rules[index].line
    return f"at line {line}" if line else f"number {index + 1}"
