"""What others need of a policy: the detection rules that are shipped, and the CIS benchmark. Either asks for requests to be recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from audit.builtin import builtin
from audit.deciding import decide
from audit.lint_coverage import SECRETS, decided, place
from audit.lint_patterns import Hit
from audit.lint_requests import ACCOUNT, PERSON, What, request
from audit.policy import LEVELS, Policy
from audit.probes import Detection
from audit.problems import Path
from audit.rule_needs import detection
from audit.sight import Sight, attributes, sight

SHOWN = 6
"""Rules that a finding names; a policy that records nothing blinds all."""


@dataclass(slots=True)
class Blind:
    """Detection rules that a policy blinds in the same way: where, an example of what is missed, and what they need."""

    path: Path
    example: str
    level: str
    names: list[str] = field(default_factory=list)
    whole: bool = True
    """Whether they see nothing at all."""


def detections(policy: Policy) -> Iterator[Hit]:
    """Yield which of the shipped rules the policy makes blind or half blind, those together that one place is to blame for."""
    for one in blind(policy):
        count = len(one.names)
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        rules = f"rules {', '.join(one.names[:SHOWN])}{more} are" if count > 1 else f"rule {one.names[0]} is"
        word = "blind" if one.whole else "half blind"
        message = f"the detection {rules} {word}: {one.example}"
        yield Hit("KAP207", one.path, message, f"record it at {one.level} in a rule before it")


def blind(policy: Policy) -> list[Blind]:
    """Return which of the shipped rules do not see all that they should, in the order of the rules."""
    found: dict[tuple[Path, str, bool], Blind] = {}
    for needs in _needs():
        seen = sight(policy, needs)
        if seen.misses:
            one = _blind(policy, needs, seen)
            found.setdefault((one.path, one.level, one.whole), one).names.append(needs.id)
    return list(found.values())


def _blind(policy: Policy, needs: Detection, seen: Sight) -> Blind:
    miss = seen.misses[0]
    decision = decide(policy, attributes(miss.probe))
    return Blind(place(decision), str(miss), needs.level, whole=seen.word == "blind")


@cache
def _needs() -> tuple[Detection, ...]:
    return tuple(map(detection, builtin().pack.told()))


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
