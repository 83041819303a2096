"""What others need of a policy: the built-in detections, and the CIS benchmark. Either asks for requests to be recorded."""

from collections.abc import Iterable, Iterator

from audit.attributes import Attributes
from audit.deciding import Decision, decide
from audit.detections import DETECTIONS, Detection, Probe
from audit.lint_coverage import SECRETS, decided, place
from audit.lint_patterns import Hit
from audit.lint_requests import ACCOUNT, NOBODY, PERSON, What, Who, request
from audit.policy import LEVELS, Policy


def detections(policy: Policy) -> Iterator[Hit]:
    """Yield the built-in detections that the policy makes blind, each with the first request that it would not see."""
    for detection in DETECTIONS:
        for probe in detection.probes():
            decision = decide(policy, asked(probe))
            if why := _blind(detection, probe, decision):
                message = f"the detection {detection.id} ({detection.title}) is blind: {probe} {why}"
                cure = f"record it at {detection.level} in a rule before it"
                yield Hit("KAP207", place(decision), message, cure)
                break


def asked(probe: Probe) -> Attributes:
    """Return the request that a detection asks about."""
    what = What(probe.group, probe.resource, probe.subresource)
    who = Who(probe.user, probe.groups) if probe.user else NOBODY
    return request(who, probe.verb, what, probe.namespace, probe.name)


def _blind(detection: Detection, probe: Probe, decision: Decision) -> str:
    if decision.level == "None":
        return "is dropped"
    if LEVELS.index(decision.level) < LEVELS.index(detection.level):
        return f"is recorded at {decision.level} only, without the body"
    if not any(map(decision.records, probe.stages)):
        return f"is not recorded at {' or '.join(probe.stages)}"
    return ""


def cis(policy: Policy) -> Iterator[Hit]:
    """Yield where a policy falls short of CIS 3.2.2."""
    writes = ("create", "update", "patch", "delete", "deletecollection")
    pods, deployments = What("", "pods"), What("apps", "deployments")
    tunnels = (
        What("", "pods", "exec"),
        What("", "pods", "portforward"),
        What("", "pods", "proxy"),
        What("", "services", "proxy"),
    )
    yield from _missing(policy, "KAP301", SECRETS[:2], ("get", "list", "watch", *writes))
    yield from _missing(policy, "KAP301", SECRETS[3:], ("create",))
    yield from _missing(policy, "KAP302", (pods, deployments), writes)
    yield from _missing(policy, "KAP303", tunnels, ("get", "create"))
    yield from _too_much(policy)


def _missing(policy: Policy, name: str, whats: Iterable[What], verbs: tuple[str, ...]) -> Iterator[Hit]:
    """Yield one hit a resource: the first verb of a person or a service account that is not recorded."""
    for what in whats:
        for who, verb in ((who, verb) for verb in verbs for who in (PERSON, ACCOUNT)):
            decision = decide(policy, request(who, verb, what))
            if decision.level == "None":
                whose = "a service account" if who == ACCOUNT else "a person"
                message = f"`{verb}` of {what} by {whose} is not recorded"
                yield Hit(name, place(decision), message, f"record {what} at Metadata in a rule before it")
                break


def _too_much(policy: Policy) -> Iterator[Hit]:
    """Yield rules above Metadata for secrets, whatever the verb: the benchmark makes no exception for a deletion."""
    for index, rule in enumerate(policy.rules):
        if LEVELS.index(rule.level) > LEVELS.index("Metadata"):
            found = [str(what) for what in SECRETS if any(decided(policy, index, what))]
            if found:
                message = f"this rule records {', '.join(found)} at {rule.level}"
                yield Hit("KAP304", ("rules", index), message, "record them at Metadata in a rule before it")
